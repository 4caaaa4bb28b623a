//! What everything that learns about a payment ends in: the decision, and what follows from it.

use secrecy::SecretString;

use super::BoxOffice;
use crate::error::{Error, Result, report};
use crate::id::{AccountId, OrderId, PaymentId};
use crate::money::Currency;
use crate::orders::{
    Change, Decided, Demand, Dossier, Heard, Order, OrderStatus, Subject, Terms, decide, settle,
    tell,
};
use crate::payments::Fact;

impl BoxOffice {
    /// Asks the provider what became of a payment, and settles it. `is_refused`: it just refused the
    /// charge that we sent. Nothing for an order that is not there.
    pub(super) async fn look(
        &self,
        order: impl Into<Subject>,
        payment: PaymentId,
        is_refused: bool,
    ) -> Result<Option<Dossier>> {
        let order = order.into();
        match self.0.provider.payment(payment).await {
            Ok(fact) if is_refused => {
                let fact = fact.unwrap_or_else(|| Fact::ready(payment, Currency::default()));
                self.settle(order, Heard::Refused(&fact)).await
            }
            Ok(fact) => self.heard(order, payment, fact).await,
            Err(error) => {
                tracing::warn!(%payment, %error, "the provider does not say what happened");
                self.settle(order, Heard::Silence(payment)).await
            }
        }
    }

    /// The same, for whoever nobody comes after: without an answer it is not done.
    pub(super) async fn look_for_certain(&self, order: OrderId, payment: PaymentId) -> Result<()> {
        let fact = self.0.provider.payment(payment).await;
        let fact = fact.map_err(|error| Error::Unavailable(error.to_string()))?;
        self.heard(order, payment, fact).await.map(drop)
    }

    /// Settles what the provider says; a payment that it does not know shows nothing.
    pub(super) async fn heard(
        &self,
        order: impl Into<Subject>,
        payment: PaymentId,
        fact: Option<Fact>,
    ) -> Result<Option<Dossier>> {
        let fact = fact.unwrap_or_else(|| Fact::ready(payment, Currency::default()));
        self.settle(order.into(), Heard::Fact(&fact)).await
    }

    /// Any number of times.
    async fn settle(&self, order: Subject, heard: Heard<'_>) -> Result<Option<Dossier>> {
        let now = self.now();
        let terms = Terms { next_payment: self.0.randomness.id(now), now, guards: self.0.guards };
        let rule =
            |dossier: &Dossier, unmet: Option<&Demand>| Ok(settle(dossier, heard, unmet, &terms));
        let Some(decided) = self.decide(order, None, rule).await? else { return Ok(None) };
        let show = async {
            if decided.change.is_some() {
                self.show(&decided.dossier.order).await;
            }
        };
        tokio::join!(self.announce_next(&decided.dossier), show);
        Ok(Some(decided.dossier))
    }

    /// A decision about an order; whoever has to be told of it is told.
    pub(super) async fn decide(
        &self,
        order: impl Into<Subject>,
        token: Option<&SecretString>,
        rule: impl Fn(&Dossier, Option<&Demand>) -> Result<Option<Change>> + Send + Sync,
    ) -> Result<Option<Decided>> {
        let changing = &*self.backend().orders.changing;
        let decided = decide(changing, order.into(), token, self.0.guards, rule).await?;
        let change = decided.as_ref().and_then(|decided| decided.change.as_ref());
        change.iter().flat_map(|change| &change.attention).for_each(tell);
        Ok(decided)
    }

    /// Shows an order that changed in the live sale, and does at once what follows. All of it is done
    /// again where it fails here: by the event, by the reconciler, by what is due.
    pub(super) async fn show(&self, order: &Order) {
        match self.sale(order.performance, self.now()).await {
            Ok(sale) => self.project(&sale, order).await,
            Err(error) => report(&error),
        }
        if order.status == OrderStatus::Paid {
            self.finish(order).await;
        }
    }
}

/// For others than its buyer there is no such order.
pub(super) fn own(dossier: &Dossier, account: AccountId) -> Result<()> {
    if dossier.order.account == account { Ok(()) } else { Err(Error::NotFound("order")) }
}
