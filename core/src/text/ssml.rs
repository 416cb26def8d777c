//! SSML 1.1 (W3C, 2010) to spoken text.
//!
//! Markup is accepted by a list, not refused by one. What may reach outside the text (`audio`,
//! `lexicon`, document types, references to files) or speak something else than what is written
//! (`phoneme`) is not accepted. Broken markup is an answer that says where: an engine may read it
//! otherwise than we would.

use quick_xml::Reader;
use quick_xml::errors::{Error as XmlError, IllFormedError};
use quick_xml::events::attributes::{AttrError, Attribute};
use quick_xml::events::{BytesStart, Event};

use super::tags::resolve;
use super::{Markup, Spoken, TextError, View};

/// Deepest nesting of elements.
pub const MAX_DEPTH: usize = 64;
/// Most elements, comments, CDATA sections and the like in a text.
pub const MAX_NODES: usize = 65_536;
/// Most attributes of an element.
pub const MAX_ATTRIBUTES: usize = 16;

/// The accepted elements, as errors list them.
const ACCEPTED: &str =
    "speak, p, s, w, token, break, sub, say-as, emphasis, prosody, voice, lang and mark are accepted";

/// How an element is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    /// Its content, set apart from what is around it.
    Apart,
    /// Its content, as if the tags were not there.
    Through,
    /// Its `alias`, and not its content.
    Alias,
}

impl Element {
    fn named(name: &str) -> Option<Self> {
        match name {
            "speak" | "p" | "s" | "w" | "token" | "break" => Some(Element::Apart),
            "say-as" | "emphasis" | "prosody" | "voice" | "lang" | "mark" => Some(Element::Through),
            "sub" => Some(Element::Alias),
            _ => None,
        }
    }
}

/// Whether a text is an SSML document: it begins with a `<speak` tag, after white space and an XML
/// declaration if there is one.
pub fn is_document(text: &str) -> bool {
    let text = text.trim_start_matches(is_space_or_mark);
    let text = match text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest.trim_start_matches(is_space_or_mark),
        None => text,
    };
    text.strip_prefix("<speak")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/'))
}

fn is_space_or_mark(character: char) -> bool {
    character.is_whitespace() || character == '\u{FEFF}'
}

/// The spoken text of an SSML document. Linear in the text.
pub fn spoken(text: &str) -> Result<Spoken, TextError> {
    // A byte order mark is not part of the document, nor is white space before its declaration.
    let document = text.trim_start_matches(is_space_or_mark);
    let mut reading = Reading {
        document,
        offset: text.len() - document.len(),
        text: View::with_capacity(document.len()),
        joined: View::with_capacity(document.len()),
        apart: false,
        set_apart: false,
        open: Vec::new(),
        unspoken: None,
        nodes: 0,
        ended: false,
    };
    reading.run()?;
    let joined = reading.set_apart.then_some(reading.joined);
    Ok(Spoken { markup: Markup::Ssml, text: reading.text, joined })
}

/// A document while it is read.
struct Reading<'t> {
    document: &'t str,
    /// Bytes of the original before the document.
    offset: usize,
    text: View,
    joined: View,
    /// Whether the next text is set apart from the last.
    apart: bool,
    /// Whether any text was.
    set_apart: bool,
    /// The elements that are open.
    open: Vec<Element>,
    /// The depth of the `sub` whose alias is spoken instead of what is in it.
    unspoken: Option<usize>,
    nodes: usize,
    ended: bool,
}

impl<'t> Reading<'t> {
    fn run(&mut self) -> Result<(), TextError> {
        let mut reader = Reader::from_str(self.document);
        loop {
            let at = self.offset + position(reader.buffer_position());
            let event = reader.read_event().map_err(|error| {
                broken(self.offset + position(reader.error_position()), xml_problem(&error))
            })?;
            match event {
                Event::Text(part) => self.characters(&part, at)?,
                Event::CData(part) => {
                    self.node(at)?;
                    self.characters(&part, at + "<![CDATA[".len())?;
                }
                Event::GeneralRef(name) => self.reference(&name, at)?,
                Event::Start(start) => self.start(&start, at)?,
                Event::Empty(start) => {
                    self.start(&start, at)?;
                    self.end();
                }
                Event::End(_) => self.end(),
                Event::Comment(_) => self.node(at)?,
                Event::Decl(_) if at == self.offset => self.node(at)?,
                Event::Decl(_) => return Err(broken(at, "an XML declaration stands only at the start")),
                Event::DocType(_) => {
                    return Err(refused(at, "a document type may bring entities and files of its own"));
                }
                Event::PI(_) => return Err(refused(at, "a processing instruction is for one engine")),
                Event::Eof => return self.eof(at),
            }
        }
    }

    fn eof(&self, at: usize) -> Result<(), TextError> {
        match (self.ended, self.open.len()) {
            (true, 0) => Ok(()),
            (false, 0) => Err(broken(at, "there is no <speak> element")),
            (_, open) => Err(broken(at, format!("the text ends while {open} elements are open"))),
        }
    }

    fn node(&mut self, at: usize) -> Result<(), TextError> {
        self.nodes += 1;
        match self.nodes > MAX_NODES {
            true => Err(refused(at, format!("more than {MAX_NODES} elements, comments and sections"))),
            false => Ok(()),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, at: usize) -> Result<(), TextError> {
        self.node(at)?;
        let name = start.name().into_inner();
        let element = Element::named(name).ok_or_else(|| refused(at, refusal(name)))?;
        match (self.open.is_empty(), name == "speak") {
            (true, false) => return Err(broken(at, "the outermost element is <speak>")),
            (false, true) => return Err(broken(at, "<speak> stands only outermost")),
            (true, true) if self.ended => return Err(broken(at, "there is one <speak> in a text")),
            _ => {}
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(refused(at, format!("elements nested deeper than {MAX_DEPTH}")));
        }
        self.open.push(element);
        if element != Element::Through {
            self.apart = true;
        }
        let alias = self.attributes(start, at)?;
        if element == Element::Alias {
            let alias = alias.ok_or_else(|| broken(at, "<sub> has no alias to speak"))?;
            if self.unspoken.is_none() {
                self.alias(&alias, at)?;
                self.apart = true;
                self.unspoken = Some(self.open.len());
            }
        }
        Ok(())
    }

    /// Checks the attributes and gives the alias, if there is one.
    fn attributes<'e>(
        &self,
        start: &'e BytesStart<'_>,
        at: usize,
    ) -> Result<Option<Attribute<'e>>, TextError> {
        let mut alias = None;
        for (count, attribute) in start.attributes().enumerate() {
            let attribute = attribute.map_err(|error| attribute_problem(&error, at))?;
            let name = attribute.key.into_inner();
            if count >= MAX_ATTRIBUTES {
                return Err(refused(at, format!("more than {MAX_ATTRIBUTES} attributes of an element")));
            }
            if matches!(name.rsplit(':').next(), Some("src" | "uri" | "href")) {
                return Err(refused(at, "an attribute leads to something outside the text"));
            }
            if name == "alias" {
                alias = Some(attribute);
            }
        }
        Ok(alias)
    }

    /// Speaks an alias: the attribute's value, with its references resolved.
    fn alias(&mut self, alias: &Attribute<'_>, at: usize) -> Result<(), TextError> {
        let value: &str = &alias.value;
        let start = self.offset_of(value).unwrap_or(at);
        let mut inside = 0;
        for part in value.split_inclusive(';') {
            let (plain, reference) = match part.split_once('&') {
                Some((plain, reference)) => (plain, Some(reference)),
                None => (part, None),
            };
            self.speak(plain, start + inside);
            if let Some(name) = reference {
                let from = start + inside + plain.len();
                let name = name.strip_suffix(';').ok_or_else(|| broken(from, "a reference without its ;"))?;
                self.reference(name, from)?;
            }
            inside += part.len();
        }
        Ok(())
    }

    fn end(&mut self) {
        if self.unspoken == Some(self.open.len()) {
            self.unspoken = None;
        }
        // The reader has checked that a start tag of this name is open.
        if self.open.pop().is_some_and(|element| element != Element::Through) {
            self.apart = true;
        }
        self.ended |= self.open.is_empty();
    }

    fn characters(&mut self, part: &str, at: usize) -> Result<(), TextError> {
        if self.open.is_empty() {
            return match part.find(|character: char| !is_space_or_mark(character)) {
                Some(inside) => Err(broken(at + inside, "there is text outside of <speak>")),
                None => Ok(()),
            };
        }
        self.speak(part, at);
        Ok(())
    }

    fn reference(&mut self, name: &str, at: usize) -> Result<(), TextError> {
        if self.open.is_empty() {
            return Err(broken(at, "there is text outside of <speak>"));
        }
        let character = resolve(name).ok_or_else(|| {
            broken(at, "a reference that is not known: accepted are &lt; &gt; &amp; &quot; &apos; and numbers of characters")
        })?;
        if self.unspoken.is_none() {
            self.part(character.is_whitespace());
            let source = at..at + name.len() + "&;".len();
            self.text.push(character, source.clone());
            self.joined.push(character, source);
        }
        Ok(())
    }

    fn speak(&mut self, part: &str, at: usize) {
        if self.unspoken.is_none() && !part.is_empty() {
            self.part(part.starts_with(char::is_whitespace));
            self.text.push_in_step(part, at);
            self.joined.push_in_step(part, at);
        }
    }

    /// Sets the coming text apart from the last, if markup asks for it and nothing else does.
    fn part(&mut self, starts_with_space: bool) {
        let before = self.text.text();
        if std::mem::take(&mut self.apart)
            && !starts_with_space
            && !before.is_empty()
            && !before.ends_with(char::is_whitespace)
        {
            let end = self.text.end();
            self.text.push(' ', end..end);
            self.set_apart = true;
        }
    }

    /// Where a part of the document starts in the original.
    fn offset_of(&self, part: &str) -> Option<usize> {
        let inside = (part.as_ptr() as usize).checked_sub(self.document.as_ptr() as usize)?;
        (inside <= self.document.len()).then_some(self.offset + inside)
    }
}

fn position(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

fn broken(at: usize, problem: impl Into<String>) -> TextError {
    TextError::Broken { at, problem: problem.into() }
}

fn refused(at: usize, problem: impl Into<String>) -> TextError {
    TextError::Refused { at, problem: problem.into() }
}

/// Why an element is not accepted.
fn refusal(name: &str) -> String {
    let why = match name {
        "phoneme" => "<phoneme> speaks something else than what is written",
        "audio" => "<audio> plays a file",
        "lexicon" | "lookup" => "a lexicon is a file that says how words are spoken",
        "meta" | "metadata" | "desc" => "what is not spoken does not belong in the text",
        _ => {
            let plain =
                name.len() <= 32 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:.".contains(&b));
            let name = if plain { name } else { "..." };
            return format!("the element <{name}> is not known; {ACCEPTED}");
        }
    };
    format!("{why}; {ACCEPTED}")
}

/// What is wrong, without a part of the text.
fn xml_problem(error: &XmlError) -> String {
    match error {
        XmlError::Syntax(error) => error.to_string(),
        XmlError::IllFormed(IllFormedError::MismatchedEndTag { .. }) => {
            "an end tag of another element than the one that is open".into()
        }
        XmlError::IllFormed(IllFormedError::UnmatchedEndTag(_)) => "an end tag without its start tag".into(),
        XmlError::IllFormed(IllFormedError::UnclosedReference) => {
            "an & that starts no reference: &amp; is accepted".into()
        }
        XmlError::InvalidAttr(_) => "attributes are written name=\"value\"".into(),
        _ => "not well-formed XML".into(),
    }
}

fn attribute_problem(error: &AttrError, at: usize) -> TextError {
    // Positions are relative to the start of the tag, after its `<`.
    let (inside, problem) = match error {
        AttrError::ExpectedEq(inside) => (*inside, "an attribute without ="),
        AttrError::ExpectedValue(inside) => (*inside, "an attribute without a value"),
        AttrError::UnquotedValue(inside) => (*inside, "an attribute whose value is not quoted"),
        AttrError::ExpectedQuote(inside, _) => (*inside, "an attribute whose value does not end"),
        AttrError::Duplicated(inside, _) => (*inside, "an attribute that is there twice"),
    };
    broken(at + 1 + inside, format!("{problem}: accepted is name=\"value\""))
}
