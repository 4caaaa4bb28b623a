//! What every campaign plays at its end, when time stands: each of these would go wrong without one of
//! the guards that money rests on, whatever luck the storm before had.

use serde_json::json;
use ticketing_gateway::{ALWAYS, Fault, FaultPlan};
use tokio::task::JoinHandle;

use crate::books::Books;
use crate::buyers::{Buyer, Inside, Places, SEATS, path};
use crate::stage::{DAY_SECONDS, HALL_SEATS, Stage};

/// Longer than an order waits for its payment.
const TOO_LATE_SECONDS: u32 = 600;
/// Longer than a line waits between two turns.
const NEXT_TURN_SECONDS: u32 = 1;
/// How often a buyer asks for a turn.
const ASKS: u32 = 20;
/// Longer than a refund of which nothing was heard waits until it is sent again.
const SENT_AGAIN_SECONDS: u32 = 6;
/// How often two requests are brought to the same moment: statements that wait for a row give up
/// after half a second, and a slow machine may need longer to send both.
const SAME_MOMENTS: u32 = 5;

/// The stage with a server in this process.
pub(crate) struct Pieces<'a> {
    stage: &'a Stage,
    places: Places,
    serving: JoinHandle<()>,
    /// Seats that nobody has.
    seats: std::ops::Range<u32>,
}

impl<'a> Pieces<'a> {
    pub(crate) async fn open(stage: &'a Stage) -> Self {
        let (places, serving) = stage.serve().await;
        Self { stage, places, serving, seats: SEATS..HALL_SEATS }
    }

    /// Everything, one after the other; what went wrong on the way. Without a guard one piece may spoil
    /// another.
    pub(crate) async fn play(&mut self) -> Vec<&'static str> {
        let expired = self.too_late().await;
        self.the_old_payment().await;
        self.both_at_once().await;
        self.after_the_end().await;
        self.another_amount().await;
        let returned = self.given_back().await;
        self.nothing_heard_of_a_refund().await;
        let wrong = [
            (expired, "the seat of an order whose time is over is not free"),
            (returned, "a seat that was given back is not free"),
        ];
        wrong.into_iter().filter(|(is_free, _)| !is_free).map(|(_, finding)| finding).collect()
    }

    /// Something moves on another day too.
    pub(crate) async fn play_the_next_day(&mut self) {
        self.stage.stand_later(DAY_SECONDS).await;
        self.given_back().await;
        self.stage.stand_later(NEXT_TURN_SECONDS).await;
    }

    /// Nobody comes any more.
    pub(crate) fn close(self) {
        self.serving.abort();
    }

    /// The seats of an order whose time is over are somebody else's: its payment comes too late. Whether
    /// the seat was free again.
    async fn too_late(&mut self) -> bool {
        let seat = self.seat();
        let (mut late, mut other) = (self.buyer().await, self.buyer().await);
        let inside = self.come_in(&mut late).await;
        let order = late.order(&inside, &[seat]).await.expect("the seat is free");
        self.stage.stand_later(TOO_LATE_SECONDS).await;
        let inside = self.come_in(&mut other).await;
        let Some(bought) = other.order(&inside, &[seat]).await else { return false };
        other.pay(&bought, "approve").await.expect("it is answered");
        late.pay(&order, "approve").await.expect("it is answered");
        true
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

    /// A seat is bought, given back, and bought by somebody else, for whom it has to be free.
    async fn given_back(&mut self) -> bool {
        let seat = self.seat();
        let (mut first, mut second) = (self.buyer().await, self.buyer().await);
        let inside = self.come_in(&mut first).await;
        let order = first.order(&inside, &[seat]).await.expect("the seat is free");
        first.pay(&order, "approve").await.expect("it is answered");
        first.watch(&path(&order)).await.expect("it is paid");
        first.give_back(&path(&order), "", None).await.expect("it is answered");
        let inside = self.come_in(&mut second).await;
        let Some(order) = second.order(&inside, &[seat]).await else { return false };
        second.pay(&order, "approve").await.expect("it is answered");
        true
    }

    /// One of two seats is given back, the answer to that is lost, and nobody else tells of it: it is
    /// sent again.
    async fn nothing_heard_of_a_refund(&mut self) {
        let seats = [self.seat(), self.seat()];
        let mut buyer = self.buyer().await;
        let inside = self.come_in(&mut buyer).await;
        let order = buyer.order(&inside, &seats).await.expect("the seats are free");
        buyer.pay(&order, "approve").await.expect("it is answered");
        buyer.watch(&path(&order)).await.expect("it is paid");
        let one = format!("?seats={}", seats[0]);
        buyer.give_back(&path(&order), &one, None).await.expect("it is answered");
        let lost = FaultPlan::always(Fault::ReplyLost).with(Fault::WebhookDropped, ALWAYS);
        self.stage.gateway.set_faults(lost);
        self.stage.stand_later(0).await;
        self.stage.gateway.set_faults(FaultPlan::default());
        self.stage.stand_later(SENT_AGAIN_SECONDS).await;
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
