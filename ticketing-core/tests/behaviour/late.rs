//! Money that comes after an order ended: the same seats again, or the money back.

use tokio::task::JoinHandle;

use ticketing_core::catalog::Policy;
use ticketing_core::orders::{Order, OrderStatus};
use ticketing_core::{Error, PaymentOutcome, Result};

use crate::sale::{OnSale, PRICE, SOLD, Visitor, paid};
use crate::world::World;

/// How long an order waits for its payment here.
const PAY_SECONDS: u32 = 60;

/// For so long a payment that shows nothing has not failed; the order's time is over by then.
const CHARGE_MAY_RUN_SECONDS: u64 = 90;

type Charge = JoinHandle<Result<PaymentOutcome>>;

/// An order whose charge is still on its way to the gateway when the order's time ends.
async fn overdue(world: &World, visitor: &Visitor, seats: &[u32]) -> (Order, Charge) {
    let order = world.ordered(visitor, seats).await;
    world.wire.hold_charges();
    let charge = tokio::spawn({
        let (world, caller, order) = (world.clone(), visitor.caller, order.clone());
        async move { world.pay(&caller, &order).await }
    });
    world.wire.charge_waits().await;
    world.advance_seconds(CHARGE_MAY_RUN_SECONDS);
    world.office.step_payments().await.unwrap();
    assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Expired);
    (order, charge)
}

async fn sale(world: &World) -> OnSale {
    world.sale(Policy { pay_seconds: PAY_SECONDS, ..Policy::default() }, 20).await
}

async fn balance(world: &World, order: &Order) -> i64 {
    let payment = order.payment.to_string();
    let ledger = world.ledger().await;
    let mine = ledger.iter().filter(|item| item.payment_id == payment);
    mine.map(|item| if item.kind == "capture" { item.amount } else { -item.amount }).sum()
}

behaviour! {
    async fn late_money_takes_the_same_seats_again_when_they_are_free(world: World) {
        let sale = sale(&world).await;
        let visitor = world.admitted(&sale).await;
        let (order, charge) = overdue(&world, &visitor, &[3, 4]).await;
        assert_eq!(world.sales(&sale).await.seats.free, 20);
        world.wire.let_charges_go();
        let order_now = paid(charge.await.unwrap().unwrap());
        assert_eq!((order_now.id, order_now.seats), (order.id, vec![3, 4]));
        world.settle_down().await;
        assert_eq!(world.seat(&sale, 3).await, SOLD);
        assert_eq!(balance(&world, &order).await, 2 * PRICE);
        assert_eq!(world.tickets(&visitor.caller, &order).await.len(), 2);
    }

    async fn late_money_goes_back_when_one_of_the_seats_is_gone(world: World) {
        let sale = sale(&world).await;
        let (late, quick) = (world.admitted(&sale).await, world.admitted(&sale).await);
        let (order, charge) = overdue(&world, &late, &[3, 4]).await;
        let taken = world.ordered(&quick, &[4]).await;
        world.wire.let_charges_go();
        refused!(charge.await.unwrap(), Error::PaymentMismatch(_));
        world.settle_down().await;
        assert_eq!(balance(&world, &order).await, 0);
        assert_eq!(world.ledger().await.len(), 2, "captured once, given back once");
        assert_eq!(world.status(&late.caller, order.id).await, OrderStatus::Refunded);
        paid(world.pay(&quick.caller, &taken).await.unwrap());
        let counts = world.sales(&sale).await.seats;
        assert_eq!((counts.sold, counts.free), (1, 19));
    }

    async fn late_money_goes_back_when_its_buyer_has_reached_the_limit_otherwise(world: World) {
        let sale = sale(&world).await;
        let visitor = world.admitted(&sale).await;
        let (order, charge) = overdue(&world, &visitor, &[3, 4]).await;
        let other = world.ordered(&visitor, &[10, 11, 12]).await;
        world.wire.let_charges_go();
        refused!(charge.await.unwrap(), Error::PaymentMismatch(_));
        world.settle_down().await;
        assert_eq!(balance(&world, &order).await, 0);
        paid(world.pay(&visitor.caller, &other).await.unwrap());
        let counts = world.sales(&sale).await.seats;
        assert_eq!((counts.sold, counts.free), (3, 17));
    }

    async fn late_money_takes_seats_from_a_hold_and_that_hold_cannot_be_ordered(world: World) {
        let sale = sale(&world).await;
        let (late, holder) = (world.admitted(&sale).await, world.admitted(&sale).await);
        let (_, charge) = overdue(&world, &late, &[3, 4]).await;
        let hold = world.hold(&holder, &[4, 5]).await.unwrap();
        world.wire.let_charges_go();
        paid(charge.await.unwrap().unwrap());
        let refused = world.order(&holder, &hold).await;
        refused!(refused, Error::SeatTaken { .. } | Error::HoldExpired);
        let counts = world.sales(&sale).await.seats;
        assert_eq!((counts.sold, counts.reserved), (2, 0));
    }

    async fn late_money_counts_against_a_hold_that_was_made_meanwhile(world: World) {
        let sale = sale(&world).await;
        let visitor = world.admitted(&sale).await;
        let (_, charge) = overdue(&world, &visitor, &[3, 4]).await;
        let hold = world.hold(&visitor, &[10, 11, 12]).await.unwrap();
        world.wire.let_charges_go();
        paid(charge.await.unwrap().unwrap());
        refused!(world.order(&visitor, &hold).await, Error::LimitExceeded { limit: 4 });
        let counts = world.sales(&sale).await.seats;
        assert_eq!((counts.sold, counts.reserved), (2, 0));
    }
}
