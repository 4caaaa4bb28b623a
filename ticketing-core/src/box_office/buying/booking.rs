//! Placing orders, and looking at them.

use crate::accounts::Caller;
use crate::admission::Pass;
use crate::box_office::BoxOffice;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::guards::CrashPoint;
use crate::id::{HoldId, OrderId};
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::money::Money;
use crate::orders::{
    Change, Demand, NewOrder, Order, OrderStatus, Outcome, RefundReport, place, read_order,
};
use crate::page::{Page, Paged};
use crate::payments::PaymentWindow;
use crate::seats::{Begun, Hold};

/// An order, and how a person would pay for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedOrder {
    /// The order.
    pub order: Order,
    /// Lets its bearer do what its buyer may with this one order: [`BoxOffice::authenticate_link`].
    pub link: String,
    /// Where its buyer agrees to pay, if something is to be paid and the provider has such a window.
    pub window: Option<PaymentWindow>,
    /// What of its money goes back, or is back. None in the answer to placing and to cancelling, which
    /// a repeat with the same key gets again.
    pub refunds: Vec<RefundReport>,
}

impl BoxOffice {
    /// Places an order from a live hold. The pass may have ended meanwhile: the hold is what
    /// counts.
    pub async fn place_order(
        &self,
        caller: &Caller,
        pass_token: Option<&str>,
        key: IdempotencyKey,
        hold: HoldId,
    ) -> Result<PlacedOrder> {
        let now = self.now();
        let pass = self.pass(caller, pass_token)?;
        self.own_hold(&pass, hold)?;
        let sale = self.sale(pass.performance(), now).await?;
        let request = RequestHash::of("order", pass.performance(), &hold);
        let begun = match self.begin_order(&sale, &pass, hold, now).await {
            Ok(begun) => begun,
            Err(refused) => return self.placed_before(&pass, &key, request, hold, refused).await,
        };
        let order = self.new_order(&sale, &pass, &begun.hold, now);
        let seats_per_buyer = begun.hold.frozen.seats_per_buyer;
        let change = place(NewOrder { order, key, request, seats_per_buyer });
        let order = match self.apply_order(&change).await {
            Ok(order) => order,
            Err(refused) => {
                self.order_refused(&sale, hold, &refused).await;
                return Err(refused);
            }
        };
        self.0.guards.may_die(CrashPoint::Placed);
        let showing = self.project(&sale, &order);
        match order.status {
            OrderStatus::PendingPayment => {
                tokio::join!(showing, self.announce_placed(&order));
            }
            OrderStatus::Paid => {
                showing.await;
                self.finish(&order).await;
            }
            _ => showing.await,
        }
        Ok(self.placed(order, Vec::new()))
    }

    /// The order that the hold gave now or, for a known key, gave before.
    async fn apply_order(&self, change: &Change) -> Result<Order> {
        let orders = &self.backend().orders;
        match orders.changing.apply(change, None).await? {
            Outcome::Applied => Ok(change.order.clone()),
            Outcome::Unmet(Demand::Key(kept)) => read_order(&kept.facts()?),
            Outcome::Unmet(Demand::Quota { limit }) => Err(Error::LimitExceeded { limit }),
            Outcome::Unmet(Demand::Seats(seats)) => Err(Error::SeatTaken { seats }),
            Outcome::Unmet(Demand::Used(_)) => Err(Error::internal("a new order has no tickets")),
            Outcome::Unmet(Demand::Hold | Demand::Version) => {
                let order = orders.selling.of_hold(change.order.hold).await?;
                let order =
                    order.ok_or_else(|| Error::internal("an ordered hold has its order"))?;
                Err(Error::HoldOrdered { order })
            }
        }
    }

    /// The hold, of which nobody else gets the seats while the order is placed.
    async fn begin_order(
        &self,
        sale: &Sale,
        pass: &Pass,
        hold: HoldId,
        now: Timestamp,
    ) -> Result<Begun> {
        sale.performance.details.sells(now)?;
        self.backend().seats.begin_order(sale, pass.account(), hold, now).await
    }

    /// A repeat comes when the hold has become the order, or its time is over.
    async fn placed_before(
        &self,
        pass: &Pass,
        key: &IdempotencyKey,
        request: RequestHash,
        hold: HoldId,
        refused: Error,
    ) -> Result<PlacedOrder> {
        let orders = &self.backend().orders;
        if let Some(kept) = orders.changing.kept(pass.account(), key, request).await? {
            let order = read_order(&kept.facts()?)?;
            self.announced_meanwhile(&order).await;
            return Ok(self.placed(order, Vec::new()));
        }
        match orders.selling.of_hold(hold).await? {
            Some(order) => Err(Error::HoldOrdered { order }),
            None => Err(refused),
        }
    }

    /// Gives the hold back to its buyer after a definite refusal. After anything else the order may
    /// still be committed, and its seats wait for it.
    async fn order_refused(&self, sale: &Sale, hold: HoldId, refused: &Error) {
        let definite = matches!(
            refused,
            Error::SeatTaken { .. }
                | Error::LimitExceeded { .. }
                | Error::IdempotencyReused
                | Error::HoldOrdered { .. }
        );
        if definite && let Err(error) = self.backend().seats.order_refused(sale, hold).await {
            tracing::warn!(%hold, %error, "a hold waits for an order that was refused");
        }
    }

    /// An order, to its buyer.
    pub async fn order(&self, caller: &Caller, id: OrderId) -> Result<PlacedOrder> {
        let order = self.backend().orders.selling.order(id).await?;
        let order = order.filter(|order| order.account == caller.account());
        let order = order.ok_or(Error::NotFound("order"))?;
        let mut refunds = self.backend().orders.selling.refunds(&[id]).await?;
        self.announced_meanwhile(&order).await;
        Ok(self.placed(order, refunds.remove(&id).unwrap_or_default()))
    }

    /// The caller's orders, by id.
    pub async fn orders(&self, caller: &Caller, page: Page) -> Result<Paged<PlacedOrder>> {
        let orders = self.backend().orders.selling.of_account(caller.account(), page).await?;
        let ids: Vec<OrderId> = orders.items.iter().map(|order| order.id).collect();
        let mut refunds = self.backend().orders.selling.refunds(&ids).await?;
        Ok(orders.map(|order| {
            let refunds = refunds.remove(&order.id).unwrap_or_default();
            self.placed(order, refunds)
        }))
    }

    pub(super) fn placed(&self, order: Order, refunds: Vec<RefundReport>) -> PlacedOrder {
        let payment = Some(order.payment).filter(|_| !order.is_free());
        let window = payment.and_then(|id| self.0.provider.window(id, &order.methods));
        let link = self.0.order_links.seal(order.id, order.account);
        PlacedOrder { order, link, window, refunds }
    }

    /// An order of nothing is paid when it is placed: it was placed and paid in one step.
    fn new_order(&self, sale: &Sale, pass: &Pass, hold: &Hold, now: Timestamp) -> Order {
        let is_free = hold.total.amount == 0;
        Order {
            id: self.0.randomness.id(now),
            performance: sale.id(),
            account: hold.account,
            hold: hold.id,
            status: if is_free { OrderStatus::Paid } else { OrderStatus::PendingPayment },
            seats: hold.seats.clone(),
            returned: Vec::new(),
            lines: hold.lines.clone(),
            methods: sale.policy().payment_methods.clone(),
            refund_terms: sale.policy().refund_terms.clone(),
            total: hold.total,
            fees_kept: Money { amount: 0, ..hold.total },
            cancel_reason: None,
            expires_at: now.plus_seconds(hold.frozen.pay_seconds),
            payment: self.0.randomness.id(now),
            cancel_wanted: false,
            version: if is_free { 2 } else { 1 },
            line_number: pass.place().number(),
            line_epoch: pass.place().epoch(),
            created_at: now,
        }
    }
}
