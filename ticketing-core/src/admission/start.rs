//! Where a line begins, or goes on after a repair: what the books know of it.

use std::collections::{BTreeMap, HashSet};

use super::postgres::{PostgresLineBooks, StoredTotals, pairs};
use super::{Draw, LineReport, admits_from};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{AccountId, PerformanceId};

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

impl PostgresLineBooks {
    /// Where the line goes on in a new epoch, or begins. The caller holds the repair's lock; the
    /// new epoch and the new gap are durable when this answers. It is later than the one that is live
    /// too: books that were restored may not know of that one.
    pub(crate) async fn next_epoch(
        &self,
        performance: PerformanceId,
        live: u32,
    ) -> Result<LineStart> {
        let row = sqlx::query!(
            "INSERT INTO lines AS line (performance_id, epoch, ceiling) VALUES ($1, $2::integer + 1, 0)
             ON CONFLICT (performance_id) DO UPDATE SET epoch = greatest(line.epoch, $2) + 1,
                 gaps = CASE WHEN line.seen < line.ceiling
                     THEN line.gaps || ARRAY[line.seen + 1, line.ceiling] ELSE line.gaps END,
                 seen = line.ceiling
             RETURNING epoch, ceiling, head, gaps, totals",
            performance.uuid(),
            live.cast_signed(),
        )
        .fetch_one(&self.0)
        .await?;
        let admitted = self.admitted(performance).await?;
        let draw = match self.drawn(performance).await {
            Ok(draw) => Some(draw),
            Err(Error::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(LineStart {
            epoch: row.epoch.cast_unsigned(),
            ceiling: row.ceiling.cast_unsigned(),
            head: row.head.cast_unsigned(),
            gaps: pairs(&row.gaps),
            totals: serde_json::from_str::<StoredTotals>(&row.totals).unwrap_or_default().into(),
            resume_at: draw.as_ref().map_or(Timestamp::EPOCH, opening_admits_from),
            admitted,
            done: self.done(performance).await?,
            revoked: self.revoked(performance).await?,
            places: draw.as_ref().and_then(|draw| draw.places),
            opened: draw.is_some_and(|draw| draw.opened_at.is_some()),
        })
    }

    /// The epoch that the books know; nothing where the line has not begun.
    pub(crate) async fn epoch(&self, performance: PerformanceId) -> Result<Option<u32>> {
        let epoch = sqlx::query_scalar!(
            "SELECT epoch FROM lines WHERE performance_id = $1",
            performance.uuid()
        );
        Ok(epoch.fetch_optional(&self.0).await?.map(i32::cast_unsigned))
    }

    /// Records that numbers up to a ceiling may be given out in an epoch; answers the ceiling that
    /// counts, or 0 where another epoch has begun: nothing was recorded, and nothing may be given.
    pub(crate) async fn raise_ceiling(
        &self,
        performance: PerformanceId,
        epoch: u32,
        ceiling: u64,
    ) -> Result<u64> {
        let raised = sqlx::query_scalar!(
            "UPDATE lines SET ceiling = greatest(ceiling, $3)
             WHERE performance_id = $1 AND epoch = $2 RETURNING ceiling",
            performance.uuid(),
            epoch.cast_signed(),
            ceiling.cast_signed(),
        );
        Ok(raised.fetch_optional(&self.0).await?.unwrap_or(0).cast_unsigned())
    }

    async fn admitted(&self, performance: PerformanceId) -> Result<Vec<Admission>> {
        let rows = sqlx::query!(
            "SELECT numbers, accounts, until_ms FROM admissions WHERE performance_id = $1",
            performance.uuid(),
        );
        let rows = rows.fetch_all(&self.0).await?;
        let turns = rows.iter().flat_map(|row| {
            let until = Timestamp::from_millis(row.until_ms);
            row.numbers.iter().zip(&row.accounts).map(move |(number, account)| Admission {
                number: number.cast_unsigned(),
                account: (*account).into(),
                until,
            })
        });
        Ok(turns.collect())
    }

    async fn done(&self, performance: PerformanceId) -> Result<Vec<u64>> {
        let numbers = sqlx::query_scalar!(
            "SELECT line_number FROM orders WHERE performance_id = $1 AND status = 'paid'",
            performance.uuid(),
        );
        Ok(numbers.fetch_all(&self.0).await?.into_iter().map(i64::cast_unsigned).collect())
    }

    async fn revoked(&self, performance: PerformanceId) -> Result<Vec<AccountId>> {
        let accounts = sqlx::query_scalar!(
            "SELECT account_id FROM revocations WHERE performance_id = $1",
            performance.uuid(),
        );
        Ok(accounts.fetch_all(&self.0).await?.into_iter().map(AccountId::from).collect())
    }
}

/// A line that was lost just after its opening still waits for everyone to learn the rank.
fn opening_admits_from(draw: &Draw) -> Timestamp {
    let opened = draw.opened_at.zip(draw.places);
    opened.map_or(Timestamp::EPOCH, |(opened_at, places)| admits_from(opened_at, places))
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
