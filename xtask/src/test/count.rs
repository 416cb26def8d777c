//! How many checks passed, read from what the test runners print.

/// Passed, failed and skipped checks of one suite.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl Count {
    /// One check that passed.
    pub fn success() -> Count {
        Count { passed: 1, ..Count::default() }
    }

    /// One check that failed.
    pub fn failure() -> Count {
        Count { failed: 1, ..Count::default() }
    }

    pub fn add(&mut self, other: &Count) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// From `cargo test`: the sum of its `test result:` lines.
    pub fn from_cargo(text: &str) -> Count {
        let mut count = Count::default();
        for line in text.lines().filter(|line| line.starts_with("test result:")) {
            count.passed += before(line, " passed");
            count.failed += before(line, " failed");
            count.skipped += before(line, " ignored");
        }
        count
    }

    /// From pytest: its closing line.
    pub fn from_pytest(text: &str) -> Count {
        let closing =
            |line: &&str| line.contains(" in ") && (line.contains(" passed") || line.contains(" failed"));
        let line = text.lines().rev().find(closing).unwrap_or_default();
        Count {
            passed: before(line, " passed"),
            failed: before(line, " failed") + before(line, " error"),
            skipped: before(line, " skipped"),
        }
    }

    /// From `node --test` with its TAP reporter: the closing comments.
    pub fn from_tap(text: &str) -> Count {
        let last = |name: &str| {
            let found = text.lines().rev().find_map(|line| line.strip_prefix(name));
            found.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
        };
        Count {
            passed: last("# pass "),
            failed: last("# fail ") + last("# cancelled "),
            skipped: last("# skipped ") + last("# todo "),
        }
    }
}

/// The number that stands right before `word` in `line`, or 0.
fn before(line: &str, word: &str) -> usize {
    let Some((head, _)) = line.split_once(word) else { return 0 };
    let digits = head.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn cargo_results_are_summed_over_all_binaries() {
        let text = "running 2 tests\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n";
        assert_eq!(Count::from_cargo(text), Count { passed: 15, failed: 2, skipped: 1 });
    }

    #[test]
    fn pytest_errors_count_as_failures() {
        let text = "== 1 failed, 40 passed, 2 skipped, 3 errors in 1.25s ==\n";
        assert_eq!(Count::from_pytest(text), Count { passed: 40, failed: 4, skipped: 2 });
    }

    #[test]
    fn node_counts_stand_in_the_closing_comments() {
        let text = "ok 1 - a\n# tests 9\n# pass 7\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n";
        assert_eq!(Count::from_tap(text), Count { passed: 7, failed: 1, skipped: 1 });
    }

    #[test]
    fn a_runner_that_says_nothing_counts_nothing() {
        assert_eq!(Count::from_cargo("error: could not compile"), Count::default());
        assert_eq!(Count::from_pytest(""), Count::default());
        assert_eq!(Count::from_tap(""), Count::default());
    }
}
