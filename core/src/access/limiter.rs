//! Rate limits: GCRA, the generic cell rate algorithm (ITU-T I.371, annex A).
//!
//! A key has one number, the time at which its allowance will be whole again (the "theoretical arrival
//! time"). A request costs one emission interval (60 a minute: one second) and is refused while that would
//! put the number further ahead of now than the burst allows. So a key may begin with a burst, then goes at
//! the steady rate, and no window can be straddled.
//!
//! Memory is fixed: a table of sets of eight, like a processor's cache. A key lives in one set; when a set is
//! full, the key whose allowance is nearest to whole gives way, which forgives it at most what it still
//! owed and never refuses anybody else. One that owes nothing gives way first, and loses nothing.

use std::hash::{BuildHasher, RandomState};

/// The same decision for many machines, as a Lua script that Redis or Valkey runs. KEYS: the limit's name; ARGV:
/// the interval in microseconds, the burst, the cost. It answers whether it is allowed (1 or 0), microseconds
/// until it would be (-1: never) and how many may still come at once.
pub const SCRIPT: &std::ffi::CStr =
    match std::ffi::CStr::from_bytes_with_nul(concat!(include_str!("limiter.lua"), "\0").as_bytes()) {
        Ok(script) => script,
        Err(_) => c"",
    };

/// How many requests, and how many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    interval_ns: u64,
    tolerance_ns: u64,
    burst: u32,
}

/// Nanoseconds in a second.
const SECOND_NS: u64 = 1_000_000_000;
/// Times are accepted up to the year 2286: far below where their sums overflow.
const MAX_SECONDS: f64 = 1e10;

impl Rate {
    /// `count` requests in `period_seconds`, of which `burst` may come at once; both at least 1.
    pub fn new(count: u32, period_seconds: f64, burst: u32) -> Result<Self, LimiterError> {
        let accepted = period_seconds > 0.0 && period_seconds <= 366.0 * 86_400.0;
        if count == 0 || !accepted {
            return Err(LimiterError::Rate { count, seconds: period_seconds });
        }
        if burst == 0 || burst > 1_000_000 {
            return Err(LimiterError::Burst { burst });
        }
        let interval_ns = ((period_seconds * SECOND_NS as f64 / f64::from(count)).round() as u64).max(1);
        Ok(Self { interval_ns, tolerance_ns: interval_ns.saturating_mul(u64::from(burst)), burst })
    }

    /// The steady distance between requests, in nanoseconds.
    pub fn interval_ns(self) -> u64 {
        self.interval_ns
    }

    /// How many may come at once.
    pub fn burst(self) -> u32 {
        self.burst
    }

    /// One decision on one key's number: whether it passes, and the number afterwards.
    ///
    /// This is the whole of the algorithm; a shared limiter runs the same lines inside its server.
    pub fn decide(self, arrival_ns: u64, now_ns: u64, cost: u32) -> (Decision, u64) {
        let owed_until = arrival_ns.max(now_ns);
        let spent = self.interval_ns.saturating_mul(u64::from(cost));
        let next = owed_until.saturating_add(spent);
        let latest = now_ns.saturating_add(self.tolerance_ns);
        if next > latest {
            let possible = cost <= self.burst;
            let wait = if possible { seconds(next - latest) } else { f64::INFINITY };
            let remaining = latest.saturating_sub(owed_until) / self.interval_ns;
            (Decision { allowed: false, retry_after: wait, remaining: narrow(remaining) }, arrival_ns)
        } else {
            let remaining = (latest - next) / self.interval_ns;
            (Decision { allowed: true, retry_after: 0.0, remaining: narrow(remaining) }, next)
        }
    }
}

fn narrow(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn seconds(ns: u64) -> f64 {
    ns as f64 / SECOND_NS as f64
}

/// Seconds as nanoseconds, where they are a time that can be: finite, 0 to 10^10.
pub fn nanoseconds(now: f64) -> Result<u64, LimiterError> {
    if (0.0..=MAX_SECONDS).contains(&now) {
        // Whole seconds and fraction apart: the product of a large time would lose its nanoseconds.
        let whole = now.trunc();
        Ok(whole as u64 * SECOND_NS + ((now - whole) * SECOND_NS as f64).round() as u64)
    } else {
        Err(LimiterError::Time { now })
    }
}

/// What a limiter says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// Whether the request may go on.
    pub allowed: bool,
    /// Seconds until it would be allowed; 0 when it is, infinite when its cost is above the burst.
    pub retry_after: f64,
    /// Requests that may still come at once.
    pub remaining: u32,
}

/// Keys that share a set of the table.
const WAYS: usize = 8;
/// Words of a set: eight tags, eight arrival times.
type Set = [u64; 2 * WAYS];

/// Limits requests by key.
pub struct Limiter {
    rate: Rate,
    sets: Vec<Set>,
    // Who shares a set with whom must not be predictable. Nothing that is decided depends on it but which key
    // is forgotten first, so this is the one randomness that is not an argument.
    hasher: RandomState,
    evicted: u64,
    /// The latest time it was asked at: what is owed is owed from there.
    now_ns: u64,
}

impl Limiter {
    /// Most keys that a limiter can be asked to know: 2^24, which is 256 MiB.
    pub const MAX_KEYS: usize = 1 << 24;
    /// Keys that a limiter knows unless asked otherwise: 2^16, which is 1 MiB.
    pub const DEFAULT_KEYS: usize = 1 << 16;

    /// A limiter that knows at least `keys` keys, 16 bytes each; rounded up to a power of two.
    pub fn new(rate: Rate, keys: usize) -> Result<Self, LimiterError> {
        if !(1..=Self::MAX_KEYS).contains(&keys) {
            return Err(LimiterError::Keys { keys });
        }
        let sets = keys.div_ceil(WAYS).next_power_of_two();
        Ok(Self { rate, sets: vec![[0; 2 * WAYS]; sets], hasher: RandomState::new(), evicted: 0, now_ns: 0 })
    }

    /// Takes over what is owed to a limiter that this one replaces. Each key owes as many requests as before, up to a
    /// whole burst of this rate: who had used up the burst has used up this one too.
    pub fn inherit(&mut self, old: Self) {
        if old.rate == self.rate && old.sets.len() == self.sets.len() {
            *self = old;
            return;
        }
        self.hasher = old.hasher;
        (self.evicted, self.now_ns) = (old.evicted, old.now_ns);
        let (now_ns, rate) = (old.now_ns, self.rate);
        for set in &old.sets {
            let (tags, arrivals) = set.split_at(WAYS);
            for (tag, arrival) in tags.iter().zip(arrivals) {
                let owed = arrival.saturating_sub(now_ns);
                if owed == 0 {
                    continue;
                }
                let owed = u128::from(owed) * u128::from(rate.interval_ns) / u128::from(old.rate.interval_ns);
                let owed = u64::try_from(owed).unwrap_or(u64::MAX).min(rate.tolerance_ns);
                let (slot, lost) = self.slot(*tag, now_ns);
                if let Some((in_tag, in_arrival)) = slot {
                    *in_tag = *tag;
                    *in_arrival = now_ns.saturating_add(owed);
                }
                self.evicted += u64::from(lost);
            }
        }
    }

    /// The rate.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Bytes of the table: what it takes however many keys come.
    pub fn bytes(&self) -> usize {
        self.sets.len() * size_of::<Set>()
    }

    /// Keys that were forgotten while they still owed something.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Decides about one request of `key`, which costs `cost`. Time is in nanoseconds since any epoch; when
    /// it goes back, nothing is forgiven.
    pub fn check(&mut self, key: &[u8], cost: u32, now_ns: u64) -> Decision {
        let tag = self.tag(key);
        let rate = self.rate;
        self.now_ns = self.now_ns.max(now_ns);
        let (slot, owed) = self.slot(tag, now_ns);
        let (decision, arrival) =
            rate.decide(slot.as_ref().map_or(0, |(_, arrival)| **arrival), now_ns, cost);
        if let Some((in_tag, in_arrival)) = slot {
            *in_tag = tag;
            *in_arrival = arrival;
        }
        self.evicted += u64::from(owed);
        decision
    }

    /// Forgets a key: it has its whole burst again.
    pub fn forget(&mut self, key: &[u8]) {
        let tag = self.tag(key);
        let set = self.set(tag);
        let (tags, arrivals) = set.split_at_mut(WAYS);
        if let Some((_, arrival)) = tags.iter().zip(arrivals).find(|(found, _)| **found == tag) {
            *arrival = 0;
        }
    }

    /// Never 0, which stands for a free place. Two keys that share all 64 bits share a limit.
    fn tag(&self, key: &[u8]) -> u64 {
        self.hasher.hash_one(key).max(1)
    }

    fn set(&mut self, tag: u64) -> &mut [u64] {
        let index = tag as usize & (self.sets.len() - 1);
        self.sets.get_mut(index).map_or(&mut [], |set| set.as_mut_slice())
    }

    /// The place of a key, its own or one that it takes over; and whether somebody lost a debt for it.
    fn slot(&mut self, tag: u64, now_ns: u64) -> (Option<(&mut u64, &mut u64)>, bool) {
        let (tags, arrivals) = self.set(tag).split_at_mut(WAYS);
        let own = tags.iter().position(|found| *found == tag);
        // A free place has arrival 0, and so is the first to be taken.
        let place = own.or_else(|| (0..arrivals.len()).min_by_key(|way| arrivals.get(*way).copied()));
        let Some(place) = place else { return (None, false) };
        let slot = tags.get_mut(place).zip(arrivals.get_mut(place));
        let mut owed = false;
        let slot = slot.map(|(in_tag, arrival)| {
            if *in_tag != tag {
                owed = *arrival > now_ns;
                *arrival = 0;
            }
            (in_tag, arrival)
        });
        (slot, owed)
    }
}

/// Why a limiter cannot be made, or asked.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LimiterError {
    /// No requests, or no time.
    #[error("{count} requests in {seconds} s: accepted are 1 or more, in more than 0 s and at most 366 days")]
    Rate {
        /// The refused count.
        count: u32,
        /// The refused period.
        seconds: f64,
    },
    /// No burst, or one without bound.
    #[error("a burst of {burst}: accepted are 1 to 1000000")]
    Burst {
        /// The refused burst.
        burst: u32,
    },
    /// Too many keys, or none.
    #[error("{keys} keys: accepted are 1 to 16777216")]
    Keys {
        /// The refused number.
        keys: usize,
    },
    /// Not a time.
    #[error("time {now} s: accepted are finite seconds, 0 to 10000000000")]
    Time {
        /// The refused time.
        now: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn limiter(count: u32, burst: u32, keys: usize) -> Limiter {
        Limiter::new(Rate::new(count, 60.0, burst).unwrap(), keys).unwrap()
    }

    /// The other form in I.371: a bucket that leaks, with its level and the time of the last change.
    struct Bucket {
        level: i128,
        last: i128,
    }

    struct Draw(u64);
    impl Draw {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 33) % bound
        }
    }

    #[test]
    fn a_million_random_events_are_decided_as_a_leaky_bucket_decides_them() {
        for (count, burst) in [(60, 10), (7, 1), (1000, 3), (1, 100)] {
            let mut limiter = limiter(count, burst, 4096);
            let interval = i128::from(limiter.rate().interval_ns());
            let size = interval * i128::from(burst);
            let (mut buckets, mut draw, mut now) = (HashMap::<u64, Bucket>::new(), Draw(3), 1u64);
            for event in 0..250_000 {
                now += draw.below(interval as u64 / 4 + 2);
                let (key, cost) = (draw.below(50), 1 + draw.below(3) as u32);
                let bucket = buckets.entry(key).or_insert(Bucket { level: 0, last: i128::from(now) });
                let level = (bucket.level - (i128::from(now) - bucket.last)).max(0);
                let fits = level + interval * i128::from(cost) <= size;
                if fits {
                    *bucket = Bucket { level: level + interval * i128::from(cost), last: i128::from(now) };
                }
                let decision = limiter.check(&key.to_le_bytes(), cost, now);
                assert_eq!(decision.allowed, fits, "event {event} of {count} a minute, burst {burst}");
                if !fits && cost <= burst {
                    let wait = (level + interval * i128::from(cost) - size) as f64 / 1e9;
                    assert!((decision.retry_after - wait).abs() < 1e-9, "event {event}");
                }
            }
            assert_eq!(limiter.evicted(), 0);
        }
    }

    #[test]
    fn ten_at_once_then_one_a_second() {
        let mut limiter = limiter(60, 10, 16);
        let passed = (0..100).filter(|_| limiter.check(b"key", 1, 0).allowed).count();
        assert_eq!(passed, 10);
        let refused = limiter.check(b"key", 1, 500_000_000);
        assert!(!refused.allowed && (refused.retry_after - 0.5).abs() < 1e-9);
        assert!(limiter.check(b"key", 1, 1_000_000_000).allowed);
        assert!(limiter.check(b"other", 1, 0).allowed);
        limiter.forget(b"key");
        assert_eq!(limiter.check(b"key", 1, 0).remaining, 9);
    }

    #[test]
    fn a_million_distinct_keys_take_the_memory_that_was_set() {
        let mut limiter = limiter(60, 10, Limiter::DEFAULT_KEYS);
        let bytes = limiter.bytes();
        assert_eq!(bytes, 1 << 20);
        for key in 0..1_000_000u64 {
            assert!(limiter.check(&key.to_le_bytes(), 1, key).allowed);
        }
        assert_eq!(limiter.bytes(), bytes);
        assert!(limiter.evicted() > 900_000);
    }

    #[test]
    fn a_flood_of_other_keys_does_not_free_the_one_that_owes_most() {
        let mut limiter = limiter(60, 10, 8);
        while limiter.check(b"noisy", 1, 0).allowed {}
        for key in 0..10_000u64 {
            limiter.check(&key.to_le_bytes(), 1, 0);
        }
        assert!(!limiter.check(b"noisy", 1, 0).allowed);
    }

    #[test]
    fn a_rate_that_changes_forgives_nobody_and_locks_nobody_out() {
        for (count, burst, keys, passes) in
            [(60, 10, 4096, 0), (6, 10, 4096, 0), (600, 10, 16, 0), (60, 25, 8, 15)]
        {
            let mut before = limiter(60, 10, 64);
            (0..10).for_each(|_| assert!(before.check(b"spent", 1, 5 * SECOND_NS).allowed));
            (0..4).for_each(|_| assert!(before.check(b"half", 1, 5 * SECOND_NS).allowed));
            let rate = Rate::new(count, 60.0, burst).unwrap();
            let mut limiter = Limiter::new(rate, keys).unwrap();
            limiter.inherit(before);
            let still = (0..100).filter(|_| limiter.check(b"spent", 1, 5 * SECOND_NS).allowed).count();
            assert_eq!(still, passes, "{count} a minute, burst {burst}");
            assert_eq!(limiter.check(b"half", 1, 5 * SECOND_NS).remaining, burst - 5);
            let soon = 5 * SECOND_NS + rate.interval_ns();
            assert!(limiter.check(b"spent", 1, soon).allowed, "{count} a minute, burst {burst}");
        }
    }

    #[test]
    fn a_request_above_the_burst_can_never_pass_and_time_that_goes_back_forgives_nothing() {
        let mut limiter = limiter(60, 10, 8);
        assert_eq!(limiter.check(b"k", 11, 0).retry_after, f64::INFINITY);
        let later = 3600 * SECOND_NS;
        (0..10).for_each(|_| assert!(limiter.check(b"k", 1, later).allowed));
        assert!(!limiter.check(b"k", 1, 0).allowed);
    }

    #[test]
    fn times_that_are_none_are_refused_and_nanoseconds_survive_at_todays_times() {
        for now in [f64::NAN, f64::INFINITY, -1.0, 2e10] {
            assert!(nanoseconds(now).is_err(), "{now}");
        }
        assert_eq!(nanoseconds(1_700_000_000.5), Ok(1_700_000_000_500_000_000));
        assert!(Rate::new(0, 60.0, 1).is_err() && Rate::new(1, 0.0, 1).is_err());
        assert!(Rate::new(1, f64::NAN, 1).is_err() && Rate::new(1, 1.0, 0).is_err());
        assert!(Limiter::new(Rate::new(1, 1.0, 1).unwrap(), 0).is_err());
    }
}
