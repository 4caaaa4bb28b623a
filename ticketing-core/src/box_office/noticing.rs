//! What the provider tells us by itself. Nothing of it moves an order: it only is a reason to ask.

use super::BoxOffice;
use crate::error::{Error, Result};
use crate::id::PaymentId;
use crate::orders::{Attention, AttentionReason, Demand, Dossier, let_charge, tell};
use crate::payments::{Delivery, Notice, WebhookSecrets};

impl BoxOffice {
    /// What a webhook says, where it is signed and new.
    pub fn read_webhook(
        &self,
        secrets: &WebhookSecrets,
        delivery: &Delivery<'_>,
    ) -> Option<Notice> {
        secrets.read(delivery, self.now())
    }

    /// Deals with a notice, once, however often it is delivered. An error means that it should come
    /// again, or, where the provider asked for leave to charge, that it must not.
    pub async fn notice(&self, notice: Notice) -> Result<()> {
        let Notice { id, payment, may_charge } = notice;
        let Some(payment) = payment else { return Ok(()) };
        if let Some(amount) = may_charge {
            return self.let_charge(payment, amount).await;
        }
        let paying = &self.backend().orders.paying;
        if paying.is_noticed(&id).await? {
            return Ok(());
        }
        match self.backend().orders.changing.order_of(payment).await? {
            Some(order) => self.look_for_certain(order, payment).await?,
            None => self.attend_unknown(payment).await?,
        }
        self.backend().orders.paying.noticed(&id, self.now()).await
    }

    /// The gate, for a charge that the provider makes by itself.
    async fn let_charge(&self, payment: PaymentId, amount: i64) -> Result<()> {
        let order = self.backend().orders.changing.order_of(payment).await?;
        let order = order.ok_or(Error::NotFound("payment"))?;
        let now = self.now();
        let guards = self.0.guards;
        let rule = |dossier: &Dossier, _: Option<&Demand>| {
            let_charge(dossier, payment, amount, now, guards)
        };
        let begun = self.decide(order, None, rule).await?.ok_or(Error::NotFound("payment"))?;
        self.show(&begun.dossier.order).await;
        Ok(())
    }

    /// A payment that no order knows: a person has to look as long as any of it is left.
    pub(super) async fn attend_unknown(&self, payment: PaymentId) -> Result<()> {
        let fact = self.0.provider.payment(payment).await;
        let Some(fact) = fact.map_err(|error| Error::Unavailable(error.to_string()))? else {
            return Ok(());
        };
        let left = fact.captured.amount.saturating_sub(fact.cancelled);
        let (paying, reason) = (&self.backend().orders.paying, AttentionReason::UnknownPayment);
        if left <= 0 {
            return paying.close(payment, reason, self.now()).await;
        }
        let attention = Attention {
            payment,
            order: None,
            reason,
            detail: format!("{left} {} was captured for no order", fact.captured.currency.code()),
            since: self.now(),
        };
        if paying.attend(&attention).await? {
            tell(&attention);
        }
        Ok(())
    }
}
