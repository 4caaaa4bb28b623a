//! From the hold to the tickets: order, authorize, pay, and find out what came of it.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use ticketing_wire::orders::{NewCancellation, NewPayment, Order, OrderStatus};
use ticketing_wire::page::PageQuery;
use ticketing_wire::problem::ProblemType;
use ticketing_wire::sales::OrganizerTicket;
use ticketing_wire::sandbox::Outcome;
use ticketing_wire::seats::Hold;
use ticketing_wire::secrets::PassToken;
use uuid::Uuid;

use super::Person;
use crate::buyers::plan::Quirk;
use crate::buyers::told::{Fate, Repeat, ToldOrder, ToldTickets};
use crate::record::Step;
use crate::wire::{Exchange, Link};
use ticketing_client::{Call, Error, orders, sandbox};

/// How often a buyer tries to pay one order.
const PAYMENT_ATTEMPTS: u32 = 4;

/// How often, and how long, a buyer asks what came of its payment.
const ASK_ABOUT_PAYMENT_EVERY: Duration = Duration::from_millis(400);
const ASK_ABOUT_PAYMENT_FOR: Duration = Duration::from_secs(20);

impl Person {
    /// Buys what it holds; continues where it has to choose again.
    pub(super) async fn check_out(&mut self, pass: &PassToken, hold: &Hold) -> ControlFlow<Fate> {
        if self.plan.quirk == Quirk::VanishesHolding {
            return ControlFlow::Break(Fate::GaveUp);
        }
        self.think().await;
        if self.changes_mind(Quirk::ReleasesOnce) {
            self.release(pass, hold).await;
            return ControlFlow::Continue(());
        }
        let Some(order) = self.order(pass, hold).await else {
            self.release(pass, hold).await;
            self.lower_expectations();
            return ControlFlow::Continue(());
        };
        if self.plan.quirk == Quirk::VanishesOrdered {
            return ControlFlow::Break(Fate::GaveUp);
        }
        self.think().await;
        if self.changes_mind(Quirk::CancelsOnce) {
            self.cancel(order.id).await;
            return ControlFlow::Continue(());
        }
        self.pay(order).await
    }

    /// True the first time, for a buyer of this kind.
    fn changes_mind(&mut self, quirk: Quirk) -> bool {
        let changes = self.plan.quirk == quirk;
        if changes {
            self.plan.quirk = Quirk::None;
        }
        changes
    }

    async fn order(&mut self, pass: &PassToken, hold: &Hold) -> Option<Order> {
        let key = self.key();
        let call = orders::place(&self.token, pass, hold.id, &key);
        let exchange = self.send_perhaps_twice(Step::Order, &call).await;
        self.lets_go(exchange.first_sent);
        let order = exchange.outcome.ok()?;
        self.proved(exchange.sent);
        self.told(&order);
        Some(order)
    }

    /// Who clicks twice sends the same again before the first is answered, over a connection of its
    /// own; and once more where the second was told that the first is still at it.
    async fn send_perhaps_twice(&mut self, step: Step, call: &Call<Order>) -> Exchange<Order> {
        if self.plan.quirk != Quirk::ClicksTwice {
            return self.send(step, call).await;
        }
        let world = Arc::clone(&self.world);
        let (home, mut link) = (self.home, Link::default());
        let due = self.now();
        let second = world.wire.send(&mut link, home, step, due, call);
        let (first, mut second) = tokio::join!(self.send_due(step, due, call), second);
        let is_running = |error: &Error| error.kind() == Some(&ProblemType::Conflict);
        if second.outcome.as_ref().is_err_and(is_running) {
            second = world.wire.send(&mut link, home, step, world.wire.clock.now(), call).await;
        }
        let known = |exchange: &Exchange<Order>| exchange.outcome.as_ref().ok().map(|one| one.id);
        self.record.repeats.push(Repeat { first: known(&first), second: known(&second) });
        if first.is_ok() { first } else { second }
    }

    async fn cancel(&mut self, order: Uuid) {
        let key = self.key();
        let call = orders::cancel(&self.token, order, &NewCancellation::default(), &key);
        let exchange = self.send(Step::Cancel, &call).await;
        self.lets_go(exchange.first_sent);
        if let Ok(order) = exchange.outcome {
            self.told(&order);
        }
    }

    /// Pays until paid; continues where the order came to nothing.
    async fn pay(&mut self, mut order: Order) -> ControlFlow<Fate> {
        for _ in 0..PAYMENT_ATTEMPTS {
            self.attempt(&order).await?;
            let Some(known) = self.find_out(order.id).await else { break };
            match known.status {
                OrderStatus::Paid => return self.collect(&known).await,
                OrderStatus::PendingPayment => order = known,
                _ => break,
            }
        }
        ControlFlow::Continue(())
    }

    /// One attempt to pay. What came of it is found out afterwards, from the order itself.
    async fn attempt(&mut self, order: &Order) -> ControlFlow<Fate> {
        let Some(payment) = &order.payment else { return ControlFlow::Continue(()) };
        let declined = self.changes_mind(Quirk::Declined);
        let outcome = if declined { Outcome::Decline } else { Outcome::Approve };
        let authorize = sandbox::authorize(&payment.payment_id, outcome);
        let authorized =
            self.world.wire.send_to_gateway(&mut self.link, Step::Authorize, &authorize).await;
        if let Ok(authorized) = authorized.outcome {
            let payment_id = payment.payment_id.clone();
            let payment_token = Some(authorized.payment_token);
            self.confirm(order.id, &NewPayment { payment_id, payment_token }).await;
        }
        if declined && !self.plan.another_card {
            return ControlFlow::Break(Fate::GaveUp);
        }
        ControlFlow::Continue(())
    }

    async fn confirm(&mut self, order: Uuid, payment: &NewPayment) {
        let key = self.key();
        let call = orders::pay(&self.token, order, payment, &key);
        let exchange = self.send_perhaps_twice(Step::Pay, &call).await;
        if let Some(pass) = self.pass() {
            pass.payment_sent.get_or_insert(exchange.first_sent);
        }
        match exchange.outcome {
            Ok(order) => self.told(&order),
            Err(error) if error.kind() == Some(&ProblemType::PaymentDeclined) => {}
            Err(error) => tracing::debug!(%order, %error, "a payment was not accepted"),
        }
    }

    /// Where the order stands, once that is known: at once if the answer to the payment said so.
    async fn find_out(&mut self, order: Uuid) -> Option<Order> {
        let until = self.now() + ASK_ABOUT_PAYMENT_FOR;
        while self.now() < until {
            let call = orders::show(&self.token, order);
            let exchange = self.send(Step::Status, &call).await;
            if let Ok(order) = exchange.outcome {
                self.told(&order);
                if order.status != OrderStatus::Confirming {
                    return Some(order);
                }
            }
            tokio::time::sleep(ASK_ABOUT_PAYMENT_EVERY).await;
        }
        None
    }

    /// Fetches the tickets and goes home happy.
    async fn collect(&mut self, order: &Order) -> ControlFlow<Fate> {
        self.world.progress.sold(order.seats.len());
        let call = orders::tickets(&self.token, order.id, &PageQuery::default());
        let exchange = self.send(Step::Tickets, &call).await;
        if let Ok(tickets) = exchange.outcome {
            let tickets = tickets.items.iter();
            let tickets =
                tickets.map(|ticket| OrganizerTicket { id: ticket.id, seat: ticket.seat });
            self.record.tickets.push(ToldTickets { order: order.id, tickets: tickets.collect() });
        }
        ControlFlow::Break(Fate::Bought)
    }

    /// Writes down what it was told, unless it was told the same just before.
    fn told(&mut self, order: &Order) {
        let told =
            ToldOrder { order: order.id, status: order.status.clone(), seats: order.seats.clone() };
        if self.record.orders.last() != Some(&told) {
            self.record.orders.push(told);
        }
    }
}
