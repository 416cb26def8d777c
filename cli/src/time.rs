//! Moments on the command line.

use crate::failure::Failure;

const MS_PER_DAY: u64 = 86_400_000;

/// Milliseconds since 1970 of `2026-01-31`, `2026-01-31T12:00:00Z` or a number of milliseconds.
pub fn parse(text: &str) -> Result<u64, Failure> {
    let wrong = || {
        Failure::usage(format!(
            "time {text:?}: accepted are 2026-01-31, 2026-01-31T12:00:00Z and milliseconds"
        ))
    };
    if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() > 4 {
        return text.parse().map_err(|_| wrong());
    }
    let (date, clock) = match text.split_once('T') {
        Some((date, clock)) => (date, clock.strip_suffix('Z').ok_or_else(wrong)?),
        None => (text, "00:00:00"),
    };
    let numbers = |text: &str, separator: char| -> Option<Vec<u64>> {
        text.split(separator).map(|part| part.parse().ok()).collect()
    };
    let (Some(date), Some(clock)) = (numbers(date, '-'), numbers(clock, ':')) else { return Err(wrong()) };
    let (
        &[year @ 1970..=9999, month @ 1..=12, day @ 1..=31],
        &[hour @ 0..=23, minute @ 0..=59, second @ 0..=59],
    ) = (date.as_slice(), clock.as_slice())
    else {
        return Err(wrong());
    };
    // H. Hinnant, "chrono-compatible low-level date algorithms": days from 0000-03-01.
    let (from_march, year) = if month > 2 { (month - 3, year) } else { (month + 9, year - 1) };
    let days =
        year * 365 + year / 4 - year / 100 + year / 400 + (153 * from_march + 2) / 5 + day - 1 - 719_468;
    Ok(days * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_utc() {
        // date -u -d 2025-11-21T22:55:00Z +%s
        for (text, ms) in [
            ("1970-01-01", 0),
            ("2025-11-21T22:55:00Z", 1_763_765_700_000),
            ("2000-03-01", 951_868_800_000),
            ("1763765700123", 1_763_765_700_123),
        ] {
            assert_eq!(parse(text).unwrap(), ms);
        }
        for wrong in ["", "2026", "2026-13-01", "2026-01-31T12:00:00", "yesterday", "2026-01-31T24:00:00Z"] {
            assert!(matches!(parse(wrong), Err(Failure::Usage(_))), "{wrong}");
        }
    }
}
