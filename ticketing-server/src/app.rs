//! What every handler shares.

use std::sync::Arc;

use ticketing_core::BoxOffice;
use tokio::sync::watch;

/// What every handler shares.
#[derive(Clone)]
pub struct App {
    /// The box office.
    pub office: BoxOffice,
    /// Synthetic buyers may be made.
    pub synthetic_buyers: bool,
    /// True when the process drains: it is alive and no longer ready, and streams end.
    pub draining: Arc<watch::Sender<bool>>,
}

impl App {
    /// An application over a box office.
    pub fn new(office: BoxOffice, synthetic_buyers: bool) -> Self {
        let (draining, _) = watch::channel(false);
        Self { office, synthetic_buyers, draining: Arc::new(draining) }
    }

    pub(crate) fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }
}
