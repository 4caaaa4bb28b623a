//! What is pushed to listeners: one frame per performance and kind, at most one per step of
//! [`BoxOffice::step_push`], made once and shared by everyone who listens.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::broadcast;

use crate::admission::Watermark;
use crate::box_office::tending::Step;
use crate::box_office::{BoxOffice, LineStatus};
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::PerformanceId;
use crate::rendered::Rendered;
use crate::seats::Snapshot;

/// How many frames a listener may fall behind before it is dropped.
pub(in crate::box_office) const FRAMES_BEHIND_MAX: usize = 64;
/// How many frames of changed seats are kept for those who come back.
const SEAT_FRAMES_KEPT: usize = 512;

/// The line's status as it is sent to everyone.
#[derive(Debug)]
pub struct StatusFrame {
    /// Which frame.
    pub id: String,
    /// What it says.
    pub status: LineStatus,
    /// The same as an edge shows it.
    pub rendered: Rendered,
    pub(in crate::box_office) watermark: Watermark,
}

/// The changes of seats between two sequence numbers.
pub(in crate::box_office) struct SeatFrame {
    pub(in crate::box_office) epoch: u32,
    /// It says what changed after this.
    pub(in crate::box_office) from: u64,
    pub(in crate::box_office) to: u64,
    /// Nothing where the changes are not known: read the map again.
    pub(in crate::box_office) changes: Option<Arc<SeatChanges>>,
}

/// Seats that changed.
#[derive(Debug)]
pub struct SeatChanges {
    /// In which epoch.
    pub epoch: u32,
    /// As of which change.
    pub sequence: u64,
    /// Seat index and status.
    pub changes: Vec<(u32, u8)>,
    /// The same as an edge shows it.
    pub rendered: Rendered,
}

/// What one performance's listeners share.
pub(in crate::box_office) struct Push {
    pub(in crate::box_office) line: broadcast::Sender<Arc<StatusFrame>>,
    pub(in crate::box_office) seats: broadcast::Sender<Arc<SeatFrame>>,
    sent: Mutex<Sent>,
}

#[derive(Default)]
struct Sent {
    status: Option<Arc<StatusFrame>>,
    frames: u64,
    seats: Option<Arc<Snapshot>>,
    kept: VecDeque<Arc<SeatFrame>>,
}

impl Default for Push {
    fn default() -> Self {
        let (line, _) = broadcast::channel(FRAMES_BEHIND_MAX);
        let (seats, _) = broadcast::channel(FRAMES_BEHIND_MAX);
        Self { line, seats, sent: Mutex::default() }
    }
}

impl Push {
    /// The status as a frame; the same frame while it says the same.
    pub(in crate::box_office) fn status(
        &self,
        status: LineStatus,
        watermark: Watermark,
    ) -> (Arc<StatusFrame>, bool) {
        let mut sent = self.sent.lock();
        if let Some(frame) = sent.status.as_ref().filter(|frame| frame.status == status) {
            return (frame.clone(), false);
        }
        sent.frames += 1;
        let id = format!("{}-{}", watermark.epoch, sent.frames);
        let rendered = Rendered::default();
        let frame = Arc::new(StatusFrame { id, status, rendered, watermark });
        sent.status = Some(frame.clone());
        (frame, true)
    }

    /// Begins to listen to the seats at `now`: what came since `after`, where that is still known.
    pub(in crate::box_office) fn listen_to_seats(
        &self,
        now: &Arc<Snapshot>,
        after: Option<(u32, u64)>,
    ) -> (Vec<Arc<SeatFrame>>, broadcast::Receiver<Arc<SeatFrame>>) {
        let mut sent = self.sent.lock();
        if self.seats.receiver_count() == 0 {
            // Nobody listened, and nobody looked what changed.
            sent.kept.clear();
            sent.seats = Some(now.clone());
        }
        let frames = self.seats.subscribe();
        let base = sent.seats.get_or_insert_with(|| now.clone()).clone();
        let known_since = sent.kept.front().map_or(base.sequence, |frame| frame.from);
        let missed = match after {
            None => vec![Arc::new(SeatFrame::nothing_new(&base))],
            Some((epoch, sequence)) if epoch == base.epoch && sequence >= known_since => {
                sent.kept.iter().filter(|frame| frame.to > sequence).cloned().collect()
            }
            Some(_) => vec![Arc::new(SeatFrame::unknown(&base))],
        };
        (missed, frames)
    }

    /// What changed since the last frame goes out to everyone; false where nothing did.
    pub(in crate::box_office) fn seats_now(&self, now: &Arc<Snapshot>) -> bool {
        let mut sent = self.sent.lock();
        let Some(before) = sent.seats.replace(now.clone()) else { return false };
        if (before.epoch, before.sequence) == (now.epoch, now.sequence) {
            return false;
        }
        let frame = Arc::new(SeatFrame::between(&before, now));
        if frame.changes.is_none() {
            sent.kept.clear();
        }
        sent.kept.push_back(frame.clone());
        let superfluous = sent.kept.len().saturating_sub(SEAT_FRAMES_KEPT);
        sent.kept.drain(..superfluous);
        // Nobody may listen any more.
        let _ = self.seats.send(frame);
        true
    }
}

impl SeatFrame {
    fn between(before: &Snapshot, now: &Snapshot) -> Self {
        let pairs = before.status.iter().zip(&now.status).enumerate();
        let changed = pairs.filter(|(_, (before, now))| before != now);
        let changes: Vec<(u32, u8)> = changed
            .map(|(seat, (_, status))| (u32::try_from(seat).unwrap_or(u32::MAX), *status))
            .collect();
        let same_map = before.epoch == now.epoch && before.sequence <= now.sequence;
        Self {
            epoch: now.epoch,
            from: if same_map { before.sequence } else { now.sequence },
            to: now.sequence,
            changes: same_map.then(|| delta(now, changes)),
        }
    }

    fn nothing_new(now: &Snapshot) -> Self {
        Self { changes: Some(delta(now, Vec::new())), ..Self::unknown(now) }
    }

    fn unknown(now: &Snapshot) -> Self {
        Self { epoch: now.epoch, from: now.sequence, to: now.sequence, changes: None }
    }
}

fn delta(now: &Snapshot, changes: Vec<(u32, u8)>) -> Arc<SeatChanges> {
    let (epoch, sequence, rendered) = (now.epoch, now.sequence, Rendered::default());
    Arc::new(SeatChanges { epoch, sequence, changes, rendered })
}

impl BoxOffice {
    /// Sends one frame to whoever listens, where there is something new. Reads each performance
    /// once, however many listen.
    pub async fn step_push(&self) -> Result<Step> {
        self.0.work.push.each(self.pushes()).await.map(|_| Step::Idle)
    }

    /// The same; waits so long for those that take long.
    pub(crate) async fn push_all(&self, wait: Duration) -> Result<Step> {
        self.0.work.push.for_a_while(self.pushes(), wait).await.map(|()| Step::Idle)
    }

    fn pushes(&self) -> Vec<(PerformanceId, impl Future<Output = Result<usize>> + use<>)> {
        let views = self.0.views.iter();
        let listened_to = views
            .filter(|view| view.push.line.receiver_count() + view.push.seats.receiver_count() > 0);
        let listened_to = listened_to.map(|view| *view.key());
        let pushed = listened_to.map(|performance| {
            let office = self.clone();
            (performance, async move { Ok(office.push_or_say(performance).await) })
        });
        pushed.collect()
    }

    async fn push_or_say(&self, performance: PerformanceId) -> usize {
        let pushed = self.push(performance).await;
        pushed.map_or_else(
            |error| {
                tracing::warn!(%performance, %error, "listeners hear nothing new");
                0
            },
            |()| 1,
        )
    }

    async fn push(&self, performance: PerformanceId) -> Result<()> {
        let now = self.now();
        let sale = self.sale(performance, now).await?;
        let view = self.view(sale.id());
        if view.push.line.receiver_count() > 0 {
            let (frame, is_new) = self.status_frame(&sale, now).await?;
            if is_new {
                // Nobody may listen any more.
                let _ = view.push.line.send(frame);
            }
        }
        if view.push.seats.receiver_count() > 0 {
            view.push.seats_now(&self.recent_seats(&sale, now).await?);
        }
        Ok(())
    }

    pub(in crate::box_office) async fn status_frame(
        &self,
        sale: &Sale,
        now: Timestamp,
    ) -> Result<(Arc<StatusFrame>, bool)> {
        let status = self.status_of(sale, now).await?;
        let watermark = self.watermark(sale, now).await?;
        Ok(self.view(sale.id()).push.status(status, watermark))
    }
}
