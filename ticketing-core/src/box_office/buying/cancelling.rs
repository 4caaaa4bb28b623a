//! Giving orders up: before they are paid, and afterwards by their terms. What comes back is quoted
//! first, and only what was quoted is done.

use crate::accounts::Caller;
use crate::box_office::{BoxOffice, PlacedOrder};
use crate::catalog::Show;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::OrderId;
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::money::Money;
use crate::orders::{
    CancelOrder, Canceller, Demand, Dossier, Order, Quote, cancel, quote, read_order, used,
};
use crate::text::OneLine;

/// The longest reason that an organizer gives.
const REASON_MAX: usize = 255;

/// What is given up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cancelling {
    /// These seats of it; all that it still has, where absent. For an organizer none at all: what was
    /// kept of seats that were given back before.
    pub seats: Option<Vec<u32>>,
    /// What its quote says comes back; an order that is not paid needs none.
    pub refund: Option<Money>,
    /// Why: an organizer has to say it, its buyer does not.
    pub reason: Option<String>,
}

impl BoxOffice {
    /// What would come back if the order were cancelled now: to its buyer and to its organizer.
    pub async fn cancellation(
        &self,
        caller: &Caller,
        order: OrderId,
        seats: Option<Vec<u32>>,
    ) -> Result<Quote> {
        let now = self.now();
        let dossier = self.known(order).await?;
        let by = self.canceller(caller, &dossier.order).await?;
        let show = self.show_of(&dossier.order, now).await?;
        let quoted = quote(&dossier, seats.as_deref(), (by, &show), now)?;
        if by == Canceller::Buyer {
            let mut used_seats = self.backend().orders.door.used(order).await?;
            used_seats.retain(|seat| quoted.seats.contains(seat));
            if !used_seats.is_empty() {
                return Err(used(&used_seats));
            }
        }
        Ok(quoted)
    }

    /// Gives an order up, whole or in part. Before it is paid nothing is owed; while a payment is under
    /// way the order only remembers it: what is captured goes back. Of a paid order what was quoted
    /// goes back; its tickets are void and its seats free at once.
    pub async fn cancel(
        &self,
        caller: &Caller,
        order: OrderId,
        said: Cancelling,
        key: IdempotencyKey,
    ) -> Result<PlacedOrder> {
        let refund = said.refund.map(|refund| (refund.amount, refund.currency.code()));
        let request = match &said {
            said if *said == Cancelling::default() => RequestHash::of("cancel", order, &()),
            said => RequestHash::of("cancel", order, &(&said.seats, refund, &said.reason)),
        };
        let now = self.now();
        let known = self.known(order).await?;
        let by = self.canceller(caller, &known.order).await?;
        let reason = reason(by, said.reason.as_deref())?;
        let (account, seats, refund) = (caller.account(), said.seats, said.refund);
        let cancelling = CancelOrder { account, by, seats, refund, reason, key, request };
        if let Some(order) = self.cancelled_before(&cancelling).await? {
            return Ok(self.placed(order, Vec::new()));
        }
        let show = self.show_of(&known.order, now).await?;
        let rule = |dossier: &Dossier, unmet: Option<&Demand>| {
            cancel(dossier, &cancelling, unmet, &show, now)
        };
        let cancelled = match self.decide(known, None, rule).await {
            Ok(cancelled) => cancelled.ok_or(Error::NotFound("order"))?.dossier.order,
            // Somebody was faster with the same key.
            Err(refused) => match self.cancelled_before(&cancelling).await? {
                Some(order) => return Ok(self.placed(order, Vec::new())),
                None => return Err(refused),
            },
        };
        self.show(&cancelled).await;
        Ok(self.placed(cancelled, Vec::new()))
    }

    async fn known(&self, order: OrderId) -> Result<Dossier> {
        let dossier = self.backend().orders.changing.dossier(order).await?;
        dossier.ok_or(Error::NotFound("order"))
    }

    /// The order's buyer, or who manages its performance; for others there is no such order.
    async fn canceller(&self, caller: &Caller, order: &Order) -> Result<Canceller> {
        if order.account == caller.account() {
            return Ok(Canceller::Buyer);
        }
        match self.owned_sale(caller, order.performance).await {
            Ok(_) => Ok(Canceller::Organizer),
            Err(Error::Forbidden(_) | Error::NotFound(_)) => Err(Error::NotFound("order")),
            Err(error) => Err(error),
        }
    }

    async fn show_of(&self, order: &Order, now: Timestamp) -> Result<Show> {
        let sale = self.sale(order.performance, now).await?;
        let details = &sale.performance.details;
        let venue = self.venue(details.venue_id).await?;
        Show::new(details, &venue.time_zone)
    }

    async fn cancelled_before(&self, cancelling: &CancelOrder) -> Result<Option<Order>> {
        let CancelOrder { account, key, request, .. } = cancelling;
        let kept = self.backend().orders.changing.kept(*account, key, *request).await?;
        kept.map(|kept| read_order(&kept.facts()?)).transpose()
    }
}

/// An organizer says why; a buyer need not.
fn reason(by: Canceller, said: Option<&str>) -> Result<Option<OneLine>> {
    let reason = said.map(|said| OneLine::new(said, 1..=REASON_MAX)).transpose();
    let reason = reason.map_err(|flaw| Error::field("reason", flaw.to_string()))?;
    match (by, reason) {
        (Canceller::Organizer, None) => Err(Error::field("reason", "why, for the buyer to read")),
        (Canceller::Organizer, reason) => Ok(reason),
        (Canceller::Buyer, _) => Ok(None),
    }
}
