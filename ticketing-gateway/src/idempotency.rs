//! Answers kept by idempotency key: a repeat gets the first answer again, refusals included.

use std::collections::{HashMap, VecDeque};

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use crate::refusal::Refusal;

/// How long an answer is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(3);
/// How many answers are kept; past it the oldest goes first.
const MAX_ANSWERS: usize = 200_000;
const KEY_LENGTHS: std::ops::RangeInclusive<usize> = 16..=256;

/// A key together with the method and path it was used on.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Key(String);

/// An answer as it went out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
}

/// What a key is good for now.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Claim {
    /// The caller goes first, and must end with `finish` or `forget`.
    First,
    /// Somebody was first.
    Repeat(Answer),
}

/// The answers of the last hours.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// `None` while the first request runs.
    by_key: HashMap<Key, Option<Answer>>,
    finished: VecDeque<(Timestamp, Key)>,
}

impl Key {
    /// Reads the header's value: 16 to 256 printable ASCII characters in double quotes.
    pub(crate) fn parse(header: &[u8], place: &str) -> Result<Self, Refusal> {
        let quoted = header.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
        let plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'"';
        match quoted.map(|key| (key, std::str::from_utf8(key))) {
            Some((bytes, Ok(key)))
                if KEY_LENGTHS.contains(&bytes.len()) && bytes.iter().all(plain) =>
            {
                Ok(Self(format!("{place} {key}")))
            }
            _ => Err(Refusal::InvalidRequest(
                "Idempotency-Key is not 16 to 256 ASCII characters in double quotes".into(),
            )),
        }
    }
}

impl Answers {
    /// Claims the key, or answers what its first use did.
    pub(crate) fn claim(&mut self, key: &Key, now: Timestamp) -> Result<Claim, Refusal> {
        self.sweep(now);
        match self.by_key.get(key) {
            Some(Some(answer)) => Ok(Claim::Repeat(answer.clone())),
            Some(None) => Err(Refusal::OutstandingRequest),
            None => {
                self.by_key.insert(key.clone(), None);
                Ok(Claim::First)
            }
        }
    }

    /// Keeps the answer of the first use.
    pub(crate) fn finish(&mut self, key: Key, answer: Answer, now: Timestamp) {
        self.by_key.insert(key.clone(), Some(answer));
        self.finished.push_back((now, key));
    }

    /// Frees the key of a request that came to no answer.
    pub(crate) fn forget(&mut self, key: &Key) {
        self.by_key.remove(key);
    }

    fn sweep(&mut self, now: Timestamp) {
        while let Some((at, key)) = self.finished.front() {
            if self.finished.len() <= MAX_ANSWERS && now.duration_since(*at) < KEPT_FOR {
                return;
            }
            self.by_key.remove(key);
            self.finished.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"\"sixteen-letters!\"";

    fn answer() -> Answer {
        Answer { status: StatusCode::OK, body: "{}".into() }
    }

    #[test]
    fn a_running_key_is_refused_and_a_finished_one_repeats_for_three_hours() {
        let mut answers = Answers::default();
        let key = Key::parse(KEY, "POST /a").unwrap();
        let start = Timestamp::UNIX_EPOCH;
        assert_eq!(answers.claim(&key, start), Ok(Claim::First));
        assert_eq!(answers.claim(&key, start), Err(Refusal::OutstandingRequest));
        answers.finish(key.clone(), answer(), start);
        let end = start + KEPT_FOR;
        let before = end - SignedDuration::from_millis(1);
        assert_eq!(answers.claim(&key, before), Ok(Claim::Repeat(answer())));
        assert_eq!(answers.claim(&key, end), Ok(Claim::First));
    }

    #[test]
    fn a_forgotten_key_is_free_and_another_place_has_its_own() {
        let mut answers = Answers::default();
        let key = Key::parse(KEY, "POST /a").unwrap();
        let elsewhere = Key::parse(KEY, "POST /b").unwrap();
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(answers.claim(&key, now), Ok(Claim::First));
        assert_eq!(answers.claim(&elsewhere, now), Ok(Claim::First));
        answers.forget(&key);
        assert_eq!(answers.claim(&key, now), Ok(Claim::First));
    }

    #[test]
    fn keys_are_quoted_ascii_of_sixteen_to_256_characters() {
        let long = |length| format!("\"{}\"", "k".repeat(length)).into_bytes();
        assert!(Key::parse(&long(16), "").is_ok());
        assert!(Key::parse(&long(256), "").is_ok());
        for bad in [long(15), long(257), vec![b'k'; 20], b"\"".to_vec(), Vec::new()] {
            assert!(Key::parse(&bad, "").is_err());
        }
        assert!(Key::parse("\"sixteen-lettérs!\"".as_bytes(), "").is_err());
    }
}
