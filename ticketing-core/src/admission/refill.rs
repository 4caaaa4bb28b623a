//! Filling a line again in a new epoch: from the books, and from what Redis still has.

use std::sync::LazyLock;

use redis::Script;

use super::keys::{Keys, Live, line_script, raw};
use super::start::LineStart;
use crate::clock::Timestamp;
use crate::error::Result;

/// How many entries one script of a repair carries.
const REPAIR_CHUNK: usize = 1_000;

static START: LazyLock<Script> = LazyLock::new(|| line_script(include_str!("lua/start.lua")));
static REMAINS: LazyLock<Script> = LazyLock::new(|| line_script(include_str!("lua/remains.lua")));

impl Keys {
    /// Begins a line in an epoch that nobody reads yet. `mark` is this repair's own: whoever writes
    /// the guard looks for it, so that a wipe in between is seen.
    pub(crate) async fn start_line(
        &self,
        live: &Live,
        mark: &str,
        start: &LineStart,
        now: Timestamp,
    ) -> Result<()> {
        let step = |what: &str| {
            let mut call = self.call_without_bucket(&START, live);
            call.arg(mark).arg(what);
            call
        };
        let mut line = step("line");
        let newest = start.gaps.last().filter(|(_, to)| *to == start.ceiling);
        let gap = newest.map_or(start.ceiling + 1, |(from, _)| *from);
        let totals = &start.totals;
        line.arg(start.ceiling).arg(start.head).arg(gap).arg(start.resume_at.as_millis());
        line.arg(start.places.map(|places| places.to_string()).unwrap_or_default());
        line.arg(u8::from(start.opened)).arg(totals.admitted_total).arg(totals.max_inside);
        line.arg(totals.lapsed_total).arg(totals.expired_total).arg(totals.left_total);
        self.run_in::<()>(live, &line).await?;
        for inside in start.inside(now).chunks(REPAIR_CHUNK) {
            let mut call = step("inside");
            for turn in inside {
                call.key(self.bucket(live, Some(turn.account)));
                call.arg(turn.number).arg(raw(turn.account)).arg(turn.until.as_millis());
            }
            self.run_in::<()>(live, &call).await?;
        }
        for done in start.done.chunks(REPAIR_CHUNK) {
            let mut call = step("done");
            call.arg(done);
            self.run_in::<()>(live, &call).await?;
        }
        for revoked in start.revoked.chunks(REPAIR_CHUNK) {
            let mut call = step("revoked");
            for account in revoked {
                call.arg(raw(*account));
            }
            self.run_in::<()>(live, &call).await?;
        }
        let mut earlier = step("earlier");
        earlier.arg(start.earlier_bitmap());
        self.run_in::<()>(live, &earlier).await
    }

    /// What an earlier epoch still knows, where its keys survived: which of these places ended, and
    /// how far the head had come. State that a restart rolled back knows less, never something
    /// else: a place that ended stays ended, and the head only moves on.
    pub(crate) async fn remains(&self, live: &Live, numbers: &[u64]) -> Result<(Vec<u64>, u64)> {
        let mut call = self.call_without_bucket(&REMAINS, live);
        call.arg(numbers);
        let (head, ended): (u64, Vec<u64>) = self.run_in(live, &call).await?;
        Ok((ended, head))
    }
}
