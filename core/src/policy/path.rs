//! Everything that may be heard of a text, each with the way back to it.
//!
//! A text has several readings: what is spoken, the same with words that markup split joined, with what looks like tags left out
//! and references resolved (and once more, as references may stand for references), and with overridden directions as they are shown.
//!
//! Of a text that may go on, every reading ends where what follows could still change it: at a sign that may begin a tag or
//! a reference, or at an override that has no end yet. So the reading of a text is always the beginning of the reading of the text and
//! whatever follows, and [`Path::reach`] says how much of the original it stands for. That is what a stream rests on.

use std::borrow::Cow;
use std::ops::Range;

use super::disguise::Undone;
use crate::text::{Markup, Spoken, View, tags};

/// Most times that references are resolved in what references stood for.
const MAX_UNESCAPED: usize = 3;

/// A reading of a text and the way back to it.
#[derive(Clone)]
pub(super) struct Path<'s> {
    /// From the original to the reading.
    views: Vec<Cow<'s, View>>,
    /// What was undone on the way.
    pub undone: Undone,
    /// The reading stands for the original up to this byte. What follows is not read yet.
    pub reach: usize,
}

impl<'s> Path<'s> {
    /// All readings of a text; with `more`, of one that may go on.
    pub fn all(original: &str, spoken: &'s Spoken, more: bool) -> Vec<Path<'s>> {
        let plain = spoken.markup != Markup::Ssml;
        let said = &spoken.text;
        let reach = match said.text().len() {
            // What follows the last thing that a document says may change how it is said.
            length if !plain && length > 0 => said.source(0..length).end,
            _ => original.len(),
        };
        let first = Path { views: vec![Cow::Borrowed(said)], undone: Undone::NOTHING, reach };
        let mut paths = vec![first.clone()];
        if let Some(joined) = spoken.joined.as_ref().filter(|_| !plain) {
            let reach = joined.source(0..joined.text().len()).end;
            paths.push(Path { views: vec![Cow::Borrowed(joined)], undone: Undone::MARKUP, reach });
        }
        // A document's text may itself look like markup; a plain text's references may stand for references.
        let mut last = first.clone();
        for _ in 0..MAX_UNESCAPED + usize::from(plain) {
            let Some(next) = tags::stripped(last.text(), more) else { break };
            if !next.changed && next.until == last.text().len() {
                break;
            }
            // A reading that only ends earlier may have a further one that ends earlier still: what showed that a sign begins
            // no tag may be gone from it.
            last = last.then(next.view, next.until, Undone::MARKUP);
            paths.push(last.clone());
        }
        if let Some((shown, until)) = tags::shown(said.text(), more) {
            paths.push(first.then(shown, until, Undone::REVERSED));
        }
        paths
    }

    /// One step further: a reading of this reading, which stands for it up to a place.
    fn then(&self, view: View, until: usize, undone: Undone) -> Path<'s> {
        let reach = self.original(until);
        let views = self.views.iter().cloned().chain([Cow::Owned(view)]).collect();
        Path { views, undone: self.undone | undone, reach }
    }

    /// The reading of another text that was made in the same way. Readings that change nothing are left out, so the last one
    /// that is there stands for them.
    pub fn counterpart<'p>(&self, others: &'p [Path<'s>]) -> Option<&'p Path<'s>> {
        let reversed = |path: &Path<'_>| path.undone.has(Undone::REVERSED);
        if reversed(self) {
            return others.iter().find(|path| reversed(path)).or(others.first());
        }
        let mut kept = others.iter().filter(|path| !reversed(path));
        kept.clone().find(|path| path.views.len() == self.views.len()).or_else(|| kept.next_back())
    }

    /// What is read.
    pub fn text(&self) -> &str {
        self.views.last().map_or("", |view| view.text())
    }

    /// From a part of the reading to a part of the original.
    pub fn source(&self, part: Range<usize>) -> Range<usize> {
        self.views.iter().rev().fold(part, |part, view| view.source(part))
    }

    /// Where a place of the reading lies in the original.
    pub fn original(&self, place: usize) -> usize {
        let character = self.text().get(place..).and_then(|rest| rest.chars().next());
        character.map_or(self.reach, |character| {
            self.source(place..place + character.len_utf8()).start.min(self.reach)
        })
    }

    /// The first place of the reading that came from this place of the original, or from one after it.
    pub fn place_of(&self, original: usize) -> usize {
        if original == 0 {
            return 0;
        }
        let text = self.text();
        let mut places = text.char_indices().map(|(at, character)| at..at + character.len_utf8());
        places.find(|part| self.source(part.clone()).start >= original).map_or(text.len(), |part| part.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 13] = [
        "an&lt;kill at com<sub a=\"b\">e<&amp;#x69;/sb>!A joh>n.de@example.com",
        "ki<b>ll</b> &lt;b and c&gt; k&amp;#105;ll &amp;amp;lt;x&gt; end",
        "a < b & c <3 &no; <b <c> &#105 x",
        "ki<!-- x -->ll \u{202E}llik\u{202C} and \u{202E}open",
        "&lt;kill <b im>e &amp;lt;x>y",
        "<",
        "a &",
        "&#x3c;b>kill&#62;</b>",
        "\u{202E}\u{202E}ab\nc\u{202D}",
        "R&D; yes & no &longerthanall; &#0; é&eacute;",
        "&lt;&lt;b&gt;&gt;&lt;b",
        "a <b and so on and so on without an end, \u{202E}and",
        "&amp;amp;amp;amp;lt;b&gt;",
    ];

    #[test]
    fn the_readings_of_a_beginning_are_beginnings_of_the_readings() {
        for text in TEXTS {
            let whole = Spoken::new(text, Markup::Plain).unwrap();
            let whole = Path::all(text, &whole, false);
            for (cut, _) in text.char_indices() {
                let head = &text[..cut];
                let spoken = Spoken::new(head, Markup::Plain).unwrap();
                let begun = Path::all(head, &spoken, true);
                for long in &whole {
                    let short = long.counterpart(&begun).unwrap();
                    assert!(long.text().starts_with(short.text()), "{head:?} of {text:?}: {}", short.text());
                    let next = long.original(short.text().len());
                    assert!(next >= short.reach, "{head:?} of {text:?}: {next} {}", short.reach);
                }
            }
        }
    }

    #[test]
    fn a_text_without_signs_of_markup_has_one_reading() {
        for text in ["", "Good morning.", "1 > 0"] {
            let spoken = Spoken::new(text, Markup::Plain).unwrap();
            for more in [false, true] {
                assert_eq!(Path::all(text, &spoken, more).len(), 1, "{text}");
            }
        }
    }
}
