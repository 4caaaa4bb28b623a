//! Where a line begins after a repair: what the books know of it.

use std::collections::{BTreeMap, HashSet};

use super::LineReport;
use crate::clock::Timestamp;
use crate::id::AccountId;

/// Where a line goes on after its live state was lost, or begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineStart {
    pub(crate) epoch: u32,
    /// Any number up to here may have been given out.
    pub(crate) ceiling: u64,
    /// The highest rank that is known to have been given a turn or passed over.
    pub(crate) head: u64,
    /// Numbers that were never given out, as far as anybody knows; the last run ends at the
    /// ceiling, and its beginning is only known to the last checkpoint.
    pub(crate) gaps: Vec<(u64, u64)>,
    pub(crate) totals: LineReport,
    /// Nobody is admitted before: those near the head ask first, and are present then.
    pub(crate) resume_at: Timestamp,
    /// Every number that was ever given a turn, with what may still be inside.
    pub(crate) admitted: Vec<Admission>,
    /// Places of orders that are paid.
    pub(crate) done: Vec<u64>,
    pub(crate) revoked: Vec<AccountId>,
    /// Places before the opening; and whether ranks are shown.
    pub(crate) places: Option<u64>,
    pub(crate) opened: bool,
}

/// One turn of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admission {
    pub(crate) number: u64,
    pub(crate) account: AccountId,
    /// It may be inside until then.
    pub(crate) until: Timestamp,
}

impl LineStart {
    /// Whoever may still be inside: has a turn or a pass that has not run out, and is neither paid
    /// nor revoked. A number that had several turns counts once, with its latest end.
    pub(crate) fn inside(&self, now: Timestamp) -> Vec<Admission> {
        let done: HashSet<u64> = self.done.iter().copied().collect();
        let mut inside: BTreeMap<u64, Admission> = BTreeMap::new();
        for turn in &self.admitted {
            let out = done.contains(&turn.number)
                || self.revoked.contains(&turn.account)
                || now.is_past_grace(turn.until);
            if out {
                continue;
            }
            let known = inside.entry(turn.number).or_insert(*turn);
            known.until = known.until.max(turn.until);
        }
        inside.into_values().collect()
    }

    /// A bit per number, set where it had a turn: none of them waits any more.
    pub(crate) fn earlier_bitmap(&self) -> Vec<u8> {
        let last = self.admitted.iter().map(|turn| turn.number).max().unwrap_or(0);
        let mut bits = vec![0; usize::try_from(last / 8 + 1).unwrap_or(usize::MAX)];
        for turn in &self.admitted {
            bits[usize::try_from(turn.number / 8).unwrap_or(0)] |= 0x80 >> (turn.number % 8);
        }
        bits
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn turn(number: u64, until_ms: i64) -> Admission {
        let account = Uuid::from_u128(number.into()).into();
        Admission { number, account, until: Timestamp::from_millis(until_ms) }
    }

    fn start(admitted: Vec<Admission>) -> LineStart {
        LineStart {
            epoch: 2,
            ceiling: 100,
            head: 0,
            gaps: Vec::new(),
            totals: LineReport::default(),
            resume_at: Timestamp::EPOCH,
            admitted,
            done: vec![3],
            revoked: vec![Uuid::from_u128(4).into()],
            places: None,
            opened: false,
        }
    }

    #[test]
    fn inside_are_those_whose_time_is_not_over_and_who_are_not_known_to_be_out() {
        let admitted = vec![turn(1, 1_000), turn(2, 500), turn(3, 1_000), turn(4, 1_000)];
        let inside = start(admitted).inside(Timestamp::from_millis(800));
        assert_eq!(inside, [turn(1, 1_000)]);
    }

    #[test]
    fn a_turn_that_was_written_twice_counts_once_and_longest() {
        let inside = start(vec![turn(1, 1_000), turn(1, 2_000)]).inside(Timestamp::EPOCH);
        assert_eq!(inside, [turn(1, 2_000)]);
    }

    #[test]
    fn the_bitmap_has_a_bit_for_every_number_that_had_a_turn() {
        let bitmap = start(vec![turn(1, 0), turn(8, 0), turn(17, 0)]).earlier_bitmap();
        assert_eq!(bitmap, [0b0100_0000, 0b1000_0000, 0b0100_0000]);
    }
}
