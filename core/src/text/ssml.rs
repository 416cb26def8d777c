//! SSML 1.1 (W3C, 2010) to spoken text.
//!
//! Markup is accepted by a list, not refused by one. What may reach outside the text (`audio`,
//! `lexicon`, document types, references to files) or speak something else than what is written
//! (`phoneme`) is not accepted. Broken markup is an answer that says where: an engine may read it
//! otherwise than we would.

mod beginning;
mod begun;
mod problem;
mod speech;

use quick_xml::Reader;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};

use self::beginning::is_space_or_mark;
pub use self::beginning::{is_document, may_become_document};
pub(crate) use self::begun::{Begun, begun};
use self::problem::{attribute_problem, broken, refusal, refused, xml_problem};
use super::{Markup, Spoken, TextError, View};

/// Deepest nesting of elements.
pub const MAX_DEPTH: usize = 64;
/// Most elements, comments, CDATA sections and the like in a text.
pub const MAX_NODES: usize = 65_536;
/// Most attributes of an element.
pub const MAX_ATTRIBUTES: usize = 16;

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

/// The spoken text of an SSML document. Linear in the text.
pub fn spoken(text: &str) -> Result<Spoken, TextError> {
    let mut reading = Reading::new(text);
    reading.run(true)?;
    Ok(reading.spoken())
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
    /// Stretches in which only `<speak>` is open.
    safe: Vec<(usize, usize)>,
}

impl<'t> Reading<'t> {
    fn new(text: &'t str) -> Self {
        // A byte order mark is not part of the document, nor is white space before its declaration.
        let document = text.trim_start_matches(is_space_or_mark);
        Reading {
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
            safe: Vec::new(),
        }
    }

    fn spoken(self) -> Spoken {
        let joined = self.set_apart.then_some(self.joined);
        Spoken { markup: Markup::Ssml, text: self.text, joined }
    }

    /// Reads the document; with `whole`, up to its end.
    fn run(&mut self, whole: bool) -> Result<(), TextError> {
        let mut reader = Reader::from_str(self.document);
        let mut text = false;
        loop {
            self.mark_safe(self.offset + position(reader.buffer_position()), text);
            let at = self.offset + position(reader.buffer_position());
            let event = reader.read_event().map_err(|error| {
                broken(self.offset + position(reader.error_position()), xml_problem(&error))
            })?;
            text = matches!(event, Event::Text(_));
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
                Event::Eof if whole => return self.eof(at),
                Event::Eof => return Ok(()),
            }
        }
    }

    /// Notes that only `<speak>` is open here, and has been in all of the last text.
    fn mark_safe(&mut self, at: usize, text: bool) {
        if self.open.len() != 1 {
            return;
        }
        match self.safe.last_mut() {
            Some((_, end)) if text => *end = at,
            _ => self.safe.push((at, at)),
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

    /// Where a part of the document starts in the original.
    fn offset_of(&self, part: &str) -> Option<usize> {
        let inside = (part.as_ptr() as usize).checked_sub(self.document.as_ptr() as usize)?;
        (inside <= self.document.len()).then_some(self.offset + inside)
    }
}

fn position(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(document: &str) -> String {
        spoken(document).unwrap().text.text().to_owned()
    }

    fn joined_of(document: &str) -> Option<String> {
        spoken(document).unwrap().joined.map(|view| view.text().to_owned())
    }

    /// Where a document is broken, and what the error says.
    fn broken_at(document: &str) -> (usize, String) {
        match spoken(document).unwrap_err() {
            TextError::Broken { at, problem } => (at, problem),
            other => panic!("{document:?}: {other}"),
        }
    }

    fn refused_at(document: &str) -> (usize, String) {
        match spoken(document).unwrap_err() {
            TextError::Refused { at, problem } => (at, problem),
            other => panic!("{document:?}: {other}"),
        }
    }

    #[test]
    fn a_document_begins_with_speak() {
        for text in [
            "<speak>a</speak>",
            "  \n<speak version=\"1.1\">a</speak>",
            "<speak/>",
            "\u{FEFF}<speak>a</speak>",
            "<?xml version=\"1.0\"?>\n<speak>a</speak>",
            "<speak\n>",
        ] {
            assert!(is_document(text), "{text:?}");
        }
        for text in
            ["", "speak", "<speaker>", "a <speak>", "< speak>", "<SPEAK>", "<s>a</s>", "<?xml <speak>"]
        {
            assert!(!is_document(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_spoken_is_what_is_left_without_markup() {
        for (document, expected) in [
            ("<speak>Hello, <emphasis level=\"strong\">you</emphasis>.</speak>", "Hello, you."),
            ("<speak><p>One.</p><p>Two.</p></speak>", "One. Two."),
            ("<speak>a<break time=\"1s\"/>b</speak>", "a b"),
            ("<speak>a <break/> b</speak>", "a  b"),
            ("<speak>R&amp;D &lt;3 &#233;&#x1F600;</speak>", "R&D <3 é😀"),
            ("<speak><![CDATA[a < b & c]]></speak>", "a < b & c"),
            ("<speak>a<!-- hidden -->b</speak>", "ab"),
            (
                "<speak>the <sub alias=\"World &amp; Wide\">WW<emphasis>x</emphasis></sub>web</speak>",
                "the World & Wide web",
            ),
            ("<?xml version=\"1.0\"?> <speak/> ", ""),
        ] {
            assert_eq!(text_of(document), expected, "{document:?}");
        }
    }

    #[test]
    fn what_markup_set_apart_has_a_joined_reading() {
        assert_eq!(joined_of("<speak>kil<break/>l</speak>").unwrap(), "kill");
        assert_eq!(joined_of("<speak><s>ki</s><s>ll</s></speak>").unwrap(), "kill");
        assert_eq!(joined_of("<speak>kil<emphasis>l</emphasis></speak>"), None, "one reading is enough");
        assert_eq!(joined_of("<speak><s>a</s> <s>b</s></speak>"), None);
    }

    #[test]
    fn spoken_text_leads_back_to_the_document() {
        let document = " <speak>a&amp;b<sub alias='x&#121;'>q</sub></speak>";
        let view = spoken(document).unwrap().text;
        assert_eq!(view.text(), "a&b xy");
        assert_eq!(&document[view.source(1..2)], "&amp;");
        assert_eq!(&document[view.source(4..6)], "x&#121;");
        assert_eq!(&document[view.source(5..6)], "&#121;");
    }

    #[test]
    fn broken_markup_is_an_answer_that_says_where() {
        for (document, at, says) in [
            ("<speak>a", 8, "1 elements are open"),
            ("<speak><p>a</s></speak>", 11, "end tag of another element"),
            ("<speak>a</speak>b", 16, "outside of <speak>"),
            ("<speak>a</speak><speak/>", 16, "one <speak>"),
            ("a <speak>a</speak>", 0, "outside of <speak>"),
            ("<p>a</p>", 0, "outermost"),
            ("<speak><speak/></speak>", 7, "only outermost"),
            ("<speak>a &nbsp; b</speak>", 9, "reference that is not known"),
            ("<speak>a & b</speak>", 9, "&amp;"),
            ("<speak>&#0;</speak>", 7, "reference that is not known"),
            ("<speak><!-- a</speak>", 7, "comment not closed"),
            ("<speak><break time=\"1s/></speak>", 7, "attribute value not closed"),
            ("<speak><break time=1s /></speak>", 19, "not quoted"),
            ("<speak><break a='1' a='2'/></speak>", 20, "twice"),
            ("<speak><sub>a</sub></speak>", 7, "no alias"),
            ("<speak><sub alias='a&b'>a</sub></speak>", 20, "without its ;"),
            ("<speak></p></speak>", 7, "end tag"),
            ("", 0, "no <speak>"),
        ] {
            let (found, problem) = broken_at(document);
            assert!(problem.contains(says), "{document:?}: {problem}");
            assert_eq!(found, at, "{document:?}: {problem}");
        }
    }

    #[test]
    fn what_reaches_outside_or_speaks_something_else_is_refused() {
        for (document, at, says) in [
            ("<speak><audio src='a.wav'/></speak>", 7, "plays a file"),
            ("<speak>a<phoneme ph='kɪl'>hug</phoneme></speak>", 8, "something else than what is written"),
            ("<speak><lexicon uri='x'/></speak>", 7, "a lexicon is a file"),
            ("<speak><blink>a</blink></speak>", 7, "<blink> is not known; speak, p, s"),
            ("<speak><a\u{202E}b/></speak>", 7, "<...> is not known"),
            ("<speak><voice xlink:href='x'>a</voice></speak>", 7, "outside the text"),
            ("<!DOCTYPE speak [<!ENTITY a 'b'>]><speak>&a;</speak>", 0, "document type"),
            ("<speak><?engine x?></speak>", 7, "processing instruction"),
        ] {
            let (found, problem) = refused_at(document);
            assert!(problem.contains(says), "{document:?}: {problem}");
            assert_eq!(found, at, "{document:?}: {problem}");
        }
    }

    #[test]
    fn depth_nodes_and_attributes_have_limits() {
        let nested = |depth: usize| format!("<speak>{}{}</speak>", "<p>".repeat(depth), "</p>".repeat(depth));
        assert!(spoken(&nested(MAX_DEPTH - 1)).is_ok());
        assert!(refused_at(&nested(MAX_DEPTH)).1.contains("nested deeper than 64"));
        let nodes = |nodes: usize| format!("<speak>{}</speak>", "<mark/>".repeat(nodes));
        assert!(spoken(&nodes(MAX_NODES - 1)).is_ok());
        assert!(refused_at(&nodes(MAX_NODES)).1.contains("more than 65536"));
        let attributes = |count: usize| {
            let list: String = (0..count).map(|n| format!(" a{n}='1'")).collect();
            format!("<speak{list}/>")
        };
        assert!(spoken(&attributes(MAX_ATTRIBUTES)).is_ok());
        assert!(refused_at(&attributes(MAX_ATTRIBUTES + 1)).1.contains("more than 16 attributes"));
    }
}
