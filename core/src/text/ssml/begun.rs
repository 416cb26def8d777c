//! As much of a document as has arrived, and where it could end.

use super::{Reading, Spoken, TextError};

/// As much of an SSML document as has arrived. Linear in the text.
pub(crate) fn begun(text: &str) -> Result<Begun, TextError> {
    let mut reading = Reading::new(text.get(..complete(text)).unwrap_or_default());
    reading.run(false)?;
    let (safe, nodes) = (std::mem::take(&mut reading.safe), reading.nodes);
    Ok(Begun { spoken: reading.spoken(), safe, nodes })
}

/// The beginning of a document.
#[derive(Debug)]
pub(crate) struct Begun {
    /// What is spoken of it.
    pub spoken: Spoken,
    /// Elements, comments and sections.
    pub nodes: usize,
    /// Stretches in which only `<speak>` is open, in order: first place and last.
    safe: Vec<(usize, usize)>,
}

impl Begun {
    /// The last place up to this one at which only `<speak>` is open: what stands before it, and an end tag, is a document.
    pub fn safe_before(&self, place: usize) -> usize {
        let after = self.safe.partition_point(|(start, _)| *start <= place);
        after.checked_sub(1).and_then(|at| self.safe.get(at)).map_or(0, |(_, end)| place.min(*end))
    }
}

/// Length of the text without a tag, a section or a reference at its end that is not complete.
fn complete(text: &str) -> usize {
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(inside) = memchr::memchr2(b'<', b'&', rest.as_bytes())
    {
        at += inside;
        let rest = rest.get(inside..).unwrap_or_default();
        let up_to =
            |end: &str, from: usize| rest.get(from..)?.find(end).map(|inside| from + inside + end.len());
        let length = if rest.starts_with('&') {
            // What stands before the next sign is for the reader to judge.
            rest.bytes().skip(1).position(|byte| matches!(byte, b';' | b'&' | b'<')).map(|inside| inside + 1)
        } else if rest.starts_with("<!--") {
            up_to("-->", "<!--".len())
        } else if rest.starts_with("<![CDATA[") {
            up_to("]]>", 0)
        } else if rest.starts_with("<?") {
            up_to("?>", 0)
        } else if "<![CDATA[".starts_with(rest) || "<!--".starts_with(rest) {
            None
        } else {
            tag(rest)
        };
        match length {
            Some(length) => at += length,
            None => return at,
        }
    }
    text.len()
}

/// Length of the tag that the text starts with: up to a `>` outside of quotes.
fn tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return Some(at + 1),
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    None
}
