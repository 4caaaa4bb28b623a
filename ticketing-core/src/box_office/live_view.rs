//! What this process last saw of a running sale, so that readers without a pass and places far
//! back in the line cost no store anything.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{BoxOffice, Eta};
use crate::admission::Watermark;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::seats::Snapshot;

/// How old the line's watermark may be: half of the second that the polls' promise allows.
const WATERMARK_MAX_AGE_MS: i64 = 500;
/// How old the seats may be that a reader without a pass is shown.
const SNAPSHOT_MAX_AGE_MS: i64 = 200;
/// Over how long admissions are measured.
const RATE_WINDOW_MS: i64 = 10_000;

/// The last look at one performance.
#[derive(Default)]
pub(super) struct LiveView {
    seen: Mutex<Seen>,
    /// One refresh at a time; the others wait for it and take what it brought.
    refreshing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Seen {
    watermark: Option<(Timestamp, Watermark)>,
    snapshot: Option<(Timestamp, Arc<Snapshot>)>,
    admissions: VecDeque<(Timestamp, u64)>,
}

fn fresh<T: Clone>(seen: Option<&(Timestamp, T)>, now: Timestamp, max_age_ms: i64) -> Option<T> {
    let (at, value) = seen?;
    (now.as_millis() - at.as_millis() <= max_age_ms).then(|| value.clone())
}

impl LiveView {
    pub(super) fn saw(&self, watermark: Watermark, now: Timestamp) {
        let mut seen = self.seen.lock();
        seen.watermark = Some((now, watermark));
        seen.admissions.push_back((now, watermark.admitted_total));
        while seen.admissions.len() > 2
            && now.as_millis() - seen.admissions[1].0.as_millis() >= RATE_WINDOW_MS
        {
            seen.admissions.pop_front();
        }
    }

    /// Admissions per second as measured here; nothing while nothing moves.
    pub(super) fn admissions_per_second(&self) -> Option<f64> {
        let seen = self.seen.lock();
        let (first, last) = (seen.admissions.front()?, seen.admissions.back()?);
        let elapsed_ms = last.0.as_millis() - first.0.as_millis();
        let admitted = last.1.saturating_sub(first.1);
        (elapsed_ms > 0 && admitted > 0).then(|| admitted as f64 * 1000.0 / elapsed_ms as f64)
    }

    /// How long `ahead` people take at the measured rate.
    pub(super) fn eta(&self, ahead: u64) -> Option<Eta> {
        const SPREAD: f64 = 0.3;
        let seconds = ahead as f64 / self.admissions_per_second()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
        let whole = |seconds: f64| seconds.ceil() as u64;
        Some(Eta { low: whole(seconds * (1.0 - SPREAD)), high: whole(seconds * (1.0 + SPREAD)) })
    }
}

impl BoxOffice {
    pub(super) async fn watermark(&self, sale: &Sale, now: Timestamp) -> Result<Watermark> {
        let view = self.view(sale.id());
        let known = |at| fresh(view.seen.lock().watermark.as_ref(), at, WATERMARK_MAX_AGE_MS);
        if let Some(watermark) = known(now) {
            return Ok(watermark);
        }
        let _refreshing = view.refreshing.lock().await;
        if let Some(watermark) = known(now) {
            return Ok(watermark);
        }
        let watermark = self.backend().lines.watermark(sale.id()).await?;
        view.saw(watermark, now);
        Ok(watermark)
    }

    /// The seats as this process saw them a moment ago.
    pub(super) async fn recent_seats(&self, sale: &Sale, now: Timestamp) -> Result<Arc<Snapshot>> {
        let view = self.view(sale.id());
        let known = |at| fresh(view.seen.lock().snapshot.as_ref(), at, SNAPSHOT_MAX_AGE_MS);
        if let Some(snapshot) = known(now) {
            return Ok(snapshot);
        }
        let _refreshing = view.refreshing.lock().await;
        if let Some(snapshot) = known(now) {
            return Ok(snapshot);
        }
        self.fresh_seats(sale, now).await
    }

    /// The seats as they are now.
    pub(super) async fn fresh_seats(&self, sale: &Sale, now: Timestamp) -> Result<Arc<Snapshot>> {
        let snapshot = Arc::new(self.backend().seats.snapshot(sale).await?);
        self.view(sale.id()).seen.lock().snapshot = Some((now, snapshot.clone()));
        Ok(snapshot)
    }
}
