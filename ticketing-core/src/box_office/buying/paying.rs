//! Payments: the charge only after the seats are the order's, in a task of its own, so that a
//! client that hangs up changes nothing; and one settlement that everything ends in.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::accounts::Caller;
use crate::box_office::{BoxOffice, PlacedOrder};
use crate::error::{Error, Result};
use crate::id::{OrderId, PaymentId};
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::money::Money;
use crate::orders::{AttemptStatus, BeginPayment, CancelOrder, DueAttempt, OrderStatus, Settled};
use crate::payments::{Confirmation, Fact, FactStatus, ProviderError};

/// How long a buyer waits for the charge before being told that it is under way.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// What a buyer pays with.
#[derive(Clone, Debug)]
pub struct Payment {
    /// The payment the order waits for.
    pub payment: PaymentId,
    /// What the payment window gave the buyer.
    pub token: SecretString,
}

/// How far the payment is.
#[derive(Clone, Debug)]
pub enum PaymentOutcome {
    /// Paid: the order has its tickets.
    Paid(PlacedOrder),
    /// Under way; ask again.
    Processing(PlacedOrder),
}

impl BoxOffice {
    /// Pays an order. A repeat with the same key joins the attempt and gets its present answer.
    pub async fn pay(
        &self,
        caller: &Caller,
        order: OrderId,
        payment: Payment,
        key: IdempotencyKey,
    ) -> Result<PaymentOutcome> {
        let request =
            RequestHash::of("pay", order, &(payment.payment, payment.token.expose_secret()));
        let begin = BeginPayment {
            order,
            account: caller.account(),
            payment: payment.payment,
            token: payment.token.clone(),
            key,
            request,
        };
        let begun = self.backend().orders.begin_payment(begin, self.now()).await?;
        if !begun.must_confirm {
            return self.outcome(Settled { order: begun.order, attempt: begun.attempt });
        }
        let office = self.clone();
        let total = begun.order.total;
        let charge = tokio::spawn(async move {
            office.confirm_and_settle(payment.payment, payment.token, total).await
        });
        let settled = match tokio::time::timeout(ANSWER_WITHIN, charge).await {
            Ok(Ok(settled)) => settled?,
            Ok(Err(panicked)) => return Err(Error::internal(panicked)),
            Err(_) => None,
        };
        let under_way = Settled { order: begun.order, attempt: begun.attempt };
        self.outcome(settled.unwrap_or(under_way))
    }

    /// Gives an order up before it is paid.
    pub async fn cancel(
        &self,
        caller: &Caller,
        order: OrderId,
        key: IdempotencyKey,
    ) -> Result<PlacedOrder> {
        let request = RequestHash::of("cancel", order, &());
        let cancel = CancelOrder { order, account: caller.account(), key, request };
        let order = self.backend().orders.cancel(cancel, self.now()).await?;
        let sale = self.sale(order.performance, self.now()).await?;
        self.project(&sale, &order).await;
        Ok(self.placed(order))
    }

    /// The charge, and what became of it. `None` while nobody knows.
    async fn confirm_and_settle(
        &self,
        payment: PaymentId,
        token: SecretString,
        total: Money,
    ) -> Result<Option<Settled>> {
        let token = token.expose_secret().to_owned();
        let confirmed = self.0.provider.confirm(Confirmation { payment, token, total }).await;
        let refused = match confirmed {
            Ok(()) => false,
            Err(ProviderError::Refused { kind, message }) => {
                tracing::info!(%payment, kind, message, "the provider refused a charge");
                true
            }
            Err(ProviderError::Unknown(why)) => {
                tracing::warn!(%payment, why, "a charge has no known end yet");
                self.backend().orders.mark_unknown(payment, self.now()).await?;
                false
            }
        };
        self.look(payment, total, refused).await
    }

    /// Asks the provider what happened and settles it. `ended`: our charge is known to have ended,
    /// so a payment that shows nothing has failed.
    pub(in crate::box_office) async fn look(
        &self,
        payment: PaymentId,
        total: Money,
        ended: bool,
    ) -> Result<Option<Settled>> {
        let found = match self.0.provider.payment(payment).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%payment, %error, "the provider does not say what happened");
                self.backend().orders.mark_unknown(payment, self.now()).await?;
                return Ok(None);
            }
        };
        let nothing = Money::new(0, total.currency);
        let unknown = Fact { payment, status: FactStatus::Ready, captured: nothing, cancelled: 0 };
        let mut fact = found.unwrap_or(unknown);
        if fact.status == FactStatus::Ready && ended {
            fact.status = FactStatus::Failed;
        }
        self.settle(&fact).await
    }

    /// Everything that learns what happened to a payment ends here; any number of times.
    async fn settle(&self, fact: &Fact) -> Result<Option<Settled>> {
        let now = self.now();
        let new_payment = self.0.randomness.id(now);
        let Some(settled) = self.backend().orders.settle(fact, new_payment, now).await? else {
            tracing::error!(payment = %fact.payment, "a payment that no order knows");
            return Ok(None);
        };
        let order = &settled.order;
        if let Ok(sale) = self.sale(order.performance, now).await {
            self.project(&sale, order).await;
        }
        match order.status {
            OrderStatus::Paid => self.finish(order).await,
            OrderStatus::PendingPayment => self.pre_register(order).await,
            OrderStatus::RefundDue => drop(self.step_refunds().await),
            _ => {}
        }
        Ok(Some(settled))
    }

    /// A charge that a server left behind: what became of it, or the charge again under its own
    /// key while the order's time lasts.
    pub(in crate::box_office) async fn take_over(&self, attempt: DueAttempt) -> Result<()> {
        let DueAttempt { payment, token, total, time_left } = attempt;
        let settled = self.look(payment, total, !time_left).await?;
        let open = settled.is_some_and(|settled| settled.attempt.is_open());
        if open && time_left {
            self.confirm_and_settle(payment, token, total).await?;
        }
        Ok(())
    }

    fn outcome(&self, settled: Settled) -> Result<PaymentOutcome> {
        match settled.attempt {
            AttemptStatus::Paid => Ok(PaymentOutcome::Paid(self.placed(settled.order))),
            AttemptStatus::Failed => Err(Error::PaymentDeclined),
            AttemptStatus::Returned => {
                Err(Error::PaymentMismatch("the payment is given back in full".into()))
            }
            AttemptStatus::Created | AttemptStatus::Confirming | AttemptStatus::Unknown => {
                Ok(PaymentOutcome::Processing(self.placed(settled.order)))
            }
        }
    }
}
