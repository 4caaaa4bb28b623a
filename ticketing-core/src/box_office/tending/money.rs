//! The work that money leaves behind: payments to find the end of, to watch after their end; money to
//! give back. Many at once, within a bound, and none waits for a slow one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use super::Step;
use super::by_sale::hurried;
use crate::box_office::BoxOffice;
use crate::clock::Timestamp;
use crate::error::{Error, Result, readable, report};
use crate::guards::CrashPoint;
use crate::id::{OrderId, PaymentId, PerformanceId, RefundId};
use crate::orders::{
    AttemptStatus, Demand, Dossier, DueAttempt, DueRefund, Order, OrderStatus, Outcome,
    RefundStatus, Reversed, expire, reversed, send_again, send_refund,
};
use crate::payments::{ProviderError, Refunding};

/// How many calls of each kind to the provider a process has under way for background work.
pub(super) const AT_ONCE: usize = 64;
/// How many orders are ended at once.
const ENDED_AT_ONCE: usize = 8;
/// How long a step waits for what it began; a slow call goes on without it.
const PATIENCE: Duration = Duration::from_secs(2);

/// The money work of a process.
pub(in crate::box_office) struct MoneyWork {
    looking: Arc<Semaphore>,
    refunding: Arc<Semaphore>,
}

impl Default for MoneyWork {
    fn default() -> Self {
        Self {
            looking: Arc::new(Semaphore::new(AT_ONCE)),
            refunding: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// A permit for each piece of work that can be begun now.
fn permits(of: &Arc<Semaphore>) -> Vec<OwnedSemaphorePermit> {
    std::iter::from_fn(|| of.clone().try_acquire_owned().ok()).collect()
}

impl BoxOffice {
    /// Ends orders that were not paid in time, and shows their seats free. One that changes meanwhile
    /// is left to the next time.
    pub async fn step_expiry(&self) -> Result<Step> {
        self.end_overdue(Duration::MAX).await
    }

    /// The same; waits so long for seats that take long to show.
    pub(crate) async fn end_overdue(&self, wait: Duration) -> Result<Step> {
        let now = self.now();
        let overdue = self.backend().orders.selling.overdue(now).await?;
        let count = overdue.len();
        let ends = overdue.into_iter().map(|dossier| self.end_unpaid(dossier, now).boxed());
        let ended = stream::iter(ends).buffer_unordered(ENDED_AT_ONCE);
        let ended: Vec<Result<Option<Order>>> = ended.collect().await;
        let mut free: BTreeMap<PerformanceId, Vec<Order>> = BTreeMap::new();
        for order in ended.into_iter().filter_map(|ended| readable(ended).flatten()) {
            free.entry(order.performance).or_default().push(order);
        }
        // Each sale's by itself; what it cannot show now, its events and the reconciler do.
        let shown = free.into_values().map(|orders| {
            let office = self.clone();
            tokio::spawn(hurried(async move { office.show_all(orders).await }, wait))
        });
        let _ = tokio::time::timeout(wait, join_all(shown)).await;
        Ok(Step::of(count))
    }

    /// The order where this ended it: in the books, which wait for no live sale.
    async fn end_unpaid(&self, dossier: Dossier, now: Timestamp) -> Result<Option<Order>> {
        let Some(change) = expire(&dossier, now) else { return Ok(None) };
        let applied = self.backend().orders.changing.apply(&change, None).await?;
        Ok((applied == Outcome::Applied).then_some(change.order))
    }

    async fn show_all(&self, orders: Vec<Order>) {
        let shown: Vec<_> = orders.iter().map(|order| self.show(order)).collect();
        stream::iter(shown).buffer_unordered(ENDED_AT_ONCE).collect::<()>().await;
    }

    /// Looks after payments: those that the provider was not told of, those whose end nobody learned,
    /// and those that ended, for a day.
    pub async fn step_payments(&self) -> Result<Step> {
        self.write_announced().await?;
        let permits = permits(&self.0.money.looking);
        let paying = &self.backend().orders.paying;
        let due = paying.due_attempts(self.now(), permits.len()).await?;
        let count = due.len();
        let works = due.into_iter().zip(permits).map(|(attempt, permit)| {
            let office = self.clone();
            work(permit, async move { office.tend_attempt(attempt).await })
        });
        wait_a_while(works.collect()).await;
        self.write_announced().await?;
        Ok(Step::of(count))
    }

    /// Gives back money that is due.
    pub async fn step_refunds(&self) -> Result<Step> {
        let permits = permits(&self.0.money.refunding);
        let paying = &self.backend().orders.paying;
        let due = paying.due_refunds(self.now(), permits.len()).await?;
        let count = due.len();
        let works = due.into_iter().zip(permits).map(|(refund, permit)| {
            let office = self.clone();
            work(permit, async move { office.tend_refund(refund).await })
        });
        wait_a_while(works.collect()).await;
        Ok(Step::of(count))
    }

    async fn tend_attempt(&self, due: DueAttempt) -> Result<()> {
        let DueAttempt { payment, order, token } = due;
        let Some(dossier) = self.backend().orders.changing.dossier(order).await? else {
            return Ok(());
        };
        if dossier.attempt_status(payment) == AttemptStatus::Created {
            if dossier.order.status == OrderStatus::PendingPayment {
                self.announce(&dossier.order).await;
            }
            return Ok(());
        }
        let Some(dossier) = self.look(order, payment, false).await? else { return Ok(()) };
        let is_open = dossier.attempt_status(payment).is_open();
        let Some(token) = token.filter(|_| is_open) else { return Ok(()) };
        let now = self.now();
        let rule = |dossier: &Dossier, _: Option<&Demand>| Ok(send_again(dossier, payment, now));
        let sent = self.decide(order, None, rule).await?;
        if let Some(sent) = sent.filter(|sent| sent.change.is_some()) {
            self.charge(sent.dossier, payment, token).await?;
        }
        Ok(())
    }

    async fn tend_refund(&self, DueRefund { id, order }: DueRefund) -> Result<()> {
        let now = self.now();
        let Some(dossier) = self.backend().orders.changing.dossier(order).await? else {
            return Ok(());
        };
        let Some(refund) = dossier.refund(id) else { return Ok(()) };
        let (payment, attempt) = (refund.payment, refund.attempt);
        let is_forgotten = refund.key_is_forgotten(now);
        if is_forgotten || refund.status == RefundStatus::Pending {
            let Ok(fact) = self.0.provider.payment(payment).await else {
                return self.reversed(order, (id, attempt), Reversed::Silence).await;
            };
            // Where it is through, or failed, that ends this try.
            self.heard(order, payment, fact).await?;
            let what = if is_forgotten {
                Reversed::Refused("the provider shows nothing of it after hours".into())
            } else {
                Reversed::Silence
            };
            return self.reversed(order, (id, attempt), what).await;
        }
        let rule = |dossier: &Dossier, _: Option<&Demand>| Ok(send_refund(dossier, id, now));
        let Some(sent) = self.decide(order, None, rule).await? else { return Ok(()) };
        let dossier = sent.dossier;
        let Some(refund) = dossier.refund(id).filter(|one| one.status == RefundStatus::Sent) else {
            return Ok(());
        };
        let (attempt, amount) = (refund.attempt, refund.amount);
        let (key, cancellable) = if self.0.guards.fence() {
            (refund.key(), dossier.cancellable(payment))
        } else {
            self.without_a_fence(payment).await?
        };
        let refunding = Refunding { payment, key, amount, cancellable, reason: "refund" };
        let cancelling = self.0.provider.cancel(refunding);
        let answer = self.0.guards.may_die_during(CrashPoint::RefundSent, cancelling).await;
        let what = match answer {
            Ok(reversal) => Reversed::Answered(reversal),
            Err(ProviderError::Unknown(why)) => {
                tracing::warn!(%payment, why, "a refund has no known end yet");
                Reversed::Silence
            }
            Err(refusal) => {
                // It may be through all the same: an earlier try, or somebody else.
                self.look(order, payment, false).await?;
                match refusal {
                    ProviderError::Impossible { .. } => Reversed::Hopeless(refusal.to_string()),
                    _ => Reversed::Refused(refusal.to_string()),
                }
            }
        };
        self.reversed(order, (id, attempt), what).await
    }

    /// A refund like no other, of whatever is left: only a test lets the provider take it.
    async fn without_a_fence(&self, payment: PaymentId) -> Result<(String, i64)> {
        let fact = self.0.provider.payment(payment).await;
        let fact = fact.map_err(|error| Error::Unavailable(error.to_string()))?;
        let left = fact.map_or(0, |fact| fact.captured.amount.saturating_sub(fact.cancelled));
        let other: RefundId = self.0.randomness.id(self.now());
        Ok((format!("refund-{other}"), left))
    }

    async fn reversed(
        &self,
        order: OrderId,
        (id, attempt): (RefundId, u32),
        what: Reversed,
    ) -> Result<()> {
        let now = self.now();
        let rule = |dossier: &Dossier, _: Option<&Demand>| {
            Ok(reversed(dossier, (id, attempt), &what, now))
        };
        self.decide(order, None, rule).await?;
        Ok(())
    }
}

/// One piece of work, in a task of its own.
fn work(
    permit: OwnedSemaphorePermit,
    work: impl Future<Output = Result<()>> + Send + 'static,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        match work.await {
            Ok(()) => {}
            Err(error @ Error::Unreadable { .. }) => report(&error),
            Err(error) => tracing::warn!(%error, "money is looked after later"),
        }
        drop(permit);
    })
}

async fn wait_a_while(works: Vec<JoinHandle<()>>) {
    // Whatever is left goes on by itself, and its lease keeps others from it.
    let _ = tokio::time::timeout(PATIENCE, join_all(works)).await;
}
