//! How deep and how long policies are, before anything walks down them: the parser has no bound of its own.

use crate::CedarError;

/// Deepest nesting of brackets.
const MAX_DEPTH: usize = 32;
/// Longest policy, and longest declaration of a schema, in bytes.
const MAX_STATEMENT_BYTES: usize = 8_192;

/// Refuses what is nested deeper, or longer between semicolons, than the stack has room for.
pub(crate) fn check(what: &'static str, text: &str) -> Result<(), CedarError> {
    let (mut depth, mut begin) = (0usize, 0);
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => {
                while let Some((_, byte)) = bytes.next() {
                    match byte {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            b'/' if bytes.peek().is_some_and(|(_, next)| *next == b'/') => {
                while bytes.next_if(|(_, byte)| *byte != b'\n').is_some() {}
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b';' => begin = at + 1,
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(CedarError::Depth { what });
        }
        if at.saturating_sub(begin) > MAX_STATEMENT_BYTES {
            return Err(CedarError::Statement { what });
        }
    }
    if text.len() - begin > MAX_STATEMENT_BYTES {
        return Err(CedarError::Statement { what });
    }
    Ok(())
}
