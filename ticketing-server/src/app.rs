//! What every handler shares.

use std::sync::Arc;

use ticketing_core::payments::WebhookSecrets;
use ticketing_core::{BoxOffice, OrderId};
use tokio::sync::{Semaphore, watch};

/// How many pictures are on their way at once; others are told to come again.
const UPLOADS_AT_ONCE: usize = 8;

/// What every handler shares.
#[derive(Clone)]
pub struct App {
    /// The box office.
    pub office: BoxOffice,
    /// Synthetic buyers may be made.
    pub synthetic_buyers: bool,
    /// What the payment provider signs its webhooks with, where it sends any.
    pub webhooks: Option<Arc<WebhookSecrets>>,
    /// Under which address people reach this server, without a slash at the end. Without one, links
    /// have none either: they are relative to wherever the answer came from.
    pub public_url: Arc<str>,
    /// People pay in `PortOne`'s window, which its script opens.
    pub storefront: bool,
    /// Whose turn it is to send a picture: each is in memory, whole.
    pub uploads: Arc<Semaphore>,
    /// True when the process drains: it is alive and no longer ready, and streams end.
    pub draining: Arc<watch::Sender<bool>>,
}

impl App {
    /// An application over a box office.
    pub fn new(office: BoxOffice, synthetic_buyers: bool) -> Self {
        let (draining, _) = watch::channel(false);
        Self {
            office,
            synthetic_buyers,
            webhooks: None,
            public_url: "".into(),
            storefront: false,
            uploads: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
            draining: Arc::new(draining),
        }
    }

    /// The same, believing webhooks that are signed with these.
    #[must_use]
    pub fn with_webhooks(self, secrets: Option<WebhookSecrets>) -> Self {
        Self { webhooks: secrets.map(Arc::new), ..self }
    }

    /// The same, reached at this address.
    #[must_use]
    pub fn reached_at(self, public_url: &str) -> Self {
        Self { public_url: public_url.trim_end_matches('/').into(), ..self }
    }

    /// The same, whose buyers pay in `PortOne`'s window.
    #[must_use]
    pub fn with_storefront(self, storefront: bool) -> Self {
        Self { storefront, ..self }
    }

    /// The page of an order. The link stands behind the #, which browsers send to nobody.
    pub(crate) fn checkout_url(&self, order: OrderId, link: &str) -> String {
        format!("{}/checkout/{order}#{link}", self.public_url)
    }

    pub(crate) fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }
}
