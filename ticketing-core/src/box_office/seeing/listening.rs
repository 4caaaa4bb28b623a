//! Listening to a line or to the seats: a stream of events per listener, made of frames that all
//! listeners share.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::push::{SeatChanges, SeatFrame, StatusFrame};
use crate::accounts::Caller;
use crate::admission::{Place, Standing, State, Terms};
use crate::box_office::{BoxOffice, LineAnswer};
use crate::error::{Error, Result};
use crate::id::PerformanceId;

/// How many listeners one server serves.
pub const LISTENERS_MAX: usize = 50_000;

/// What a listener to a line hears.
#[derive(Clone, Debug)]
pub enum LineEvent {
    /// The public status: the same frame for everyone.
    Status(Arc<StatusFrame>),
    /// One's own place, once it is near the head: listening is not asking, so ask when it says.
    Place(Box<LineAnswer>),
    /// The last event: this listener fell too far behind.
    TooSlow,
}

/// What a listener to the seats hears.
#[derive(Clone, Debug)]
pub enum SeatEvent {
    /// What changed: the same for everyone.
    Changes(Arc<SeatChanges>),
    /// What changed is not known: read the map again.
    Reset {
        /// In which epoch.
        epoch: u32,
        /// The map is as of this sequence number now.
        sequence: u64,
    },
    /// The last event: this listener fell too far behind.
    TooSlow,
}

/// Listens to a line.
pub struct LineListener {
    office: BoxOffice,
    place: Place,
    first: Option<Arc<StatusFrame>>,
    frames: Receiver<Arc<StatusFrame>>,
    /// About one's own place, after the status that it follows from.
    personal: Option<Box<LineAnswer>>,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

/// Listens to the seats.
pub struct SeatListener {
    missed: VecDeque<Arc<SeatFrame>>,
    frames: Receiver<Arc<SeatFrame>>,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

/// The places for listeners of one process.
pub(in crate::box_office) struct Listeners(Arc<Semaphore>);

impl Default for Listeners {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LISTENERS_MAX)))
    }
}

impl Listeners {
    fn enter(&self) -> Result<OwnedSemaphorePermit> {
        let permit = self.0.clone().try_acquire_owned();
        permit.map_err(|_| Error::Unavailable("no more listeners on this server".into()))
    }
}

impl BoxOffice {
    /// Listens to a line from a place in it. The first event is the status as it is now.
    pub async fn listen_to_line(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        place_token: &str,
    ) -> Result<LineListener> {
        let now = self.now();
        let place = self.place(caller, performance, place_token)?;
        let permit = self.0.listeners.enter()?;
        let sale = self.sale(performance, now).await?;
        // Listen first, so that nothing falls between the status and the frames.
        let frames = self.view(performance).push.line.subscribe();
        let (first, _) = self.status_frame(&sale, now).await?;
        Ok(LineListener {
            office: self.clone(),
            place,
            first: Some(first),
            frames,
            personal: None,
            ended: false,
            _permit: permit,
        })
    }

    /// Listens to the seats of a performance. `after` is the epoch and sequence number that the
    /// listener's map is of: what changed since then comes first, or a reset.
    pub async fn listen_to_seats(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        after: Option<(u32, u64)>,
    ) -> Result<SeatListener> {
        let now = self.now();
        let permit = self.0.listeners.enter()?;
        let sale = self.visible_sale(Some(caller), performance, now).await?;
        let seats = self.recent_seats(&sale, now).await?;
        let (missed, frames) = self.view(performance).push.listen_to_seats(&seats, after);
        Ok(SeatListener { missed: missed.into(), frames, ended: false, _permit: permit })
    }

    /// What a listener near the head is told of its own place; those far back compute it from the
    /// status. No store is asked.
    async fn personal(&self, place: Place, frame: &StatusFrame) -> Option<Box<LineAnswer>> {
        let now = self.now();
        let sale = self.sale(place.performance(), now).await.ok()?;
        let terms = Terms::of(&sale.performance, now);
        let watermark = frame.watermark;
        let rank = self.rank(&sale, place.number(), &watermark, now).await.ok()??;
        if self.is_far(rank, &watermark, &sale, terms) {
            return None;
        }
        let state = State::Waiting;
        let standing = Standing { place, state, pass_expires_at: None, watermark };
        self.line_answer(&sale, standing, None, now).await.ok().map(Box::new)
    }
}

impl LineListener {
    /// The next event; nothing after the last.
    pub async fn next(&mut self) -> Option<LineEvent> {
        if let Some(personal) = self.personal.take() {
            return Some(LineEvent::Place(personal));
        }
        if self.ended {
            return None;
        }
        let frame = match self.first.take() {
            Some(first) => Some(first),
            None => next(&mut self.frames).await?,
        };
        let Some(frame) = frame else {
            self.ended = true;
            return Some(LineEvent::TooSlow);
        };
        self.personal = self.office.personal(self.place, &frame).await;
        Some(LineEvent::Status(frame))
    }
}

impl SeatListener {
    /// The next event; nothing after the last.
    pub async fn next(&mut self) -> Option<SeatEvent> {
        if self.ended {
            return None;
        }
        let frame = match self.missed.pop_front() {
            Some(missed) => Some(missed),
            None => next(&mut self.frames).await?,
        };
        let Some(frame) = frame else {
            self.ended = true;
            return Some(SeatEvent::TooSlow);
        };
        let SeatFrame { epoch, to: sequence, changes, .. } = &*frame;
        let (epoch, sequence) = (*epoch, *sequence);
        Some(match changes.clone() {
            Some(changes) => SeatEvent::Changes(changes),
            None => SeatEvent::Reset { epoch, sequence },
        })
    }
}

/// The next frame; `Some(None)` for a listener that fell too far behind, nothing once nobody sends.
async fn next<Frame>(frames: &mut Receiver<Arc<Frame>>) -> Option<Option<Arc<Frame>>> {
    match frames.recv().await {
        Ok(frame) => Some(Some(frame)),
        Err(RecvError::Lagged(_)) => Some(None),
        Err(RecvError::Closed) => None,
    }
}
