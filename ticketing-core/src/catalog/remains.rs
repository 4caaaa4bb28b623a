//! What hangs on a performance that does not take place: its line, its seats, its place in the ranking, and
//! the reviews of a production of which it was the last. It is removed once the money is back; orders,
//! money and tickets stay.

use super::{Performance, PerformanceDetails};
use crate::clock::Timestamp;

/// Longer than anything goes on that began before a performance was cancelled, or closed.
const SETTLED_MS: i64 = 60_000;

/// How far what hangs on a cancelled performance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remains {
    /// The money comes first.
    Kept,
    /// It is being removed.
    Going,
    /// There is nothing left of it.
    Gone,
}

impl Remains {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Going => "going",
            Self::Gone => "gone",
        }
    }
}

/// What is to be done about it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Nothing,
    /// Its live sale is closed for good, so that nothing of it comes again.
    Closing,
    /// Every server knows that it is closed.
    Removing,
}

impl PerformanceDetails {
    /// How far what hangs on it is, where it does not take place.
    pub fn remains(&self) -> Remains {
        match (self.closed_at, self.cleared_at) {
            (_, Some(_)) => Remains::Gone,
            (Some(_), None) => Remains::Going,
            (None, None) => Remains::Kept,
        }
    }

    /// What is to be done once all money is back.
    pub(crate) fn due(&self, now: Timestamp) -> Due {
        due(self.cancelled_at, self.closed_at, self.cleared_at, now)
    }
}

fn due(
    cancelled_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    cleared_at: Option<Timestamp>,
    now: Timestamp,
) -> Due {
    let is_settled = |since: Timestamp| since.plus_millis(SETTLED_MS) <= now;
    match (cancelled_at, closed_at, cleared_at) {
        (Some(cancelled_at), None, None) if is_settled(cancelled_at) => Due::Closing,
        (Some(_), Some(closed_at), None) if is_settled(closed_at) => Due::Removing,
        _ => Due::Nothing,
    }
}

impl Performance {
    /// The same, of which no live sale comes into being any more.
    pub(crate) fn closed(mut self, now: Timestamp) -> Self {
        self.details.closed_at.get_or_insert(now);
        self
    }

    /// The same, on which nothing hangs any more.
    pub(crate) fn cleared(mut self, now: Timestamp) -> Self {
        self.details.cleared_at.get_or_insert(now);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_waits_until_everybody_knows_of_the_one_before() {
        let at = |ms| Timestamp::from_millis(1_000_000 + ms);
        let known = SETTLED_MS;
        assert_eq!(due(None, None, None, at(9 * known)), Due::Nothing);
        assert_eq!(due(Some(at(0)), None, None, at(known - 1)), Due::Nothing);
        assert_eq!(due(Some(at(0)), None, None, at(known)), Due::Closing);
        assert_eq!(due(Some(at(0)), Some(at(known)), None, at(2 * known - 1)), Due::Nothing);
        assert_eq!(due(Some(at(0)), Some(at(known)), None, at(2 * known)), Due::Removing);
        assert_eq!(due(Some(at(0)), Some(at(0)), Some(at(0)), at(9 * known)), Due::Nothing);
    }
}
