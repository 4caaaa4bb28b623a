//! Telling the provider of an order's next payment before anybody pays it: once at a time, however many
//! of this process want it told. What fails here is due again by itself.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::pin::pin;
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

/// For so long others wait for one that is under way; one that takes longer goes on, and whoever wants
/// it told tells it again.
const JOINED_FOR: Duration = Duration::from_secs(5);

/// Whether the provider was told, for all who wait for it.
type Announcement = Shared<BoxFuture<'static, bool>>;

/// One that is under way.
struct Telling {
    announcement: Announcement,
    /// Somebody else began it.
    is_joined: bool,
}

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

/// Takes an announcement out of those under way, whatever ends it, and then lets those go who wait.
struct UnderWay {
    office: BoxOffice,
    payment: PaymentId,
    told: Option<oneshot::Sender<()>>,
}

impl UnderWay {
    fn end(mut self, is_told: bool) {
        let told = self.told.take();
        drop(self);
        if let Some(told) = told.filter(|_| is_told) {
            // Nobody may wait.
            let _ = told.send(());
        }
    }
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
            if let Some(telling) = room.as_ref().and_then(|_| self.telling(order)) {
                // It keeps its room, whoever waits for it.
                tokio::spawn(telling.announcement.clone().map(|_| drop(room)));
                telling.announcement.await;
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

    /// Until the provider was told what the order's next payment will be, or could not be. What another
    /// tried in vain meanwhile is tried once more.
    pub(super) async fn announce(&self, order: &Order) {
        let Some(Telling { announcement, is_joined }) = self.telling(order) else { return };
        let is_told = announcement.await;
        if !is_told
            && is_joined
            && let Some(again) = self.telling(order)
        {
            again.announcement.await;
        }
    }

    /// The announcement that is under way, or a new one, in a task of its own; none where the provider
    /// was told a moment ago, which is not written down yet.
    fn telling(&self, order: &Order) -> Option<Telling> {
        let Announcements { under_way, told, .. } = &self.0.announcements;
        let (ends, end) = oneshot::channel();
        let announcement = {
            // Whoever ends one is told first and not under way afterwards.
            let mut under_way = under_way.lock();
            if told.lock().contains(&order.payment) {
                return None;
            }
            match under_way.entry(order.payment) {
                Entry::Occupied(known) => {
                    return Some(Telling { announcement: known.get().clone(), is_joined: true });
                }
                Entry::Vacant(new) => {
                    new.insert(end.map(|told| told.is_ok()).boxed().shared()).clone()
                }
            }
        };
        let (office, order) = (self.clone(), order.clone());
        let under_way = UnderWay { office: self.clone(), payment: order.payment, told: Some(ends) };
        // Not under the lock: while a runtime shuts down, a new task ends at once.
        tokio::spawn(async move {
            let mut telling = pin!(office.tell_provider(&order));
            let in_time = tokio::time::timeout(JOINED_FOR, &mut telling).await;
            under_way.end(in_time == Ok(true));
            if in_time.is_err() {
                telling.await;
            }
        });
        Some(Telling { announcement, is_joined: false })
    }

    /// Doing it again changes nothing.
    async fn tell_provider(&self, order: &Order) -> bool {
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
                true
            }
            Err(error) => {
                tracing::warn!(order = %order.id, %error, "a payment is not announced yet");
                false
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
