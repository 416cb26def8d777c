//! From rules to automata.

use std::fmt;
use std::sync::Arc;

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::{Anchored, MatchKind as Semantics, util::start};
use regex_syntax::Error as SyntaxError;
use regex_syntax::hir::{Hir, HirKind};

use super::classifier::Judge;
use super::error::{PolicyError, RuleName};
use super::phonetic::Phonetic;
use super::rule::{Matcher, Rule};
use super::vocabulary::{Owner, Vocabulary};
use super::{canonical, document, inflect};
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
    pub(super) vocabulary: Vocabulary,
    pub(super) phonetic: Option<Phonetic>,
    pub(super) patterns: Option<Patterns>,
    pub(super) has_pii: bool,
    pub(super) judge: Option<Arc<dyn Judge>>,
    hash: [u8; 32],
}

/// The regular expressions.
pub(super) struct Patterns {
    /// Says in one pass which of them match at all.
    pub set: RegexSet,
    /// In the order of the set: place of the rule, and its expression.
    pub each: Vec<(usize, Regex)>,
    /// All of them without their assertions: says whether a match may still be going on.
    going_on: DFA,
}

impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patterns").field("patterns", &self.each.len()).finish_non_exhaustive()
    }
}

impl Patterns {
    /// The first place from which a match may go on beyond the end of the text; its length when there is none.
    pub fn open(&self, text: &str, from: usize) -> usize {
        let mut cache = self.going_on.create_cache();
        let rest = text.get(from..).unwrap_or_default();
        let open =
            rest.char_indices().map(|(at, _)| from + at).find(|at| self.goes_on(&mut cache, text, *at));
        open.unwrap_or(text.len())
    }

    fn goes_on(&self, cache: &mut Cache, text: &str, at: usize) -> bool {
        let config = start::Config::new().anchored(Anchored::Yes);
        let Ok(mut state) = self.going_on.start_state(cache, &config) else { return true };
        for byte in text.as_bytes().get(at..).unwrap_or_default() {
            match self.going_on.next_state(cache, state, *byte) {
                Ok(next) if next.is_dead() => return false,
                Ok(next) if !next.is_quit() => state = next,
                _ => return true,
            }
        }
        true
    }
}

impl Policy {
    /// Longest text in bytes: some twenty hours of speech.
    pub const MAX_TEXT_BYTES: usize = 1 << 20;

    /// The policy of a rules file, schema version 1 or the older shape.
    ///
    /// # Errors
    /// A [`PolicyError`] that says which rule, which field, and what is accepted.
    pub fn from_json(json: &str) -> Result<Policy, PolicyError> {
        let rules = document::read(json)?;
        let (vocabulary, phonetic) = compile_terms(&rules)?;
        Ok(Policy {
            vocabulary,
            phonetic,
            patterns: compile_patterns(&rules)?,
            has_pii: rules.iter().any(|rule| matches!(rule.matcher, Matcher::Pii(_))),
            judge: None,
            hash: canonical::hash(&rules),
            rules,
        })
    }

    /// The same policy with the host's own classifier, which is asked about every text. It is no part of the hash.
    #[must_use]
    pub fn with_judge(mut self, judge: Arc<dyn Judge>) -> Policy {
        self.judge = Some(judge);
        self
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
        Self {
            rules: Vec::new(),
            vocabulary: Vocabulary::default(),
            phonetic: None,
            patterns: None,
            has_pii: false,
            judge: None,
            hash: canonical::hash(&[]),
        }
    }
}

fn compile_terms(rules: &[Rule]) -> Result<(Vocabulary, Option<Phonetic>), PolicyError> {
    let mut vocabulary = Vocabulary::default();
    let mut sounds = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let single = matches!(rule.matcher, Matcher::Terms(_));
        let terms = rule.terms().iter().enumerate().map(|(place, term)| ("terms", place, term, single));
        let exceptions =
            rule.exceptions.iter().enumerate().map(|(place, term)| ("exceptions", place, term, false));
        for (field, place, term, single) in terms.chain(exceptions) {
            let parts = parts(term, single).map_err(|problem| PolicyError::Field {
                rule: RuleName { index, id: Some(rule.id.clone()) },
                field: format!("{field}[{place}]"),
                problem: problem.into(),
            })?;
            let exception = field == "exceptions";
            let owner = Owner { rule: index as u32, term: place as u32, exception };
            let phrase: Vec<_> = parts
                .iter()
                .map(|word| {
                    let id = vocabulary.add(word);
                    if rule.phonetic && !exception {
                        sounds.push(id);
                    }
                    match rule.language.as_deref() {
                        Some(language) => vocabulary.lemma(word, language, || folded_forms(word, language)),
                        None => id,
                    }
                })
                .collect();
            vocabulary.claim(&phrase, owner);
            // "Doe, Jane" and "Jane Doe" are one name.
            if let (Matcher::Names(_), [one, other]) = (&rule.matcher, phrase.as_slice()) {
                vocabulary.claim(&[*other, *one], owner);
            }
        }
    }
    vocabulary.seal();
    let phonetic = (!sounds.is_empty()).then(|| Phonetic::new(&vocabulary, &sounds));
    Ok((vocabulary, phonetic))
}

fn folded_forms(word: &str, language: &str) -> Vec<String> {
    let forms = inflect::forms(word, language);
    forms.into_iter().map(|form| if form.is_ascii() { form } else { fold(&form).text().to_owned() }).collect()
}

/// The folded words of a term; or what is wrong with the term.
pub(super) fn parts(term: &str, single: bool) -> Result<Vec<String>, &'static str> {
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
    Ok(found.text().split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect())
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
    let going_on =
        going_on(&each).ok_or(PolicyError::TooLarge { what: "patterns", max: MAX_PATTERNS_BYTES })?;
    Ok(Some(Patterns { set, each, going_on }))
}

/// An automaton of all patterns without their assertions, which only make matches fewer.
fn going_on(each: &[(usize, Regex)]) -> Option<DFA> {
    let mut relaxed = Vec::with_capacity(each.len());
    for (_, regex) in each {
        relaxed.push(without_looks(&regex_syntax::parse(regex.as_str()).ok()?));
    }
    let config = thompson::Config::new()
        .nfa_size_limit(Some(MAX_PATTERNS_BYTES))
        .which_captures(thompson::WhichCaptures::None);
    let nfa = thompson::Compiler::new().configure(config).build_many_from_hir(&relaxed).ok()?;
    let config = DFA::config().match_kind(Semantics::All).skip_cache_capacity_check(true);
    DFA::builder().configure(config).build_from_nfa(nfa).ok()
}

fn without_looks(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Look(_) => Hir::empty(),
        HirKind::Repetition(repetition) => {
            let mut repetition = repetition.clone();
            repetition.sub = Box::new(without_looks(&repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => without_looks(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(without_looks).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(without_looks).collect()),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
    }
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
