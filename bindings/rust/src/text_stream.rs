//! Texts that arrive in pieces.

use std::fmt;
use std::mem::MaybeUninit;

use crate::bytes::Bytes;
use crate::call::{Owned, control};
use crate::error::Result;
use crate::sys;

/// A text that arrives in pieces, as a language model writes it.
///
/// ```
/// use voxguard::{Markup, Policy};
///
/// let policy = Policy::new(r#"{"version": 1, "rules": [
///     {"id": "greeting", "category": "test", "severity": "error", "match": "term", "terms": ["hello"]}]}"#)?;
/// let mut stream = policy.stream(Markup::Auto, &[])?;
/// assert_eq!(stream.push("Good morning, hel")?.text, "Good morning, ");
/// assert!(stream.push("lo world")?.blocked);
/// assert!(stream.finish()?.text.is_empty());
/// # Ok::<(), voxguard::Error>(())
/// ```
pub struct TextStream {
    handle: Owned<sys::vg_text_stream_t>,
}

/// What a piece of text releases.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Released {
    /// Text to be spoken now, after everything that was released before; masked where a rule asks for it.
    pub text: String,
    /// Whether a rule forbids to go on: the stream is over.
    pub blocked: bool,
    /// The hits that were decided, as a JSON list, with places in the whole text.
    pub hits_json: String,
}

impl TextStream {
    pub(crate) fn new(handle: Owned<sys::vg_text_stream_t>) -> Self {
        Self { handle }
    }

    /// Takes the next piece, of any length.
    pub fn push(&mut self, text: &str) -> Result<Released> {
        let stream = self.handle.as_mut_ptr();
        released(|out, blocked, hits, err| unsafe {
            sys::vg_text_stream_push(stream, text.as_ptr().cast(), text.len(), out, blocked, hits, err)
        })
    }

    /// Says that the text is complete.
    pub fn finish(&mut self) -> Result<Released> {
        let stream = self.handle.as_mut_ptr();
        released(|out, blocked, hits, err| unsafe {
            sys::vg_text_stream_finish(stream, out, blocked, hits, err)
        })
    }
}

fn released(
    call: impl FnOnce(
        *mut sys::vg_bytes_t,
        *mut bool,
        *mut sys::vg_bytes_t,
        *mut *mut sys::vg_error_t,
    ) -> sys::vg_status_t,
) -> Result<Released> {
    let (mut text, mut hits) = (Bytes::none(), Bytes::none());
    let mut blocked = MaybeUninit::new(false);
    control(|err| call(text.place(), blocked.as_mut_ptr(), hits.place(), err))?;
    let blocked = unsafe { blocked.assume_init() };
    Ok(Released { text: text.to_text(), blocked, hits_json: hits.to_text() })
}

impl fmt::Debug for TextStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextStream").finish_non_exhaustive()
    }
}
