//! What every campaign plays at its end, when time stands: each of these would go wrong without one of
//! the guards that money rests on, whatever luck the storm before had.

use serde_json::json;
use ticketing_gateway::{Fault, FaultPlan};
use ticketing_server::{App, router};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::books::Books;
use crate::buyers::{Buyer, Inside, Places, SEATS, path};
use crate::stage::{PIECES_SEATS, Stage};

/// Longer than an order waits for its payment.
const TOO_LATE_SECONDS: u32 = 600;
/// Longer than a line waits between two turns.
const NEXT_TURN_SECONDS: u32 = 1;
/// How often a buyer asks for a turn.
const ASKS: u32 = 20;
/// How often two requests are brought to the same moment: statements that wait for a row give up
/// after half a second, and a slow machine may need longer to send both.
const SAME_MOMENTS: u32 = 5;

/// The stage with a server in this process that does nothing by itself.
pub(crate) struct Pieces<'a> {
    stage: &'a Stage,
    places: Places,
    serving: JoinHandle<()>,
    /// Seats that nobody has.
    seats: std::ops::Range<u32>,
}

impl<'a> Pieces<'a> {
    /// Everything, one after the other.
    pub(crate) async fn play(stage: &'a Stage) {
        let mut pieces = Self::open(stage).await;
        pieces.too_late().await;
        pieces.the_old_payment().await;
        pieces.both_at_once().await;
        pieces.after_the_end().await;
        pieces.another_amount().await;
        pieces.given_back().await;
        pieces.serving.abort();
    }

    async fn open(stage: &'a Stage) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", stage.ports[0])).await;
        let listener = listener.expect("nobody listens there any more");
        let app = App::new(stage.judge.office.clone(), true);
        let app = app.with_webhooks(Some(stage.common.webhook_secrets()));
        let serving = tokio::spawn(async move {
            axum::serve(listener, router(app)).await.expect("it serves");
        });
        let mut places = stage.places.clone();
        places.servers.truncate(1);
        let seats = SEATS..SEATS + PIECES_SEATS;
        Self { stage, places, serving, seats }
    }

    /// The seats of an order whose time is over are somebody else's: its payment comes too late.
    async fn too_late(&mut self) {
        let seat = self.seat();
        let (mut late, mut other) = (self.buyer().await, self.buyer().await);
        let inside = self.come_in(&mut late).await;
        let order = late.order(&inside, &[seat]).await.expect("the seat is free");
        self.stage.stand_later(TOO_LATE_SECONDS).await;
        let inside = self.come_in(&mut other).await;
        let bought = other.order(&inside, &[seat]).await.expect("the seat is free again");
        other.pay(&bought, "approve").await.expect("it is answered");
        late.pay(&order, "approve").await.expect("it is answered");
    }

    /// A payment that was declined is tried again in another tab, where the order waits for the next.
    async fn the_old_payment(&mut self) {
        let seat = self.seat();
        let mut buyer = self.buyer().await;
        let inside = self.come_in(&mut buyer).await;
        let order = buyer.order(&inside, &[seat]).await.expect("the seat is free");
        buyer.pay(&order, "decline").await.expect("it is answered");
        buyer.pay(&order, "decline").await.expect("it is answered");
    }

    /// A buyer gives an order up and pays it at the same moment: the row is held until both have read
    /// it.
    async fn both_at_once(&mut self) {
        let mut books = Books::open(&self.stage.common.namespace).await;
        let mut buyer = self.buyer().await;
        for _ in 0..SAME_MOMENTS {
            let seat = self.seat();
            let inside = self.come_in(&mut buyer).await;
            let order = buyer.order(&inside, &[seat]).await.expect("the seat is free");
            let payment = buyer.payment(&order, "approve").await.expect("it is allowed");
            books.hold(order["id"].as_str().expect("an id")).await;
            let (mut one, mut other) = (buyer.again(), buyer.again());
            let its_path = path(&order);
            let giving_up = tokio::spawn(async move { one.give_up(&its_path).await });
            books.until_waiting(1).await;
            let paying = tokio::spawn(async move { other.pay_with(&order, &payment).await });
            books.until_waiting(2).await;
            books.let_go().await;
            giving_up.await.expect("no buyer panics").expect("it is answered");
            paying.await.expect("no buyer panics").expect("it is answered");
        }
    }

    /// The provider captures what nobody asked for, when the order has ended.
    async fn after_the_end(&mut self) {
        let seat = self.seat();
        let mut buyer = self.buyer().await;
        let inside = self.come_in(&mut buyer).await;
        let order = buyer.order(&inside, &[seat]).await.expect("the seat is free");
        self.stage.stand_later(TOO_LATE_SECONDS).await;
        let payment = order["payment"]["payment_id"].as_str().expect("it waits for one");
        let url = format!("{}/sandbox/control/payments/{payment}/pay", self.places.gateway);
        let paid = reqwest::Client::new().post(url).json(&json!({})).send().await;
        paid.expect("it answers").error_for_status().expect("it is captured");
    }

    /// The provider captures another amount.
    async fn another_amount(&mut self) {
        let seat = self.seat();
        let mut buyer = self.buyer().await;
        let inside = self.come_in(&mut buyer).await;
        let order = buyer.order(&inside, &[seat]).await.expect("the seat is free");
        self.stage.gateway.set_faults(FaultPlan::always(Fault::WrongAmount));
        buyer.pay(&order, "approve").await.expect("it is answered");
        self.stage.gateway.set_faults(FaultPlan::default());
    }

    /// A seat is bought, given back, and bought by somebody else.
    async fn given_back(&mut self) {
        let seat = self.seat();
        let (mut first, mut second) = (self.buyer().await, self.buyer().await);
        let inside = self.come_in(&mut first).await;
        let order = first.order(&inside, &[seat]).await.expect("the seat is free");
        first.pay(&order, "approve").await.expect("it is answered");
        first.give_back(&path(&order), "", None).await.expect("it is answered");
        let inside = self.come_in(&mut second).await;
        let order = second.order(&inside, &[seat]).await.expect("the seat is free again");
        second.pay(&order, "approve").await.expect("it is answered");
    }

    fn seat(&mut self) -> u32 {
        self.seats.next().expect("the hall has a seat for each piece")
    }

    /// Who has not bought anything, with a token as good as new.
    async fn buyer(&mut self) -> Buyer {
        let judge = &self.stage.judge;
        let made = judge.office.add_synthetic_buyers(&judge.administrator, 1).await;
        let made = made.expect("there is room for one more").remove(0);
        Buyer::new(self.places.clone(), made.access_token, u64::from(self.seats.start))
    }

    async fn come_in(&self, buyer: &mut Buyer) -> Inside {
        let place = buyer.join().await.expect("the line is open");
        for _ in 0..ASKS {
            self.stage.stand_later(NEXT_TURN_SECONDS).await;
            if let Some(inside) = buyer.turn(&place).await {
                return inside;
            }
        }
        panic!("nobody comes in");
    }
}
