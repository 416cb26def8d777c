//! Admission: how many seconds of audio are being made at once, and by whom.
//!
//! A rate limit bounds how often somebody asks; admission bounds how much is under way. Each utterance takes
//! the seconds that its text will last about, and gives them back when it ends. No key may hold more than its
//! share while others wait, so that one client's books do not starve another's sentence.

use std::collections::HashMap;

/// How much may be in flight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capacity {
    /// Seconds of audio in flight, of all.
    pub seconds: f64,
    /// Utterances in flight, of all.
    pub utterances: usize,
    /// The part of both that one key may hold, above 0 to 1. One utterance is always within it.
    pub share: f64,
}

impl Default for Capacity {
    /// An hour of audio in 256 utterances, of which one key may hold half.
    fn default() -> Self {
        Self { seconds: 3600.0, utterances: 256, share: 0.5 }
    }
}

/// Characters that are spoken in a second, about: 15 at an ordinary pace in European languages.
const CHARACTERS_A_SECOND: f64 = 15.0;

/// How long a text will last about, in seconds: for admission, where no engine has said so yet.
pub fn estimated_seconds(characters: usize) -> f64 {
    (characters as f64 / CHARACTERS_A_SECOND).max(1.0)
}

/// What is in flight.
pub struct Admission {
    capacity: Capacity,
    seconds: f64,
    utterances: usize,
    keys: HashMap<u64, Held>,
}

#[derive(Default, Clone, Copy)]
struct Held {
    seconds: f64,
    utterances: usize,
}

/// What an admitted utterance holds, to be given back with [`Admission::release`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ticket {
    key: u64,
    seconds: f64,
}

/// Why an utterance must wait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Full {
    /// Seconds of audio in flight.
    pub seconds: f64,
    /// Utterances in flight.
    pub utterances: usize,
    /// Whether it is this key's share that is used up, not the whole.
    pub share: bool,
    /// Seconds after which it is worth trying again.
    pub retry_after: f64,
}

impl Admission {
    /// With nothing in flight.
    pub fn new(capacity: Capacity) -> Result<Self, AdmissionError> {
        let Capacity { seconds, utterances, share } = capacity;
        let accepted = seconds.is_finite() && seconds > 0.0 && utterances > 0 && share > 0.0 && share <= 1.0;
        if !accepted {
            return Err(AdmissionError { seconds, utterances, share });
        }
        Ok(Self { capacity, seconds: 0.0, utterances: 0, keys: HashMap::new() })
    }

    /// Takes over another capacity. What is in flight stays, even where it is more.
    pub fn set_capacity(&mut self, capacity: Capacity) -> Result<(), AdmissionError> {
        self.capacity = Self::new(capacity)?.capacity;
        Ok(())
    }

    /// Admits an utterance of about `seconds` for a key, or says when to come back.
    pub fn admit(&mut self, key: u64, seconds: f64) -> Result<Ticket, Full> {
        self.admit_within(key, seconds, self.capacity.share)
    }

    /// The same for those without a name, who are not one and so have no share to keep to.
    pub fn admit_unnamed(&mut self, key: u64, seconds: f64) -> Result<Ticket, Full> {
        self.admit_within(key, seconds, 1.0)
    }

    fn admit_within(&mut self, key: u64, seconds: f64, share: f64) -> Result<Ticket, Full> {
        let seconds = if seconds.is_finite() { seconds.max(0.0) } else { self.capacity.seconds };
        let held = self.keys.get(&key).copied().unwrap_or_default();
        let Capacity { seconds: most, utterances, .. } = self.capacity;
        let over_all =
            self.utterances >= utterances || (self.utterances > 0 && self.seconds + seconds > most);
        let own_most = ((utterances as f64 * share).floor() as usize).max(1);
        let over_share =
            held.utterances > 0 && (held.utterances >= own_most || held.seconds + seconds > most * share);
        if over_all || over_share {
            // Audio is spoken as it is made: on average half of what is in flight is still to come.
            let waiting =
                if over_share { held } else { Held { seconds: self.seconds, utterances: self.utterances } };
            let average = waiting.seconds / waiting.utterances.max(1) as f64;
            return Err(Full {
                seconds: self.seconds,
                utterances: self.utterances,
                share: over_share,
                retry_after: (average / 2.0).clamp(1.0, 60.0),
            });
        }
        self.seconds += seconds;
        self.utterances += 1;
        let held = self.keys.entry(key).or_default();
        held.seconds += seconds;
        held.utterances += 1;
        Ok(Ticket { key, seconds })
    }

    /// Gives back what an utterance held.
    pub fn release(&mut self, ticket: Ticket) {
        self.utterances = self.utterances.saturating_sub(1);
        // Sums of many floats drift: with nothing in flight they are zero by definition.
        self.seconds = if self.utterances == 0 { 0.0 } else { (self.seconds - ticket.seconds).max(0.0) };
        if let Some(held) = self.keys.get_mut(&ticket.key) {
            held.utterances = held.utterances.saturating_sub(1);
            held.seconds = (held.seconds - ticket.seconds).max(0.0);
            if held.utterances == 0 {
                self.keys.remove(&ticket.key);
            }
        }
    }

    /// Seconds of audio and utterances in flight.
    pub fn in_flight(&self) -> (f64, usize) {
        (self.seconds, self.utterances)
    }
}

/// A capacity that admits nothing.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "capacity of {seconds} s, {utterances} utterances, share {share}: accepted are more than 0, 1 or more, \
     above 0 to 1"
)]
pub struct AdmissionError {
    /// Seconds given.
    pub seconds: f64,
    /// Utterances given.
    pub utterances: usize,
    /// Share given.
    pub share: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(seconds: f64, utterances: usize, share: f64) -> Admission {
        Admission::new(Capacity { seconds, utterances, share }).unwrap()
    }

    #[test]
    fn the_hundred_and_first_is_told_when_to_come_back_and_passes_once_one_has_ended() {
        let mut admission = admission(1e6, 100, 0.5);
        let tickets: Vec<_> = (0..100).map(|key| admission.admit(key, 10.0).unwrap()).collect();
        let full = admission.admit(100, 10.0).unwrap_err();
        assert_eq!((full.utterances, full.share), (100, false));
        assert!(full.retry_after >= 1.0);
        admission.release(tickets[0]);
        assert!(admission.admit(100, 10.0).is_ok());
    }

    #[test]
    fn one_key_leaves_room_for_others_and_one_utterance_always_has_a_place() {
        let mut admission = admission(100.0, 10, 0.5);
        let held: Vec<_> = (0..5).map(|_| admission.admit(1, 10.0).unwrap()).collect();
        assert!(admission.admit(1, 1.0).unwrap_err().share);
        assert!(admission.admit(2, 500.0).is_err());
        assert!(admission.admit(2, 50.0).is_ok());
        held.into_iter().for_each(|ticket| admission.release(ticket));
        let mut alone = Admission::new(Capacity { seconds: 1.0, utterances: 1, share: 1.0 }).unwrap();
        let long = alone.admit(1, 1e9).unwrap();
        alone.release(long);
        assert_eq!(alone.in_flight(), (0.0, 0));
    }
}
