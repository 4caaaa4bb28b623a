//! What this process last saw of a running sale, so that readers without a pass and places far
//! back in the line cost no store anything.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use super::push::Push;
use crate::admission::{SeatOutlook, Watermark};
use crate::box_office::{BoxOffice, Eta, turn};
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::seats::Snapshot;

/// How old the line's watermark may be: half of the second that the polls' promise allows.
const WATERMARK_MAX_AGE_MS: i64 = 500;
/// How old the seats may be that a reader without a pass is shown.
const SNAPSHOT_MAX_AGE_MS: i64 = 200;
/// How old the seats may be that somebody far back is told the chances from.
const OUTLOOK_MAX_AGE_MS: i64 = 1_000;
/// Over how long admissions are measured.
const RATE_WINDOW_MS: i64 = 10_000;
/// How finely.
const RATE_STEP_MS: i64 = 200;

/// The last look at one performance.
#[derive(Default)]
pub(in crate::box_office) struct LiveView {
    seen: Mutex<Seen>,
    pub(in crate::box_office) push: Push,
    /// One refresh at a time; the others wait for it and take what it brought.
    refreshing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Seen {
    watermark: Option<(Timestamp, Watermark)>,
    snapshot: Option<(Timestamp, Look)>,
    admissions: VecDeque<(Timestamp, u64)>,
    /// The farthest head that anybody was shown: what is told only ever moves on, also over a
    /// repair that begins a little behind.
    head: u64,
    /// Runs of numbers that were never given out, by the epoch in which they were read. The newest
    /// run only shrinks; what was subtracted once stays subtracted.
    gaps: (u32, Vec<(u64, u64)>),
    checkpoint: Option<(Timestamp, Watermark)>,
    /// When this process last showed every order of the sale again.
    reconciled_all: Option<Timestamp>,
}

/// The seats at one moment, and what the line may expect of them.
#[derive(Clone)]
struct Look {
    snapshot: Arc<Snapshot>,
    outlook: SeatOutlook,
}

fn fresh<T: Clone>(seen: Option<&(Timestamp, T)>, now: Timestamp, max_age_ms: i64) -> Option<T> {
    let (at, value) = seen?;
    (now.as_millis() - at.as_millis() <= max_age_ms).then(|| value.clone())
}

impl LiveView {
    pub(in crate::box_office) fn saw(&self, watermark: Watermark, now: Timestamp) {
        let mut seen = self.seen.lock();
        let older = seen.watermark.is_some_and(|(at, known)| {
            (known.epoch, known.head) > (watermark.epoch, watermark.head) || at > now
        });
        if older {
            return;
        }
        seen.head = seen.head.max(watermark.head);
        seen.watermark = Some((now, watermark));
        match seen.admissions.back_mut() {
            Some((at, total)) if now.as_millis() - at.as_millis() < RATE_STEP_MS => {
                *total = watermark.admitted_total;
            }
            _ => seen.admissions.push_back((now, watermark.admitted_total)),
        }
        while seen.admissions.len() > 2
            && now.as_millis() - seen.admissions[1].0.as_millis() >= RATE_WINDOW_MS
        {
            seen.admissions.pop_front();
        }
    }

    /// Watermark and outlook, where both were seen a moment ago.
    pub(in crate::box_office) fn seen(&self, now: Timestamp) -> Option<(Watermark, SeatOutlook)> {
        let seen = self.seen.lock();
        let watermark = fresh(seen.watermark.as_ref(), now, WATERMARK_MAX_AGE_MS)?;
        let (at, look) = seen.snapshot.as_ref()?;
        let recent = now.as_millis() - at.as_millis() <= OUTLOOK_MAX_AGE_MS;
        recent.then_some((watermark, look.outlook))
    }

    /// The last look's seats where they are these, with what was made of them for readers.
    fn same(&self, snapshot: &Snapshot) -> Option<Arc<Snapshot>> {
        let seen = self.seen.lock();
        let known = seen.snapshot.as_ref().map(|(_, look)| &look.snapshot);
        known.filter(|known| known.as_ref() == snapshot).cloned()
    }

    /// The farthest head that was ever shown.
    pub(in crate::box_office) fn head(&self, watermark: &Watermark) -> u64 {
        self.seen.lock().head.max(watermark.head)
    }

    pub(in crate::box_office) fn gaps(&self) -> Vec<(u64, u64)> {
        self.seen.lock().gaps.1.clone()
    }

    /// Ranks count, as far as this process has seen.
    pub(in crate::box_office) fn is_opened(&self) -> bool {
        self.seen.lock().watermark.is_some_and(|(_, watermark)| watermark.opened)
    }

    /// Whether a checkpoint is due: something moved, and the last one lies back so far.
    pub(in crate::box_office) fn checkpoint_is_due(
        &self,
        watermark: Watermark,
        now: Timestamp,
        every_ms: i64,
    ) -> bool {
        let mut seen = self.seen.lock();
        let due = seen.checkpoint.is_none_or(|(at, known)| {
            now.as_millis() - at.as_millis() >= every_ms && known != watermark
        });
        if due {
            seen.checkpoint = Some((now, watermark));
        }
        due
    }

    /// Whether every order is to be shown again: never yet, or so long ago.
    pub(in crate::box_office) fn reconciling_all_is_due(
        &self,
        now: Timestamp,
        every_ms: i64,
    ) -> bool {
        let last = self.seen.lock().reconciled_all;
        last.is_none_or(|at| now.as_millis() - at.as_millis() >= every_ms)
    }

    pub(in crate::box_office) fn reconciled_all(&self, now: Timestamp) {
        self.seen.lock().reconciled_all = Some(now);
    }

    /// Admissions per second as measured here; nothing while nothing moves.
    pub(in crate::box_office) fn admissions_per_second(&self) -> Option<f64> {
        let seen = self.seen.lock();
        let (first, last) = (seen.admissions.front()?, seen.admissions.back()?);
        let elapsed_ms = last.0.as_millis() - first.0.as_millis();
        let admitted = last.1.saturating_sub(first.1);
        (elapsed_ms > 0 && admitted > 0).then(|| admitted as f64 * 1000.0 / elapsed_ms as f64)
    }

    /// How long `ahead` people take at the measured rate.
    pub(in crate::box_office) fn eta(&self, ahead: u64) -> Option<Eta> {
        const SPREAD: f64 = 0.3;
        let seconds = ahead as f64 / self.admissions_per_second()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
        let whole = |seconds: f64| seconds.ceil() as u64;
        Some(Eta { low: whole(seconds * (1.0 - SPREAD)), high: whole(seconds * (1.0 + SPREAD)) })
    }
}

impl BoxOffice {
    pub(in crate::box_office) async fn watermark(
        &self,
        sale: &Sale,
        now: Timestamp,
    ) -> Result<Watermark> {
        let view = self.view(sale.id());
        let known = |at| fresh(view.seen.lock().watermark.as_ref(), at, WATERMARK_MAX_AGE_MS);
        if let Some(watermark) = known(now) {
            return Ok(watermark);
        }
        let _refreshing = turn(&view.refreshing).await?;
        if let Some(watermark) = known(now) {
            return Ok(watermark);
        }
        let watermark = self.backend().lines.watermark(sale.id()).await?;
        self.learn_gaps(sale, &view, watermark).await?;
        view.saw(watermark, now);
        Ok(watermark)
    }

    /// A new epoch may have left numbers out.
    pub(in crate::box_office) async fn learn_gaps(
        &self,
        sale: &Sale,
        view: &LiveView,
        watermark: Watermark,
    ) -> Result<()> {
        if watermark.gap.is_none() || view.seen.lock().gaps.0 == watermark.epoch {
            return Ok(());
        }
        let gaps = self.backend().line_books.gaps(sale.id()).await?;
        view.seen.lock().gaps = (watermark.epoch, gaps);
        Ok(())
    }

    /// The seats as this process saw them a moment ago.
    pub(in crate::box_office) async fn recent_seats(
        &self,
        sale: &Sale,
        now: Timestamp,
    ) -> Result<Arc<Snapshot>> {
        Ok(self.recent_look(sale, now).await?.snapshot)
    }

    /// What the line may expect of the seats, as of a moment ago.
    pub(in crate::box_office) async fn outlook(
        &self,
        sale: &Sale,
        now: Timestamp,
    ) -> Result<SeatOutlook> {
        Ok(self.recent_look(sale, now).await?.outlook)
    }

    async fn recent_look(&self, sale: &Sale, now: Timestamp) -> Result<Look> {
        let view = self.view(sale.id());
        let known = |at| fresh(view.seen.lock().snapshot.as_ref(), at, SNAPSHOT_MAX_AGE_MS);
        if let Some(look) = known(now) {
            return Ok(look);
        }
        let _refreshing = turn(&view.refreshing).await?;
        if let Some(look) = known(now) {
            return Ok(look);
        }
        self.see(sale, now).await
    }

    /// The seats as they are now.
    pub(in crate::box_office) async fn fresh_seats(
        &self,
        sale: &Sale,
        now: Timestamp,
    ) -> Result<Arc<Snapshot>> {
        Ok(self.see(sale, now).await?.snapshot)
    }

    /// What the line may expect of the seats as they are now.
    pub(in crate::box_office) async fn fresh_outlook(
        &self,
        sale: &Sale,
        now: Timestamp,
    ) -> Result<SeatOutlook> {
        Ok(self.see(sale, now).await?.outlook)
    }

    async fn see(&self, sale: &Sale, now: Timestamp) -> Result<Look> {
        let snapshot = self.backend().seats.snapshot(sale).await?;
        let view = self.view(sale.id());
        let snapshot = view.same(&snapshot).unwrap_or_else(|| Arc::new(snapshot));
        let counts = snapshot.counts();
        // While there is a free seat for everyone who may be inside, what comes back is no matter.
        let enough = counts.free > sale.policy().line_capacity;
        let soon = if enough { 0 } else { self.backend().seats.soon(sale, now).await? };
        let outlook = SeatOutlook { free: counts.free, soon, sold_out: counts.sold_out() };
        let look = Look { snapshot, outlook };
        view.seen.lock().snapshot = Some((now, look.clone()));
        Ok(look)
    }
}
