//! Placing orders, and looking at them.

use super::BoxOffice;
use crate::accounts::Caller;
use crate::admission::Pass;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{HoldId, OrderId};
use crate::orders::{NewOrder, Order, OrderStatus, Ticket};
use crate::page::{Page, Paged};
use crate::payments::PreRegistration;
use crate::seats::{Hold, IdempotencyKey, RequestHash};

/// An order, and where a person would pay for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedOrder {
    /// The order.
    pub order: Order,
    /// The provider's page, where it has one.
    pub checkout_url: Option<String>,
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
        let pass = self.pass(caller, None, pass_token)?;
        let sale = self.sale(pass.performance(), now).await?;
        let request = RequestHash::of("order", pass.performance(), &hold);
        let account = caller.account();
        let begun = match self.backend().seats.begin_order(&sale, account, hold, now).await {
            Ok(begun) => begun,
            // A repeat comes when the hold has become the order, or its time is over.
            Err(refused) => {
                let placed = self.backend().orders.placed(account, &key, request).await?;
                return placed.map(|order| self.placed(order)).ok_or(refused);
            }
        };
        let order = self.new_order(&sale, &pass, &begun.hold, now);
        let seats_per_buyer = sale.policy().seats_per_buyer;
        let new = NewOrder { order, key, request, seats_per_buyer };
        let order = match self.backend().orders.place(new).await {
            Ok(order) => order,
            Err(refused) => {
                self.order_refused(&sale, hold, &refused).await;
                return Err(refused);
            }
        };
        self.project(&sale, &order).await;
        self.pre_register(&order).await;
        Ok(self.placed(order))
    }

    /// Gives the hold back to its buyer after a definite refusal. After anything else the order may
    /// still be committed, and its seats wait for it.
    async fn order_refused(&self, sale: &Sale, hold: HoldId, refused: &Error) {
        let definite = matches!(
            refused,
            Error::SeatTaken { .. } | Error::LimitExceeded { .. } | Error::IdempotencyReused
        );
        if definite && let Err(error) = self.backend().seats.order_refused(sale, hold).await {
            tracing::warn!(%hold, %error, "a hold waits for an order that was refused");
        }
    }

    /// An order, to its buyer.
    pub async fn order(&self, caller: &Caller, id: OrderId) -> Result<PlacedOrder> {
        let order = self.backend().orders.order(id).await?;
        let order = order.filter(|order| order.account == caller.account());
        order.map(|order| self.placed(order)).ok_or(Error::NotFound("order"))
    }

    /// The caller's orders, by id.
    pub async fn orders(&self, caller: &Caller, page: Page) -> Result<Paged<PlacedOrder>> {
        let orders = self.backend().orders.of_account(caller.account(), page).await?;
        Ok(orders.map(|order| self.placed(order)))
    }

    /// The tickets of a paid order, with their codes.
    pub async fn tickets(
        &self,
        caller: &Caller,
        id: OrderId,
    ) -> Result<Vec<(Ticket, String, String)>> {
        let order = self.order(caller, id).await?.order;
        let sale = self.sale(order.performance, self.now()).await?;
        let tickets = self.backend().orders.tickets(id).await?;
        Ok(tickets
            .into_iter()
            .map(|ticket| {
                let label = sale.map.label(ticket.seat).unwrap_or_default();
                let code = self.0.ticket_signer.code(&ticket);
                (ticket, label, code)
            })
            .collect())
    }

    pub(super) fn placed(&self, order: Order) -> PlacedOrder {
        PlacedOrder { checkout_url: self.0.provider.checkout_url(order.payment), order }
    }

    /// Tells the provider what the order's next payment will be. An order whose payment could not
    /// be announced stands all the same: its buyer is told so when paying.
    pub(super) async fn pre_register(&self, order: &Order) {
        if order.status != OrderStatus::PendingPayment {
            return;
        }
        let registration = PreRegistration {
            payment: order.payment,
            total: order.total,
            order: order.id,
            performance: order.performance,
        };
        if let Err(error) = self.0.provider.pre_register(registration).await {
            tracing::warn!(order = %order.id, %error, "the payment could not be pre-registered");
        }
    }

    fn new_order(&self, sale: &Sale, pass: &Pass, hold: &Hold, now: Timestamp) -> Order {
        Order {
            id: self.0.randomness.id(now),
            performance: sale.id(),
            account: hold.account,
            hold: hold.id,
            status: OrderStatus::PendingPayment,
            seats: hold.seats.clone(),
            total: hold.total,
            expires_at: now.plus_seconds(sale.policy().pay_seconds),
            payment: self.0.randomness.id(now),
            version: 1,
            line_number: pass.place().number(),
            line_epoch: pass.place().epoch(),
            created_at: now,
        }
    }
}
