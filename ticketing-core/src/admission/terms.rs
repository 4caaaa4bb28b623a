use crate::catalog::{Policy, Reentry};

/// The tick refuses to run again before this.
pub(crate) const TICK_INTERVAL_MS: i64 = 200;
/// A place is present if it asked within this: two near intervals.
pub(crate) const PRESENT_MS: i64 = 2_000;
/// The shortest promise of a poll, and the interval of everyone near.
pub(crate) const POLL_MIN_MS: u64 = 1_000;
/// The longest promise of a poll.
pub(crate) const POLL_MAX_MS: u64 = 30_000;

/// A performance's policy, as the line reads it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) capacity: u32,
    pub(crate) admit_per_minute: Option<u32>,
    pub(crate) claim_ms: i64,
    pub(crate) lease_ms: i64,
    pub(crate) reentry: Reentry,
}

impl Terms {
    pub(crate) fn of(policy: &Policy) -> Self {
        Self {
            capacity: policy.line_capacity,
            admit_per_minute: policy.admit_per_minute,
            claim_ms: i64::from(policy.claim_seconds) * 1000,
            lease_ms: i64::from(policy.pass_lease_seconds) * 1000,
            reentry: policy.reentry,
        }
    }

    /// V: how many numbers per second the head may move.
    pub(crate) fn speed(&self) -> u64 {
        let by_rate = u64::from(self.admit_per_minute.unwrap_or(0) / 60);
        (u64::from(self.capacity) / 2).max(by_rate).max(100)
    }

    /// How many numbers the head may move in one tick.
    pub(crate) fn numbers_per_tick(&self) -> u64 {
        self.speed() * TICK_INTERVAL_MS.unsigned_abs() / 1000
    }

    /// How close to the head a place asks the store itself; everyone else is answered by
    /// arithmetic. At least the capacity and four seconds of the head's fastest walk, so that a
    /// watermark a second old and a poll a second apart never pass anybody over.
    pub(crate) fn near_zone(&self) -> u64 {
        u64::from(self.capacity) + 4 * self.speed()
    }

    /// When a place `distance` numbers behind the head should ask again: in half the time the head
    /// could need to reach it.
    pub(crate) fn poll_after_ms(&self, distance: u64) -> u64 {
        (distance.saturating_mul(1000) / (2 * self.speed())).clamp(POLL_MIN_MS, POLL_MAX_MS)
    }

    /// The most admissions that may be saved up under a rate: one tick's worth, at least one.
    pub(crate) fn rate_burst(&self) -> f64 {
        let per_minute = f64::from(self.admit_per_minute.unwrap_or(0));
        (per_minute / 60_000.0 * TICK_INTERVAL_MS as f64).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(capacity: u32, admit_per_minute: Option<u32>) -> Terms {
        Terms::of(&Policy { line_capacity: capacity, admit_per_minute, ..Policy::default() })
    }

    #[test]
    fn the_head_cannot_reach_a_place_before_it_asks_again() {
        for terms in [terms(1, None), terms(300, None), terms(10_000, Some(60_000))] {
            let ticks_per_second = 1000 / TICK_INTERVAL_MS.unsigned_abs();
            assert!(terms.numbers_per_tick() * ticks_per_second <= terms.speed());
            for distance in [1, terms.near_zone(), terms.near_zone() + 1, 1_000_000] {
                let seconds = terms.poll_after_ms(distance) as f64 / 1000.0;
                let walked = seconds * terms.speed() as f64;
                let far = distance > terms.near_zone();
                assert!(!far || walked < distance as f64, "{terms:?} at {distance}");
            }
        }
    }

    #[test]
    fn a_poll_is_promised_between_one_and_thirty_seconds() {
        assert_eq!(terms(300, None).poll_after_ms(1), 1_000);
        assert_eq!(terms(300, None).poll_after_ms(1_500), 5_000);
        assert_eq!(terms(300, None).poll_after_ms(1_000_000), 30_000);
    }
}
