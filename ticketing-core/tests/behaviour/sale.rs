//! The steps of a sale, as short as a test wants to say them.

use secrecy::SecretString;
use serde_json::Value;

use ticketing_core::accounts::Caller;
use ticketing_core::admission::{LineReport, State};
use ticketing_core::catalog::{CategoryPrice, NewPerformance, Policy, VenueDetails};
use ticketing_core::orders::{Order, OrderStatus};
use ticketing_core::seats::{Hold, SeatStatus, Wish};
use ticketing_core::{
    Cancelling, Currency, IssuedTicket, LineAnswer, Money, OrderId, Page, Payment, PaymentId,
    PaymentOutcome, PerformanceId, PlacedOrder, Result, SalesReport, VenueId,
};

use crate::world::World;

/// What every seat costs where a test says nothing.
pub(crate) const PRICE: i64 = 10_000;
const SEATS_PER_ROW: u32 = 10;
const DAY_SECONDS: u32 = 24 * 3600;

/// A performance on sale.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnSale {
    pub(crate) id: PerformanceId,
    pub(crate) organizer: Caller,
}

/// A buyer with a place in a line; with a pass once admitted.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) caller: Caller,
    pub(crate) performance: PerformanceId,
    pub(crate) place_token: String,
    pub(crate) pass_token: Option<String>,
}

impl World {
    /// A performance with some seats in rows of ten, open now.
    pub(crate) async fn sale(&self, policy: Policy, seats: u32) -> OnSale {
        self.sale_of(policy, &hall(seats), &[("Regular", Some(PRICE))]).await
    }

    /// A performance in a house of one's own, open now.
    pub(crate) async fn sale_of(
        &self,
        policy: Policy,
        plan: &str,
        prices: &[(&str, Option<i64>)],
    ) -> OnSale {
        let organizer = self.organizer().await;
        let venue = self.venue(&organizer, plan).await;
        let details = NewPerformance { policy, ..self.details(venue, prices) };
        self.put_on_sale(organizer, details).await
    }

    /// A performance that goes on sale in a while; its policy may let people join before.
    pub(crate) async fn sale_in(&self, seconds: u32, policy: Policy, seats: u32) -> OnSale {
        let organizer = self.organizer().await;
        let venue = self.venue(&organizer, &hall(seats)).await;
        let details = self.details(venue, &[("Regular", Some(PRICE))]);
        let on_sale_at = self.now().plus_seconds(seconds);
        let details = NewPerformance { policy, on_sale_at, ..details };
        self.put_on_sale(organizer, details).await
    }

    pub(crate) async fn put_on_sale(&self, organizer: Caller, new: NewPerformance) -> OnSale {
        let made = self.office.add_performance(&organizer, new, None).await.unwrap();
        OnSale { id: made.performance.id, organizer }
    }

    /// Joins by the office's own answer.
    pub(crate) async fn joined(&self, buyer: &Caller, sale: &OnSale) -> LineAnswer {
        self.office.join(buyer, sale.id).await.unwrap()
    }

    pub(crate) async fn line(&self, sale: &OnSale) -> LineReport {
        self.office.line_report(&sale.organizer, sale.id).await.unwrap()
    }

    pub(crate) async fn venue(&self, organizer: &Caller, plan: &str) -> VenueId {
        let seat_map = Value::String(plan.to_owned());
        let details = VenueDetails { name: "House".into(), seat_map, ..VenueDetails::default() };
        self.office.add_venue(organizer, details, None).await.unwrap().0.id
    }

    /// Listed and on sale now, tomorrow on stage.
    pub(crate) fn details(
        &self,
        venue_id: VenueId,
        prices: &[(&str, Option<i64>)],
    ) -> NewPerformance {
        let price = |(category, amount): &(&str, Option<i64>)| CategoryPrice {
            category: (*category).to_owned(),
            price: amount.map(|amount| Money::new(amount, Currency::KRW)),
        };
        NewPerformance {
            production_id: None,
            venue_id,
            title: "A contested evening".into(),
            description: String::new(),
            genre: String::new(),
            age_limit: 0,
            running_minutes: 90,
            listed_at: self.now(),
            on_sale_at: self.now(),
            starts_at: self.now().plus_seconds(30 * DAY_SECONDS),
            prices: prices.iter().map(price).collect(),
            policy: Policy::default(),
        }
    }

    pub(crate) async fn join(&self, buyer: &Caller, sale: &OnSale) -> Visitor {
        let answer = self.office.join(buyer, sale.id).await.unwrap();
        Visitor {
            caller: *buyer,
            performance: sale.id,
            place_token: answer.place_token,
            pass_token: answer.pass.map(|pass| pass.token),
        }
    }

    pub(crate) async fn ask(&self, visitor: &mut Visitor) -> LineAnswer {
        let Visitor { caller, performance, place_token, .. } = &visitor;
        let answer = self.office.ask(caller, *performance, place_token).await.unwrap();
        if let Some(pass) = &answer.pass {
            visitor.pass_token = Some(pass.token.clone());
        }
        answer
    }

    pub(crate) async fn leave(&self, visitor: &Visitor) -> Result<()> {
        self.office.leave(&visitor.caller, visitor.performance, &visitor.place_token).await
    }

    /// Joins, waits for a tick and comes in; there must be room.
    pub(crate) async fn admit(&self, buyer: &Caller, sale: &OnSale) -> Visitor {
        let mut visitor = self.join(buyer, sale).await;
        self.tick().await;
        assert_eq!(self.ask(&mut visitor).await.state, State::Admitted);
        visitor
    }

    pub(crate) async fn admitted(&self, sale: &OnSale) -> Visitor {
        let buyer = self.buyer().await;
        self.admit(&buyer, sale).await
    }

    pub(crate) async fn hold(&self, visitor: &Visitor, seats: &[u32]) -> Result<Hold> {
        self.wish(visitor, Wish::Seats(seats.to_vec())).await
    }

    pub(crate) async fn wish(&self, visitor: &Visitor, wish: Wish) -> Result<Hold> {
        let Visitor { caller, performance, pass_token, .. } = visitor;
        self.office.hold(caller, *performance, pass_token.as_deref(), self.key(), wish).await
    }

    pub(crate) async fn release(&self, visitor: &Visitor, hold: &Hold) -> Result<()> {
        self.office.release(&visitor.caller, visitor.pass_token.as_deref(), hold.id).await
    }

    pub(crate) async fn order(&self, visitor: &Visitor, hold: &Hold) -> Result<PlacedOrder> {
        let pass = visitor.pass_token.as_deref();
        self.office.place_order(&visitor.caller, pass, self.key(), hold.id).await
    }

    /// Holds the seats and places an order.
    pub(crate) async fn ordered(&self, visitor: &Visitor, seats: &[u32]) -> Order {
        let hold = self.hold(visitor, seats).await.unwrap();
        self.order(visitor, &hold).await.unwrap().order
    }

    /// The tickets of an order, all on one page.
    pub(crate) async fn tickets(&self, buyer: &Caller, order: &Order) -> Vec<IssuedTicket> {
        let page = self.office.tickets(buyer, order.id, Page::default()).await.unwrap();
        assert_eq!(page.next, None, "more than one page");
        page.items
    }

    /// Holds the seats, places an order and pays it.
    pub(crate) async fn bought(&self, visitor: &Visitor, seats: &[u32]) -> Order {
        let order = self.ordered(visitor, seats).await;
        paid(self.pay(&visitor.caller, &order).await.unwrap())
    }

    pub(crate) async fn authorize(&self, payment: PaymentId, outcome: &str) -> SecretString {
        self.wire.gateway().authorize(payment, outcome).await
    }

    /// The payment of an order, approved in the payment window.
    pub(crate) async fn approved(&self, order: &Order) -> Payment {
        let token = self.authorize(order.payment, "approve").await;
        Payment { payment: order.payment, token }
    }

    /// Approves and pays.
    pub(crate) async fn pay(&self, buyer: &Caller, order: &Order) -> Result<PaymentOutcome> {
        let payment = self.approved(order).await;
        self.office.pay(buyer, order.id, payment, self.key()).await
    }

    pub(crate) async fn cancel(&self, buyer: &Caller, order: &Order) -> Result<PlacedOrder> {
        self.office.cancel(buyer, order.id, Cancelling::default(), self.key()).await
    }

    pub(crate) async fn status(&self, buyer: &Caller, order: OrderId) -> OrderStatus {
        self.office.order(buyer, order).await.unwrap().order.status
    }

    pub(crate) async fn sales(&self, sale: &OnSale) -> SalesReport {
        self.office.sales(&sale.organizer, sale.id).await.unwrap()
    }

    /// Every seat's status, as it is now.
    pub(crate) async fn seats(&self, sale: &OnSale) -> Vec<u8> {
        // The report reads the seats as they are, and leaves them for the map to show.
        self.sales(sale).await;
        let map = self.office.seat_map(&sale.organizer, sale.id).await.unwrap();
        map.seats.status.clone()
    }

    pub(crate) async fn seat(&self, sale: &OnSale, seat: u32) -> u8 {
        self.seats(sale).await[seat as usize]
    }
}

pub(crate) const FREE: u8 = SeatStatus::Free as u8;
pub(crate) const HELD: u8 = SeatStatus::Held as u8;
pub(crate) const RESERVED: u8 = SeatStatus::Reserved as u8;
pub(crate) const SOLD: u8 = SeatStatus::Sold as u8;

/// The order of a payment that must be through.
#[track_caller]
pub(crate) fn paid(outcome: PaymentOutcome) -> Order {
    match outcome {
        PaymentOutcome::Paid(placed) => placed.order,
        PaymentOutcome::Processing(placed) => panic!("still processing: {placed:?}"),
    }
}

/// One section of full rows and a rest, all of one category.
pub(crate) fn hall(seats: u32) -> String {
    let rows: Vec<String> = (0..seats.div_ceil(SEATS_PER_ROW))
        .map(|row| {
            let last = SEATS_PER_ROW.min(seats - row * SEATS_PER_ROW);
            format!("{{ label = \"{}\", seats = \"1-{last}\" }}", row + 1)
        })
        .collect();
    let rows = rows.join(", ");
    format!(
        "name = \"Hall\"\n[[categories]]\nname = \"Regular\"\n\
         [[sections]]\nname = \"Stalls\"\ncategory = \"Regular\"\nrows = [{rows}]\n"
    )
}
