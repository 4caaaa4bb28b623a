//! Payments: one capture per order, of the right amount, and no other money kept.

use std::time::Duration;

use serde_json::json;
use ticketing_core::catalog::Policy;
use ticketing_core::orders::OrderStatus;
use ticketing_core::{Error, Payment, PaymentOutcome, Step};
use ticketing_gateway::{Fault, FaultPlan};

use crate::gateway::LedgerItem;
use crate::sale::{FREE, PRICE, SOLD, paid};

/// After this the reconciler looks after a payment attempt.
const LOOK_AFTER_SECONDS: u64 = 5;
/// Longer than anything takes that goes on by itself.
const WITHIN: Duration = Duration::from_secs(10);

fn item(order: &ticketing_core::orders::Order, kind: &str, amount: i64) -> LedgerItem {
    let custom_data = json!({"order_id": order.id, "performance_id": order.performance});
    LedgerItem { payment_id: order.payment.to_string(), kind: kind.into(), amount, custom_data }
}

behaviour! {
    async fn a_paid_order_has_one_capture_of_its_total_and_its_tickets(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[2, 7]).await;
        assert_eq!(order.status, OrderStatus::Paid);
        assert_eq!(world.ledger().await, [item(&order, "capture", 2 * PRICE)]);
        let tickets = world.tickets(&visitor.caller, &order).await;
        let seats: Vec<u32> = tickets.iter().map(|issued| issued.ticket.seat).collect();
        assert_eq!(seats, [2, 7]);
        assert_eq!(tickets[0].label, "Stalls, row 1, seat 3");
        assert_eq!(world.sales(&sale).await.gross.amount, 2 * PRICE);
    }

    async fn an_order_can_be_paid_after_the_pass_has_ended(world: World) {
        let policy = Policy { pass_lease_seconds: 60, pay_seconds: 600, ..Policy::default() };
        let sale = world.sale(policy, 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[2]).await;
        world.advance_seconds(120);
        world.tick().await;
        paid(world.pay(&visitor.caller, &order).await.unwrap());
    }

    async fn one_payment_does_not_pay_two_orders(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let first = world.ordered(&visitor, &[1]).await;
        let second = world.ordered(&visitor, &[2]).await;
        let payment = world.approved(&first).await;
        let (caller, office) = (&visitor.caller, &world.office);
        let crossed = office.pay(caller, second.id, payment.clone(), world.key()).await;
        refused!(crossed, Error::PaymentMismatch(_));
        paid(office.pay(caller, first.id, payment.clone(), world.key()).await.unwrap());
        let replayed = office.pay(caller, second.id, payment.clone(), world.key()).await;
        refused!(replayed, Error::PaymentMismatch(_));
        // The used token under the second order's own payment.
        let used = Payment { payment: second.payment, token: payment.token };
        let with_used = office.pay(caller, second.id, used, world.key()).await;
        refused!(with_used, Error::PaymentDeclined);
        assert_eq!(world.status(caller, second.id).await, OrderStatus::PendingPayment);
        assert_eq!(world.ledger().await, [item(&first, "capture", PRICE)]);
    }

    async fn after_a_decline_another_payment_works_and_the_earlier_one_does_not(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[1]).await;
        let token = world.authorize(order.payment, "decline").await;
        let declined = Payment { payment: order.payment, token };
        let (caller, office) = (&visitor.caller, &world.office);
        let key = world.key();
        let answer = office.pay(caller, order.id, declined.clone(), key.clone()).await;
        refused!(answer, Error::PaymentDeclined);
        let reopened = office.order(caller, order.id).await.unwrap().order;
        assert_eq!(reopened.status, OrderStatus::PendingPayment);
        assert_ne!(reopened.payment, order.payment);
        assert!(world.wire.can_be_paid(reopened.payment), "who is told of a payment can pay it");
        let again = office.pay(caller, order.id, declined.clone(), key).await;
        refused!(again, Error::PaymentDeclined);
        let earlier = office.pay(caller, order.id, declined, world.key()).await;
        refused!(earlier, Error::PaymentMismatch(_));
        paid(world.pay(caller, &reopened).await.unwrap());
        assert_eq!(world.ledger().await, [item(&reopened, "capture", PRICE)]);
        assert_eq!(world.seat(&sale, 1).await, SOLD);
    }

    async fn a_declined_order_whose_time_is_over_ends_with_its_seats_free(world: World) {
        let sale = world.sale(Policy { pay_seconds: 60, ..Policy::default() }, 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[1]).await;
        let token = world.authorize(order.payment, "decline").await;
        world.wire.hold_charges();
        let paying = tokio::spawn({
            let (world, caller, id) = (world.clone(), visitor.caller, order.id);
            let payment = Payment { payment: order.payment, token };
            async move { world.office.pay(&caller, id, payment, world.key()).await }
        });
        world.wire.charge_waits().await;
        world.advance_seconds(61);
        world.wire.let_charges_go();
        refused!(paying.await.unwrap(), Error::PaymentDeclined);
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Expired);
        assert_eq!(world.seat(&sale, 1).await, FREE);
    }

    async fn a_wrong_amount_is_given_back_in_full_and_the_order_is_not_paid(world: World) {
        world.faults(FaultPlan::always(Fault::WrongAmount)).await;
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[1]).await;
        refused!(world.pay(&visitor.caller, &order).await, Error::PaymentMismatch(_));
        world.settle_down().await;
        let wrong = PRICE - 1;
        let expected = [item(&order, "capture", wrong), item(&order, "cancel", wrong)];
        assert_eq!(world.ledger().await, expected);
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
        assert!(world.tickets(&visitor.caller, &order).await.is_empty());
        assert_eq!(world.seat(&sale, 1).await, FREE);
        let report = world.sales(&sale).await;
        assert_eq!((report.gross.amount, report.refunded.amount), (0, wrong));
    }

    async fn a_refund_that_got_no_answer_is_done_once_later(world: World) {
        world.faults(FaultPlan::always(Fault::WrongAmount)).await;
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[1]).await;
        world.wire.cut();
        let outcome = world.pay(&visitor.caller, &order).await.unwrap();
        assert!(matches!(outcome, PaymentOutcome::Processing(_)), "nobody can look: {outcome:?}");
        world.advance_seconds(LOOK_AFTER_SECONDS);
        world.office.step_payments().await.unwrap();
        world.wire.mend();
        for _ in 0..5 {
            world.advance_seconds(15);
            world.settle_down().await;
        }
        let wrong = PRICE - 1;
        let expected = [item(&order, "capture", wrong), item(&order, "cancel", wrong)];
        assert_eq!(world.ledger().await, expected);
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
    }

    async fn a_charge_whose_answer_was_lost_is_found_and_charged_once(world: World) {
        world.faults(FaultPlan::always(Fault::ReplyLost)).await;
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[1]).await;
        world.wire.cut();
        let (payment, key) = (world.approved(&order).await, world.key());
        let (caller, office) = (&visitor.caller, &world.office);
        let outcome = office.pay(caller, order.id, payment.clone(), key.clone()).await.unwrap();
        assert!(matches!(outcome, PaymentOutcome::Processing(_)), "{outcome:?}");
        assert_eq!(world.status(caller, order.id).await, OrderStatus::Confirming);
        world.wire.mend();
        assert_eq!(office.step_payments().await.unwrap(), Step::Idle, "it is not time to look");
        world.advance_seconds(LOOK_AFTER_SECONDS);
        assert_eq!(office.step_payments().await.unwrap(), Step::Worked);
        paid(office.pay(caller, order.id, payment, key).await.unwrap());
        assert_eq!(world.ledger().await, [item(&order, "capture", PRICE)]);
        assert_eq!(world.seat(&sale, 1).await, SOLD);
    }

    async fn a_client_that_hangs_up_changes_nothing(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[1]).await;
        let (payment, key) = (world.approved(&order).await, world.key());
        world.wire.hold_charges();
        let paying = tokio::spawn({
            let (world, caller, id) = (world.clone(), visitor.caller, order.id);
            let (payment, key) = (payment.clone(), key.clone());
            async move { world.office.pay(&caller, id, payment, key).await }
        });
        world.wire.charge_waits().await;
        paying.abort();
        assert!(paying.await.unwrap_err().is_cancelled());
        world.wire.let_charges_go();
        world.wire.no_charge_is_under_way().await;
        world.advance_seconds(LOOK_AFTER_SECONDS);
        world.office.step_payments().await.unwrap();
        // The charge's own task may be about to write down how it ended.
        let settled = async {
            while world.status(&visitor.caller, order.id).await == OrderStatus::Confirming {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(WITHIN, settled).await.expect("it is settled");
        paid(world.office.pay(&visitor.caller, order.id, payment, key).await.unwrap());
        assert_eq!(world.ledger().await, [item(&order, "capture", PRICE)]);
    }

    async fn a_charge_that_a_server_left_behind_is_finished_by_another(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let other = world.another_office().await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[1]).await;
        world.wire.hold_charges();
        let paying = tokio::spawn({
            let (world, caller, order) = (world.clone(), visitor.caller, order.clone());
            async move { world.pay(&caller, &order).await }
        });
        world.wire.charge_waits().await;
        paying.abort();
        world.wire.lose_waiting_charges();
        world.advance_seconds(LOOK_AFTER_SECONDS);
        other.office.step_payments().await.unwrap();
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        assert_eq!(world.ledger().await, [item(&order, "capture", PRICE)]);
    }
}
