//! Handles for the tests: made as a C program makes them.
#![allow(dead_code, reason = "not every test that has this module needs all of it")]

use std::ffi::CStr;
use std::ptr::null_mut;

use voxguard_ffi::*;

/// A key, to make other things of.
pub struct Hold {
    pub key: *mut vg_key_t,
}

impl Hold {
    pub fn new() -> Self {
        Self { key: made(|out, err| unsafe { vg_key_from_bytes([7; 32].as_ptr(), 32, out, err) }) }
    }

    pub fn options(&self) -> vg_marker_options_t {
        vg_marker_options_t {
            struct_size: size_of::<vg_marker_options_t>(),
            rate: 8_000,
            channels: 1,
            mark: 0x0102_0304,
            scheme: VG_SCHEME_ID32,
            strength: 0.0,
        }
    }

    pub fn marker(&self) -> *mut vg_marker_t {
        made(|out, err| unsafe { vg_marker_new(self.key, &self.options(), out, err) })
    }

    pub fn guard(&self, ledger: *const vg_ledger_t, sink: *const vg_record_sink_t) -> *mut vg_guard_t {
        let options = vg_guard_options_t {
            struct_size: size_of::<vg_guard_options_t>(),
            policy: null_mut(),
            key: self.key,
            ledger,
            sink,
            access: null_mut(),
        };
        made(|out, err| unsafe { vg_guard_new(&options, out, err) })
    }

    pub fn request(&self) -> vg_request_t {
        vg_request_t {
            struct_size: size_of::<vg_request_t>(),
            subject: null_mut(),
            subject_len: 0,
            voice: c"heart".as_ptr(),
            voice_len: 5,
            text: c"Hello.".as_ptr(),
            text_len: 6,
            markup: VG_MARKUP_PLAIN,
            rate: 8_000,
            channels: 1,
            role: null_mut(),
            role_len: 0,
            language: null_mut(),
            language_len: 0,
            model: null_mut(),
            model_len: 0,
            parameters: null_mut(),
            parameters_len: 0,
            keep_text: 0,
        }
    }

    pub fn utterance(&self, guard: *const vg_guard_t) -> *mut vg_utterance_t {
        made(|out, err| unsafe { vg_guard_begin(guard, &self.request(), out, err) })
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        unsafe { vg_key_free(self.key) }
    }
}

/// What a call makes, which must succeed.
pub fn made<T>(call: impl FnOnce(*mut *mut T, *mut *mut vg_error_t) -> vg_status_t) -> *mut T {
    let (mut out, mut err) = (null_mut(), null_mut());
    let status = call(&mut out, &mut err);
    assert_eq!(status, VG_OK, "{:?}", unsafe { CStr::from_ptr(vg_error_message(err)) });
    out
}

/// What a call that must fail says.
pub fn failure(call: impl FnOnce(*mut *mut vg_error_t) -> vg_status_t) -> (vg_status_t, String) {
    let mut err = null_mut();
    let status = call(&mut err);
    assert_ne!(status, VG_OK);
    assert_eq!(unsafe { vg_error_status(err) }, status);
    let message = unsafe { CStr::from_ptr(vg_error_message(err)) }.to_str().unwrap().to_owned();
    unsafe { vg_error_free(err) };
    (status, message)
}

/// The bytes that a call hands out.
pub fn bytes(call: impl FnOnce(*mut vg_bytes_t, *mut *mut vg_error_t) -> vg_status_t) -> Vec<u8> {
    let mut out = vg_bytes_t { data: null_mut(), len: 0 };
    assert_eq!(call(&mut out, null_mut()), VG_OK);
    let copy = unsafe { std::slice::from_raw_parts(out.data, out.len) }.to_vec();
    unsafe { vg_bytes_free(&mut out) };
    copy
}
