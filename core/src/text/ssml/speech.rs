//! What a document says: text, references and aliases, set apart where markup asks for it.

use quick_xml::events::attributes::Attribute;

use super::super::tags::resolve;
use super::beginning::is_space_or_mark;
use super::problem::broken;
use super::{Reading, TextError};

impl Reading<'_> {
    /// Speaks an alias: the attribute's value, with its references resolved.
    pub fn alias(&mut self, alias: &Attribute<'_>, at: usize) -> Result<(), TextError> {
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

    /// Speaks text between tags.
    pub fn characters(&mut self, part: &str, at: usize) -> Result<(), TextError> {
        if self.open.is_empty() {
            return match part.find(|character: char| !is_space_or_mark(character)) {
                Some(inside) => Err(broken(at + inside, "there is text outside of <speak>")),
                None => Ok(()),
            };
        }
        self.speak(part, at);
        Ok(())
    }

    /// Speaks the character that a reference stands for.
    pub fn reference(&mut self, name: &str, at: usize) -> Result<(), TextError> {
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
}
