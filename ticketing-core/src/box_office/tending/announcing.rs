//! Telling the provider of an order's next payment before anybody pays it: once, however many of this
//! process want it told at the same time. What fails here is due again by itself.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;
use tokio::sync::{Semaphore, oneshot};

use super::money::AT_ONCE;
use crate::box_office::BoxOffice;
use crate::error::Result;
use crate::guards::CrashPoint;
use crate::id::PaymentId;
use crate::orders::{Attempt, Dossier, Order, OrderStatus};
use crate::payments::{PreRegistration, ProviderError};

/// How long whoever placed an order waits until its payment can be paid; a slow provider is told
/// without them.
const TOLD_WITHIN: Duration = Duration::from_secs(1);

/// The provider is being told of a payment: over, for all who wait for it, however it ended.
type Announcement = Shared<BoxFuture<'static, ()>>;

/// What the provider is, or was just, told of.
pub(in crate::box_office) struct Announcements {
    under_way: Mutex<HashMap<PaymentId, Announcement>>,
    /// To be written down together.
    told: Mutex<HashSet<PaymentId>>,
    /// For orders that were just placed.
    room: Arc<Semaphore>,
}

impl Default for Announcements {
    fn default() -> Self {
        let room = Arc::new(Semaphore::new(AT_ONCE));
        Self { under_way: Mutex::default(), told: Mutex::default(), room }
    }
}

/// Takes an announcement out of those under way, whatever ends it.
struct UnderWay {
    office: BoxOffice,
    payment: PaymentId,
    _ends: oneshot::Sender<()>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.office.0.announcements.under_way.lock().remove(&self.payment);
    }
}

impl BoxOffice {
    /// Tells the provider of the payment of an order that was just placed, and waits for that, a moment
    /// at most. Where too much is under way, it is left to whoever comes by.
    pub(in crate::box_office) async fn announce_placed(&self, order: &Order) {
        let telling = async {
            let room = self.0.announcements.room.clone().acquire_owned().await.ok();
            if let Some(announcement) = room.as_ref().and_then(|_| self.announcement(order)) {
                // It keeps its room for as long as it takes, whoever waits for it.
                tokio::spawn(announcement.clone().map(|()| drop(room)));
                announcement.await;
            }
        };
        let _ = tokio::time::timeout(TOLD_WITHIN, telling).await;
    }

    /// Waits a moment where the provider is being told of the payment of an order, for who is about to
    /// show it.
    pub(in crate::box_office) async fn announced_meanwhile(&self, order: &Order) {
        let announcement = self.0.announcements.under_way.lock().get(&order.payment).cloned();
        if let Some(announcement) = announcement {
            let _ = tokio::time::timeout(TOLD_WITHIN, announcement).await;
        }
    }

    /// Tells it before anybody hears of the payment, since whoever does may pay at once. Nothing is
    /// sent where the provider was told already.
    pub(in crate::box_office) async fn announce_next(&self, dossier: &Dossier) {
        let order = &dossier.order;
        let is_unannounced = dossier.attempt(order.payment).is_some_and(Attempt::is_unannounced);
        if order.status == OrderStatus::PendingPayment && is_unannounced {
            self.announce(order).await;
        }
    }

    /// Until the provider was told what the order's next payment will be, or was not.
    pub(super) async fn announce(&self, order: &Order) {
        if let Some(announcement) = self.announcement(order) {
            announcement.await;
        }
    }

    /// The announcement that is under way, or a new one, in a task of its own; none where the provider
    /// was told a moment ago, which is not written down yet.
    fn announcement(&self, order: &Order) -> Option<Announcement> {
        let Announcements { under_way, told, .. } = &self.0.announcements;
        let (ends, end) = oneshot::channel();
        let announcement = {
            // Whoever ends one is told first and not under way afterwards.
            let mut under_way = under_way.lock();
            if told.lock().contains(&order.payment) {
                return None;
            }
            match under_way.entry(order.payment) {
                Entry::Occupied(known) => return Some(known.get().clone()),
                Entry::Vacant(new) => new.insert(end.map(drop).boxed().shared()).clone(),
            }
        };
        let (office, order) = (self.clone(), order.clone());
        let under_way = UnderWay { office: self.clone(), payment: order.payment, _ends: ends };
        // Not under the lock: while a runtime shuts down, a new task ends at once.
        tokio::spawn(async move {
            office.tell_provider(&order).await;
            drop(under_way);
        });
        Some(announcement)
    }

    /// Doing it again changes nothing.
    async fn tell_provider(&self, order: &Order) {
        let registration = PreRegistration {
            payment: order.payment,
            total: order.total,
            order: order.id,
            performance: order.performance,
        };
        match self.0.provider.pre_register(registration).await {
            // What it refuses for good, paying will find out.
            Ok(()) | Err(ProviderError::Refused { .. } | ProviderError::Impossible { .. }) => {
                self.0.guards.may_die(CrashPoint::Announced);
                self.0.announcements.told.lock().insert(order.payment);
            }
            Err(error) => {
                tracing::warn!(order = %order.id, %error, "a payment is not announced yet");
            }
        }
    }

    pub(super) async fn write_announced(&self) -> Result<()> {
        let told = &self.0.announcements.told;
        let announced: Vec<PaymentId> = told.lock().drain().collect();
        if announced.is_empty() {
            return Ok(());
        }
        let written = self.backend().orders.paying.announced(&announced).await;
        if written.is_err() {
            told.lock().extend(announced);
        }
        written
    }
}
