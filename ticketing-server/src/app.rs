//! What every handler shares.

use std::sync::Arc;

use ticketing_core::BoxOffice;
use ticketing_core::payments::WebhookSecrets;
use tokio::sync::watch;

/// What every handler shares.
#[derive(Clone)]
pub struct App {
    /// The box office.
    pub office: BoxOffice,
    /// Synthetic buyers may be made.
    pub synthetic_buyers: bool,
    /// What the payment provider signs its webhooks with, where it sends any.
    pub webhooks: Option<Arc<WebhookSecrets>>,
    /// True when the process drains: it is alive and no longer ready, and streams end.
    pub draining: Arc<watch::Sender<bool>>,
}

impl App {
    /// An application over a box office.
    pub fn new(office: BoxOffice, synthetic_buyers: bool) -> Self {
        let (draining, _) = watch::channel(false);
        Self { office, synthetic_buyers, webhooks: None, draining: Arc::new(draining) }
    }

    /// The same, believing webhooks that are signed with these.
    #[must_use]
    pub fn with_webhooks(self, secrets: Option<WebhookSecrets>) -> Self {
        Self { webhooks: secrets.map(Arc::new), ..self }
    }

    pub(crate) fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }
}
