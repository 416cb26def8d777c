//! From rules to automata.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind as Semantics};
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use regex_syntax::Error as SyntaxError;

use super::error::{PolicyError, RuleName};
use super::rule::{Matcher, Rule};
use super::{canonical, document};
use crate::text::words::is_word_character;
use crate::text::{fold, words};

/// Largest compiled pattern in bytes, as the `regex` crate counts them.
pub const MAX_PATTERN_BYTES: usize = 4 << 20;
/// Largest automaton of all patterns together in bytes.
pub const MAX_PATTERNS_BYTES: usize = 64 << 20;

/// A compiled set of rules. Never changes: share it between threads.
#[derive(Debug)]
pub struct Policy {
    pub(super) rules: Vec<Rule>,
    pub(super) terms: Option<Terms>,
    pub(super) patterns: Option<Patterns>,
    hash: [u8; 32],
}

/// All terms and phrases of all rules.
#[derive(Debug)]
pub(super) struct Terms {
    /// Finds the folded words, with the spaces around them.
    pub automaton: AhoCorasick,
    /// For each needle of the automaton, the rules that look for it.
    pub owners: Vec<Vec<Owner>>,
}

/// A rule's claim to a needle.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    /// Place of the rule.
    pub rule: usize,
    /// The term as the rule has it.
    pub term: String,
}

/// The regular expressions.
#[derive(Debug)]
pub(super) struct Patterns {
    /// Says in one pass which of them match at all.
    pub set: RegexSet,
    /// In the order of the set: place of the rule, and its expression.
    pub each: Vec<(usize, Regex)>,
}

impl Policy {
    /// Longest text in bytes: some twenty hours of speech.
    pub const MAX_TEXT_BYTES: usize = 1 << 20;

    /// The policy of a rules file, schema version 1.
    ///
    /// # Errors
    /// A [`PolicyError`] that says which rule, which field, and what is accepted.
    pub fn from_json(json: &str) -> Result<Policy, PolicyError> {
        let rules = document::read(json)?;
        Ok(Policy {
            terms: compile_terms(&rules)?,
            patterns: compile_patterns(&rules)?,
            hash: canonical::hash(&rules),
            rules,
        })
    }

    /// SHA-256 of the canonical rules: what the ledger records of the policy that judged a text.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// How many rules there are.
    pub fn rule_count(&self) -> usize {
        self.rules.len()
    }
}

/// No rules: every well-formed text passes.
impl Default for Policy {
    fn default() -> Self {
        Self { rules: Vec::new(), terms: None, patterns: None, hash: canonical::hash(&[]) }
    }
}

fn compile_terms(rules: &[Rule]) -> Result<Option<Terms>, PolicyError> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut needles: Vec<String> = Vec::new();
    let mut owners: Vec<Vec<Owner>> = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let (list, single) = match &rule.matcher {
            Matcher::Terms(list) => (list, true),
            Matcher::Phrases(list) => (list, false),
            Matcher::Pattern(_) => continue,
        };
        for (place, term) in list.iter().enumerate() {
            let needle = needle(term, single).map_err(|problem| PolicyError::Field {
                rule: RuleName { index, id: Some(rule.id.clone()) },
                field: format!("terms[{place}]"),
                problem: problem.into(),
            })?;
            let owner = Owner { rule: index, term: term.clone() };
            match places.get(&needle).and_then(|at| owners.get_mut(*at)) {
                Some(owners) => owners.push(owner),
                None => {
                    places.insert(needle.clone(), needles.len());
                    needles.push(needle);
                    owners.push(vec![owner]);
                }
            }
        }
    }
    if needles.is_empty() {
        return Ok(None);
    }
    // Standard semantics, because only they can report matches that overlap: neighbours share a space.
    let automaton = AhoCorasick::builder()
        .match_kind(Semantics::Standard)
        .build(&needles)
        .map_err(|_| PolicyError::TooLarge { what: "terms", max: i32::MAX as usize })?;
    Ok(Some(Terms { automaton, owners }))
}

/// What the automaton looks for in order to find the term; or what is wrong with the term.
fn needle(term: &str, single: bool) -> Result<String, &'static str> {
    let folded = fold(term);
    let found = words(folded.text());
    let bare = |character: Option<char>| character.is_some_and(is_word_character);
    if found.text().is_empty() {
        return Err("has no letter and no digit: accepted are words, and anything with match \"regex\"");
    }
    if single && folded.text().trim().contains(char::is_whitespace) {
        return Err("is more than one word: accepted is a single word, and several with match \"phrase\"");
    }
    if single && !(bare(folded.text().chars().next()) && bare(folded.text().chars().next_back())) {
        return Err("begins or ends with something else than a letter or digit: accepted is a bare word, \
                    and anything with match \"regex\"");
    }
    Ok(found.text().to_owned())
}

fn compile_patterns(rules: &[Rule]) -> Result<Option<Patterns>, PolicyError> {
    let mut each = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        if let Matcher::Pattern(pattern) = &rule.matcher {
            each.push((index, compile_pattern(pattern, RuleName { index, id: Some(rule.id.clone()) })?));
        }
    }
    if each.is_empty() {
        return Ok(None);
    }
    let set = RegexSetBuilder::new(each.iter().map(|(_, regex)| regex.as_str()))
        .size_limit(MAX_PATTERNS_BYTES)
        .build()
        .map_err(|_| PolicyError::TooLarge { what: "patterns", max: MAX_PATTERNS_BYTES })?;
    Ok(Some(Patterns { set, each }))
}

fn compile_pattern(pattern: &str, rule: RuleName) -> Result<Regex, PolicyError> {
    let parsed = match regex_syntax::parse(pattern) {
        Ok(parsed) => parsed,
        Err(error) => {
            let (problem, offset) = match &error {
                SyntaxError::Parse(error) => (error.kind().to_string(), error.span().start.offset),
                SyntaxError::Translate(error) => (error.kind().to_string(), error.span().start.offset),
                _ => ("not accepted".into(), 0),
            };
            let position = pattern.get(..offset).unwrap_or_default().chars().count() + 1;
            return Err(PolicyError::Pattern { rule, position, problem });
        }
    };
    if parsed.properties().minimum_len() == Some(0) {
        let problem =
            "matches the empty text, and so every text: accepted is a pattern of at least one character";
        return Err(PolicyError::Field { rule, field: "pattern".into(), problem: problem.into() });
    }
    RegexBuilder::new(pattern)
        .size_limit(MAX_PATTERN_BYTES)
        .build()
        .map_err(|_| PolicyError::PatternTooLarge { rule, max: MAX_PATTERN_BYTES })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_pattern(pattern: &str) -> Result<Policy, PolicyError> {
        let rule = serde_json::json!({"id": "r", "category": "c", "severity": "error", "match": "regex", "pattern": pattern});
        Policy::from_json(&serde_json::json!({"version": 1, "rules": [rule]}).to_string())
    }

    #[test]
    fn a_policy_is_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Policy>();
    }

    #[test]
    fn a_pattern_that_does_not_compile_is_shown_by_its_place() {
        for (pattern, position, says) in [
            ("a(b", 2, "unclosed group"),
            ("é[z-a]", 3, "invalid character class range"),
            ("a\\p{Nonsense}", 2, "Unicode property not found"),
            ("a{2,1}", 2, "invalid repetition count range"),
            ("(?=a)b", 1, "look-around"),
            (r"(a)\1", 4, "backreferences are not supported"),
        ] {
            match with_pattern(pattern).unwrap_err() {
                PolicyError::Pattern { rule, position: found, problem } => {
                    assert_eq!((rule.index, found), (0, position), "{pattern}: {problem}");
                    assert!(problem.contains(says), "{pattern}: {problem}");
                }
                other => panic!("{pattern}: {other}"),
            }
        }
        assert_eq!(
            with_pattern("a(b").unwrap_err().to_string(),
            "rules[0] (id \"r\"): pattern is not a regular expression: unclosed group at character 2"
        );
    }

    #[test]
    fn a_pattern_that_is_too_large_or_matches_everything_is_refused() {
        let error = with_pattern("(x{1000}){1000}").unwrap_err();
        assert!(matches!(error, PolicyError::PatternTooLarge { max: MAX_PATTERN_BYTES, .. }), "{error}");
        assert!(error.to_string().contains("at most 4194304 bytes"));
        assert!(
            with_pattern(&"x".repeat(4097)).unwrap_err().to_string().contains("a text of 4097 characters")
        );
        assert!(with_pattern(&"(".repeat(3000)).is_err());
        for empty in ["x*", "a|", "^", "(?:)", r"\b"] {
            let error = with_pattern(empty).unwrap_err().to_string();
            assert!(error.contains("matches the empty text"), "{empty}: {error}");
        }
        assert!(with_pattern("x+").is_ok());
    }

    #[test]
    fn many_patterns_together_have_a_limit() {
        let rule = |n: usize| serde_json::json!({"id": n.to_string(), "category": "c", "severity": "info", "match": "regex", "pattern": r"\w{80}z"});
        let rules: Vec<_> = (0..40).map(rule).collect();
        let error =
            Policy::from_json(&serde_json::json!({"version": 1, "rules": rules}).to_string()).unwrap_err();
        assert!(matches!(error, PolicyError::TooLarge { what: "patterns", .. }), "{error}");
    }

    #[test]
    fn ten_thousand_terms_are_one_automaton() {
        use crate::policy::{Action, Markup};
        let terms: Vec<String> = (0..10_000).map(|n| format!("term{n}")).collect();
        let rule = serde_json::json!({"id": "r", "category": "c", "severity": "error", "match": "term", "terms": terms});
        let policy =
            Policy::from_json(&serde_json::json!({"version": 1, "rules": [rule]}).to_string()).unwrap();
        for (text, action) in
            [("a Term9999.", Action::Block), ("a term10000.", Action::Allow), ("term0 term77", Action::Block)]
        {
            assert_eq!(policy.check(text, Markup::Auto).unwrap().action, action, "{text}");
        }
    }
}
