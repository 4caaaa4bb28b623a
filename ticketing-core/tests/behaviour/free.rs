//! Orders of nothing: paid when they are placed, by nobody.

use ticketing_core::admission::State;
use ticketing_core::catalog::Policy;
use ticketing_core::events::SalesCounters;
use ticketing_core::orders::OrderStatus;
use ticketing_core::{Error, Payment, Step};

use crate::changes::TWO_CATEGORIES;
use crate::events::{all_told, counters};
use crate::sale::{OnSale, PRICE, SOLD, paid};
use crate::world::World;

/// Free in the stalls (seats 0 to 2), for money on the balcony (3 to 5).
async fn half_free(world: &World) -> OnSale {
    let prices = [("Stalls", Some(0)), ("Balcony", Some(PRICE))];
    let policy = Policy { pay_seconds: 60, ..Policy::default() };
    world.sale_of(policy, TWO_CATEGORIES, &prices).await
}

behaviour! {
    async fn an_order_of_nothing_is_paid_when_it_is_placed(world: World) {
        let sale = half_free(&world).await;
        let mut visitor = world.admitted(&sale).await;
        let hold = world.hold(&visitor, &[0, 1]).await.unwrap();
        let (key, pass) = (world.key(), visitor.pass_token.clone());
        let (office, caller) = (&world.office, visitor.caller);
        let place = || office.place_order(&caller, pass.as_deref(), key.clone(), hold.id);
        let placed = place().await.unwrap();
        let order = &placed.order;
        assert_eq!((order.status, order.total.amount), (OrderStatus::Paid, 0));
        assert_eq!(order.lines.iter().map(|line| line.amount.amount).collect::<Vec<_>>(), [0, 0]);
        assert_eq!(placed.window, None);
        assert_eq!(world.tickets(&visitor.caller, order).await.len(), 2);
        assert_eq!(world.seat(&sale, 0).await, SOLD);
        assert_eq!(world.ask(&mut visitor).await.state, State::Done);
        assert_eq!(place().await.unwrap(), placed, "a repeat is the same order");
        assert!(world.ledger().await.is_empty());
        let report = world.sales(&sale).await;
        assert_eq!((report.gross.amount, report.orders[&OrderStatus::Paid]), (0, 1));
        all_told(&world, &world).await;
        let told =
            SalesCounters { orders_placed: 1, orders_paid: 1, orders_ended: 0, seats_sold: 2 };
        assert_eq!(counters(&world, &sale).await, told);
    }

    async fn an_order_of_nothing_is_neither_paid_nor_cancelled_nor_does_it_expire(world: World) {
        let sale = half_free(&world).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[0, 1]).await;
        let payment = Payment { payment: order.payment, token: "a token".into() };
        let charged = world.office.pay(&visitor.caller, order.id, payment, world.key()).await;
        refused!(charged, Error::Conflict(_));
        refused!(world.cancel(&visitor.caller, &order).await, Error::Validation(_));
        world.advance_seconds(3_600);
        assert_eq!(world.office.step_expiry().await.unwrap(), Step::Idle);
        assert_eq!(world.office.step_payments().await.unwrap(), Step::Idle, "no attempt is open");
        world.settle_down().await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        assert_eq!(world.seat(&sale, 1).await, SOLD);
        assert!(world.ledger().await.is_empty());
    }

    async fn one_free_seat_and_one_for_money_wait_for_the_money(world: World) {
        let sale = half_free(&world).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[0, 3]).await;
        assert_eq!((order.status, order.total.amount), (OrderStatus::PendingPayment, PRICE));
        let lines = order.lines.iter().map(|line| (line.seat, line.amount.amount));
        assert_eq!(lines.collect::<Vec<_>>(), [(Some(0), 0), (Some(3), PRICE)]);
        assert!(world.tickets(&visitor.caller, &order).await.is_empty());
        let order = paid(world.pay(&visitor.caller, &order).await.unwrap());
        assert_eq!(world.tickets(&visitor.caller, &order).await.len(), 2);
        let ledger = world.ledger().await;
        assert_eq!(ledger.iter().map(|item| item.amount).collect::<Vec<_>>(), [PRICE]);
    }

    async fn free_seats_count_against_the_limit_like_others(world: World) {
        let prices = [("Stalls", Some(0)), ("Balcony", Some(PRICE))];
        let policy = Policy { seats_per_buyer: 2, ..Policy::default() };
        let sale = world.sale_of(policy, TWO_CATEGORIES, &prices).await;
        let visitor = world.admitted(&sale).await;
        let hold = world.hold(&visitor, &[0, 1]).await.unwrap();
        refused!(world.hold(&visitor, &[2]).await, Error::LimitExceeded { limit: 2 });
        world.order(&visitor, &hold).await.unwrap();
        let again = world.admit(&visitor.caller, &sale).await;
        refused!(world.hold(&again, &[2]).await, Error::LimitExceeded { limit: 2 });
    }
}
