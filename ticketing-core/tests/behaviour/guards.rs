//! With a guard taken out the promise breaks, and it shows: so the other tests can fail.

use ticketing_core::accounts::Caller;
use ticketing_core::catalog::Policy;
use ticketing_core::orders::{CheckIn, OrderStatus};
use ticketing_core::{Broken, Error, Page};
use ticketing_gateway::{Fault, FaultPlan};

use crate::line::capacity;
use crate::sale::{OnSale, PRICE, Visitor};
use crate::world::World;

/// A world without some guards, a seat that one buyer has paid, and another who wants it.
async fn after_one_sold_seat(broken: Broken) -> (World, OnSale, Visitor) {
    let world = World::broken(broken).await;
    let sale = world.sale(Policy::default(), 10).await;
    let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
    world.bought(&first, &[3]).await;
    (world, sale, second)
}

async fn paid_orders_for(world: &World, organizer: &Caller, sale: &OnSale, seat: u32) -> usize {
    let paid = Some(OrderStatus::Paid);
    let orders = world.office.orders_of(organizer, sale.id, paid, Page::default()).await.unwrap();
    orders.items.iter().filter(|item| item.order.seats.contains(&seat)).count()
}

#[tokio::test]
async fn without_the_holds_conflict_and_the_claim_a_seat_is_sold_twice() {
    let broken = Broken { hold_conflict: true, claim: true, ..Broken::default() };
    let (world, sale, second) = after_one_sold_seat(broken).await;
    world.bought(&second, &[3]).await;
    assert_eq!(paid_orders_for(&world, &sale.organizer, &sale, 3).await, 2);
}

#[tokio::test]
async fn without_the_holds_conflict_alone_the_claim_still_sells_a_seat_once() {
    let broken = Broken { hold_conflict: true, ..Broken::default() };
    let (world, sale, second) = after_one_sold_seat(broken).await;
    let hold = world.hold(&second, &[3]).await.unwrap();
    refused!(world.order(&second, &hold).await, Error::SeatTaken { .. });
    assert_eq!(paid_orders_for(&world, &sale.organizer, &sale, 3).await, 1);
}

#[tokio::test]
async fn without_the_claim_alone_the_hold_still_sells_a_seat_once() {
    let broken = Broken { claim: true, ..Broken::default() };
    let (world, sale, second) = after_one_sold_seat(broken).await;
    refused!(world.hold(&second, &[3]).await, Error::SeatTaken { .. });
    assert_eq!(paid_orders_for(&world, &sale.organizer, &sale, 3).await, 1);
}

#[tokio::test]
async fn without_the_lines_check_more_are_inside_than_the_capacity() {
    let world = World::broken(Broken { admission: true, ..Broken::default() }).await;
    let sale = world.sale(capacity(2), 10).await;
    for buyer in world.buyers(8).await {
        world.join(&buyer, &sale).await;
    }
    world.tick().await;
    let report = world.office.line_report(&sale.organizer, sale.id).await.unwrap();
    assert_eq!((report.capacity, report.inside), (2, 8));
}

#[tokio::test]
async fn without_the_amounts_check_a_wrong_amount_pays_an_order() {
    let world = World::broken(Broken { amount: true, ..Broken::default() }).await;
    world.faults(FaultPlan::always(Fault::WrongAmount)).await;
    let sale = world.sale(Policy::default(), 10).await;
    let visitor = world.admitted(&sale).await;
    let order = world.bought(&visitor, &[3]).await;
    assert_eq!(order.status, OrderStatus::Paid);
    assert_eq!(world.ledger().await[0].amount, PRICE - 1);
}

#[tokio::test]
async fn without_the_doors_question_a_ticket_lets_two_in() {
    let world = World::broken(Broken { entry: true, ..Broken::default() }).await;
    let sale = world.sale(Policy::default(), 10).await;
    let visitor = world.admitted(&sale).await;
    let order = world.bought(&visitor, &[3]).await;
    let code = world.tickets(&visitor.caller, &order).await.remove(0).code;
    for _ in 0..2 {
        let scanned = world.office.check_in(&sale.organizer, sale.id, &code).await.unwrap();
        assert_eq!(scanned.verdict, CheckIn::Admitted);
    }
}
