//! What a person does about payments that need one.

use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{OrderId, PaymentId};
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::money::Money;
use crate::orders::{
    AttemptStatus, Attention, AttentionReason, Demand, Dossier, OrderStatus, RefundPayment,
    RefundReport, refund_payment, seen,
};
use crate::page::{Page, Paged};
use crate::payments::{Cancellation, CancellationStatus, ProviderError, Refunding};
use crate::seats::SeatStatus;

/// Everything that is known of a payment.
#[derive(Clone, Debug)]
pub struct PaymentReport {
    /// The payment.
    pub payment: PaymentId,
    /// Its order and how far that is, where one knows the payment.
    pub order: Option<(OrderId, OrderStatus)>,
    /// The seats that its order still has.
    pub seats: Vec<u32>,
    /// How far the attempt is.
    pub status: AttemptStatus,
    /// What was captured.
    pub captured: Money,
    /// What goes back, or is back.
    pub refunds: Vec<RefundReport>,
    /// When somebody looks at it next, if anybody does.
    pub look_at: Option<Timestamp>,
    /// Why a person has to look.
    pub attention: Vec<AttentionReason>,
}

impl BoxOffice {
    /// What needs a person, the oldest first; for administrators.
    pub async fn attention(&self, caller: &Caller, page: Page) -> Result<Paged<Attention>> {
        self.administrator(caller).await?;
        self.backend().orders.paying.attention(page).await
    }

    /// What is known of a payment; for administrators.
    pub async fn payment(&self, caller: &Caller, payment: PaymentId) -> Result<PaymentReport> {
        self.administrator(caller).await?;
        let order = self.order_of(payment).await?;
        let dossier = self.backend().orders.changing.dossier(order).await?;
        dossier.map(|dossier| report(&dossier, payment)).ok_or(Error::NotFound("payment"))
    }

    /// Asks the provider again and settles; what somebody else did counts as seen. For
    /// administrators.
    pub async fn settle_payment(
        &self,
        caller: &Caller,
        payment: PaymentId,
    ) -> Result<PaymentReport> {
        self.administrator(caller).await?;
        let order = self.order_of(payment).await?;
        self.look_for_certain(order, payment).await?;
        let now = self.now();
        let rule = |dossier: &Dossier, _: Option<&Demand>| Ok(seen(dossier, payment, now));
        let decided = self.decide(order, None, rule).await?.ok_or(Error::NotFound("payment"))?;
        self.end_with_its_performance(order, decided.dossier.order.performance).await?;
        let dossier = self.backend().orders.changing.dossier(order).await?;
        dossier.map(|dossier| report(&dossier, payment)).ok_or(Error::NotFound("payment"))
    }

    /// Gives back what is left of a payment; an order that was paid by it ends. For administrators.
    pub async fn refund_payment(
        &self,
        caller: &Caller,
        payment: PaymentId,
        key: IdempotencyKey,
    ) -> Result<PaymentReport> {
        self.administrator(caller).await?;
        let Some(order) = self.backend().orders.changing.order_of(payment).await? else {
            return self.refund_unknown(payment).await;
        };
        let request = RequestHash::of("refund", payment, &());
        let account = caller.account();
        self.refund(order, RefundPayment { account, payment, seats: None, key, request }).await
    }

    /// Gives back what these seats of the order that was paid by it cost; it goes on with the others.
    /// For administrators.
    pub async fn refund_seats(
        &self,
        caller: &Caller,
        payment: PaymentId,
        seats: Vec<u32>,
        key: IdempotencyKey,
    ) -> Result<PaymentReport> {
        self.administrator(caller).await?;
        let order = self.order_of(payment).await?;
        let request = RequestHash::of("refund", payment, &seats);
        let (account, seats) = (caller.account(), Some(seats));
        self.refund(order, RefundPayment { account, payment, seats, key, request }).await
    }

    async fn refund(&self, order: OrderId, refund: RefundPayment) -> Result<PaymentReport> {
        if let Some(before) = self.refunded_before(order, &refund).await? {
            return Ok(before);
        }
        let now = self.now();
        let rule = |dossier: &Dossier, _: Option<&Demand>| refund_payment(dossier, &refund, now);
        match self.decide(order, None, rule).await {
            Ok(decided) => {
                let dossier = decided.ok_or(Error::NotFound("payment"))?.dossier;
                self.show(&dossier.order).await;
                Ok(report(&dossier, refund.payment))
            }
            // Somebody was faster with the same key.
            Err(refused) => self.refunded_before(order, &refund).await?.ok_or(refused),
        }
    }

    async fn refunded_before(
        &self,
        order: OrderId,
        refund: &RefundPayment,
    ) -> Result<Option<PaymentReport>> {
        let changing = &self.backend().orders.changing;
        let kept = changing.kept(refund.account, &refund.key, refund.request).await?;
        let Some(kept) = kept else { return Ok(None) };
        kept.attempt()?;
        let dossier = changing.dossier(order).await?;
        Ok(dossier.map(|dossier| report(&dossier, refund.payment)))
    }

    /// Money that was captured for no order goes back in full, however often it is asked.
    async fn refund_unknown(&self, payment: PaymentId) -> Result<PaymentReport> {
        let unavailable = |error: ProviderError| Error::Unavailable(error.to_string());
        let fact = self.0.provider.payment(payment).await.map_err(unavailable)?;
        let fact = fact.ok_or(Error::NotFound("payment"))?;
        let is_taken = |one: &Cancellation| one.status == CancellationStatus::Requested;
        if fact.cancellations.iter().any(is_taken) {
            // Sent again, it might be given back twice.
            return Err(Error::Unavailable("the provider has not given it back yet".into()));
        }
        let left = fact.captured.amount.saturating_sub(fact.cancelled);
        if left > 0 {
            let refunding = Refunding {
                payment,
                key: format!("refund-unknown-{payment}"),
                amount: Money::new(left, fact.captured.currency),
                cancellable: left,
                reason: "no order knows this payment",
            };
            let reversal = self.0.provider.cancel(refunding).await.map_err(unavailable)?;
            if reversal.status != CancellationStatus::Succeeded {
                return Err(Error::Unavailable("the provider has not given it back yet".into()));
            }
        }
        let (reason, now) = (AttentionReason::UnknownPayment, self.now());
        self.backend().orders.paying.close(payment, reason, now).await?;
        let (status, captured) = (AttemptStatus::Returned, fact.captured);
        let (refunds, attention) = (Vec::new(), Vec::new());
        Ok(PaymentReport {
            payment,
            order: None,
            seats: Vec::new(),
            status,
            captured,
            refunds,
            look_at: None,
            attention,
        })
    }

    async fn order_of(&self, payment: PaymentId) -> Result<OrderId> {
        let order = self.backend().orders.changing.order_of(payment).await?;
        order.ok_or(Error::NotFound("payment"))
    }
}

fn report(dossier: &Dossier, payment: PaymentId) -> PaymentReport {
    let currency = dossier.order.total.currency;
    let attempt = dossier.attempt(payment);
    let order_is_over = dossier.order.status.seats_show() == SeatStatus::Free;
    let matters = dossier.attended.iter().filter(|(of, _)| *of == payment);
    PaymentReport {
        payment,
        order: Some((dossier.order.id, dossier.order.status)),
        seats: if order_is_over { Vec::new() } else { dossier.order.kept_seats() },
        status: dossier.attempt_status(payment),
        captured: Money::new(attempt.map_or(0, |attempt| attempt.captured), currency),
        refunds: dossier.refunds_of(payment).map(RefundReport::from).collect(),
        look_at: attempt.and_then(|attempt| attempt.look_at),
        attention: matters.map(|(_, reason)| *reason).collect(),
    }
}
