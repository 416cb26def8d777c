//! Errors of the client as errors of JavaScript.

use napi::bindgen_prelude::JsValue;
use napi::{Env, Error};
use voxguard::Status;

/// What a call of the addon gives back.
pub type Result<T> = std::result::Result<T, Error>;

/// A JavaScript `Error` with the error's message, `code` (the status' name) and `status` (its number).
pub fn raise(env: &Env, error: &voxguard::Error) -> Error {
    let made = env.create_error(Error::from_reason(error.message.as_str())).and_then(|mut object| {
        object.set("code", error.status.name())?;
        object.set("status", error.status.code())?;
        Ok(Error::from(object.to_unknown()))
    });
    made.unwrap_or_else(|failed| failed)
}

/// The answer to the use of a handle that was closed, should the JavaScript side ever let one through.
pub fn closed() -> voxguard::Error {
    voxguard::Error::new(Status::HANDLE, "this handle is closed")
}

/// The answer to the use of a handle that another thread is working with.
pub fn busy() -> voxguard::Error {
    voxguard::Error::new(Status::BUSY, "another call is working with this handle: wait for its promise")
}
