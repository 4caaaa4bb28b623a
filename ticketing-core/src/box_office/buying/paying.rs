//! Payments: the charge only after the seats are the order's, in a task of its own, so that a
//! client that hangs up changes nothing; and one settlement that everything ends in.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::accounts::Caller;
use crate::box_office::settling::own;
use crate::box_office::{BoxOffice, PlacedOrder};
use crate::error::{Error, Result};
use crate::guards::CrashPoint;
use crate::id::{OrderId, PaymentId};
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::orders::{AttemptStatus, BeginPayment, Demand, Dossier, RefundReport, begin_payment};
use crate::payments::{Confirmation, ProviderError};

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
            key,
            request,
        };
        if let Some(joined) = self.joined(&begin).await? {
            return self.outcome(&joined, payment.payment);
        }
        let begun = match self.begin(&begin, &payment.token).await {
            Ok(begun) => begun,
            // Somebody was faster with the same key.
            Err(refused) => match self.joined(&begin).await? {
                Some(joined) => return self.outcome(&joined, payment.payment),
                None => return Err(refused),
            },
        };
        let office = self.clone();
        let under_way = begun.clone();
        let charge =
            tokio::spawn(async move { office.charge(begun, payment.payment, payment.token).await });
        let settled = match tokio::time::timeout(ANSWER_WITHIN, charge).await {
            Ok(Ok(settled)) => settled?,
            Ok(Err(panicked)) => return Err(Error::internal(panicked)),
            Err(_) => None,
        };
        self.outcome(&settled.unwrap_or(under_way), begin.payment)
    }

    /// What the key stands for already: an attempt that a repeat joins.
    async fn joined(&self, begin: &BeginPayment) -> Result<Option<Dossier>> {
        let changing = &self.backend().orders.changing;
        let Some(kept) = changing.kept(begin.account, &begin.key, begin.request).await? else {
            return Ok(None);
        };
        kept.attempt()?;
        changing.dossier(begin.order).await
    }

    /// Through the gate. A payment that the provider was not told of yet is announced first.
    async fn begin(&self, begin: &BeginPayment, token: &SecretString) -> Result<Dossier> {
        let now = self.now();
        let known = self.backend().orders.changing.dossier(begin.order).await?;
        let known = known.ok_or(Error::NotFound("order"))?;
        own(&known, begin.account)?;
        self.announce_next(&known).await;
        let guards = self.0.guards;
        let rule =
            |dossier: &Dossier, _: Option<&Demand>| begin_payment(dossier, begin, now, guards);
        let begun = self.decide(known, Some(token), rule).await?;
        let begun = begun.ok_or(Error::NotFound("order"))?;
        Ok(begun.dossier)
    }

    /// The charge that was begun, and what became of it.
    pub(in crate::box_office) async fn charge(
        &self,
        begun: Dossier,
        payment: PaymentId,
        token: SecretString,
    ) -> Result<Option<Dossier>> {
        let token = token.expose_secret().to_owned();
        let confirmation = Confirmation { payment, token, total: begun.order.total };
        self.0.guards.may_die(CrashPoint::Charging);
        let confirming = self.0.provider.confirm(confirmation);
        let answer = self.0.guards.may_die_during(CrashPoint::ChargeSent, confirming).await;
        self.0.guards.may_die(CrashPoint::ChargeAnswered);
        let is_refused = match answer {
            Ok(()) => false,
            Err(ProviderError::Unknown(why)) => {
                tracing::warn!(%payment, why, "a charge has no known end yet");
                false
            }
            Err(refusal) => {
                tracing::info!(%payment, %refusal, "the provider refused a charge");
                true
            }
        };
        let settled = self.look(begun, payment, is_refused).await;
        self.0.guards.may_die(CrashPoint::Settled);
        settled
    }

    fn outcome(&self, dossier: &Dossier, payment: PaymentId) -> Result<PaymentOutcome> {
        let placed = || {
            let refunds = dossier.refunds.iter().map(RefundReport::from).collect();
            self.placed(dossier.order.clone(), refunds)
        };
        match dossier.attempt_status(payment) {
            AttemptStatus::Paid => Ok(PaymentOutcome::Paid(placed())),
            AttemptStatus::Failed => Err(Error::PaymentDeclined),
            AttemptStatus::Returned => {
                Err(Error::PaymentMismatch("the payment is given back in full".into()))
            }
            AttemptStatus::Created | AttemptStatus::Confirming | AttemptStatus::Unknown => {
                Ok(PaymentOutcome::Processing(placed()))
            }
        }
    }
}
