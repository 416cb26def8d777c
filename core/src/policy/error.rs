//! Why a rules file was refused.

use std::fmt;

/// Which rule: its place in the file and its id, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleName {
    /// Place in `rules`, from 0.
    pub index: usize,
    /// The rule's id, where it could be read.
    pub id: Option<String>,
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rules[{}]", self.index)?;
        match &self.id {
            Some(id) => write!(f, " (id {id:?})"),
            None => Ok(()),
        }
    }
}

/// Why a rules file was refused: which rule, which field, what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The file is longer than any policy should be.
    #[error("rules of {bytes} bytes: accepted are at most {max}")]
    TooLong {
        /// The refused length.
        bytes: usize,
        /// What is accepted.
        max: usize,
    },
    /// Not JSON, or not the shape of a rules file.
    #[error("rules are not accepted at line {line}, column {column}: {problem}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A version of the schema that this library does not know.
    #[error("version is {found}: accepted is 1")]
    Version {
        /// What was found.
        found: String,
    },
    /// More rules than are accepted.
    #[error("{rules} rules: accepted are at most {max}")]
    TooManyRules {
        /// The refused number.
        rules: usize,
        /// What is accepted.
        max: usize,
    },
    /// More terms and phrases, all rules together, than are accepted.
    #[error("{rule}: more than {max} terms in all rules together, which is the most that is accepted")]
    TooManyTerms {
        /// The rule that goes beyond.
        rule: RuleName,
        /// What is accepted.
        max: usize,
    },
    /// A rule has the id of an earlier one.
    #[error("{rule}: rules[{first}] has the same id; accepted is an id of its own for every rule")]
    DuplicateId {
        /// The later rule.
        rule: RuleName,
        /// Place of the earlier rule, from 0.
        first: usize,
    },
    /// A field that is missing, is not known, or holds something that is not accepted.
    #[error("{rule}: {field} {problem}")]
    Field {
        /// Which rule.
        rule: RuleName,
        /// Which field.
        field: String,
        /// What is wrong with it, and what is accepted.
        problem: String,
    },
    /// A regular expression that does not compile.
    #[error("{rule}: pattern is not a regular expression: {problem} at character {position}")]
    Pattern {
        /// Which rule.
        rule: RuleName,
        /// Where in the pattern, in characters from 1.
        position: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A regular expression that becomes too large an automaton.
    #[error(
        "{rule}: pattern is too large: accepted are patterns of at most {max} bytes when compiled \
         (smaller repetitions, fewer Unicode classes)"
    )]
    PatternTooLarge {
        /// Which rule.
        rule: RuleName,
        /// What is accepted.
        max: usize,
    },
    /// The patterns or the terms of all rules together become too large an automaton.
    #[error("the {what} of all rules together are too large: accepted are at most {max} bytes when compiled")]
    TooLarge {
        /// Patterns or terms.
        what: &'static str,
        /// What is accepted.
        max: usize,
    },
    /// A signed pack or a word list that cannot be used.
    #[error("the file {problem}")]
    Pack {
        /// What is wrong with it, and what is accepted.
        problem: &'static str,
    },
}
