//! Access tokens: what a shop may present in place of its secret.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

/// How long an access token is good, and how long the token that renews it.
const ACCESS_FOR: SignedDuration = SignedDuration::from_mins(30);
const REFRESH_FOR: SignedDuration = SignedDuration::from_hours(24);
/// How many tokens are good at once; past it the next to end goes first.
const MAX_TOKENS: usize = 10_000;

/// What a token is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Use {
    Access,
    Refresh,
}

/// The tokens that are good.
#[derive(Debug, Default)]
pub(crate) struct Sessions(HashMap<String, (Use, Timestamp)>);

impl Sessions {
    pub(crate) fn open(&mut self, token: String, of: Use, now: Timestamp) {
        self.0.retain(|_, (_, end)| *end > now);
        if self.0.len() >= MAX_TOKENS {
            let next = self.0.iter().min_by_key(|(_, (_, end))| *end);
            let next = next.map(|(token, _)| token.clone());
            next.and_then(|token| self.0.remove(&token));
        }
        let lasts = match of {
            Use::Access => ACCESS_FOR,
            Use::Refresh => REFRESH_FOR,
        };
        self.0.insert(token, (of, now + lasts));
    }

    pub(crate) fn knows(&self, token: &str, of: Use, now: Timestamp) -> bool {
        self.0.get(token).is_some_and(|(known, end)| *known == of && *end > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_own_use_until_its_end() {
        let (mut sessions, now) = (Sessions::default(), Timestamp::UNIX_EPOCH);
        sessions.open("a".into(), Use::Access, now);
        assert!(sessions.knows("a", Use::Access, now));
        assert!(!sessions.knows("a", Use::Refresh, now));
        assert!(!sessions.knows("a", Use::Access, now + ACCESS_FOR));
    }

    #[test]
    fn tokens_have_a_bound() {
        let (mut sessions, now) = (Sessions::default(), Timestamp::UNIX_EPOCH);
        for number in 0..=MAX_TOKENS {
            sessions.open(number.to_string(), Use::Access, now + SignedDuration::from_millis(1));
        }
        assert_eq!(sessions.0.len(), MAX_TOKENS);
    }
}
