//! A provider that contradicts itself, the buyer, or us: refuses what it did, does what it refused,
//! gives back without being asked, or takes its time.

use serde_json::json;

use ticketing_core::catalog::Policy;
use ticketing_core::orders::{AttentionReason, Order, OrderStatus, RefundStatus};
use ticketing_core::payments::Notice;
use ticketing_core::{Error, Page, PaymentId, PaymentOutcome};
use ticketing_gateway::{Fault, FaultPlan};

use crate::sale::{FREE, OnSale, PRICE, SOLD, Visitor, paid};
use crate::world::World;

/// Longer than the sandbox lets anything take that takes its time.
const IN_A_WHILE_SECONDS: u64 = 91;
/// Longer than any wait between two tries or looks of the first hour.
const TRIED_AGAIN_SECONDS: u64 = 900;
/// For so long the provider replays its answer to a key.
const KEY_KEPT_SECONDS: u64 = 3 * 3_600;
/// Into how many parts the sandbox gives a payment back.
const MAX_CANCELS: u32 = 100;

pub(crate) async fn ordered(world: &World) -> (OnSale, Visitor, Order) {
    let sale = world.sale(Policy::default(), 20).await;
    let visitor = world.admitted(&sale).await;
    let order = world.ordered(&visitor, &[3]).await;
    (sale, visitor, order)
}

pub(crate) async fn bought(world: &World) -> (OnSale, Visitor, Order) {
    let (sale, visitor, order) = ordered(world).await;
    paid(world.pay(&visitor.caller, &order).await.unwrap());
    (sale, visitor, order)
}

/// An order whose money has to go back, and what then goes wrong at the gateway.
async fn refund_due(world: &World, fault: Fault) -> (Visitor, Order) {
    let (_, visitor, order) = ordered(world).await;
    world.wire.gateway().set_faults(FaultPlan::always(Fault::WrongAmount));
    world.pay(&visitor.caller, &order).await.unwrap_err();
    world.wire.gateway().set_faults(FaultPlan::always(fault));
    (visitor, order)
}

async fn refund(world: &World) {
    world.office.step_refunds().await.unwrap();
}

/// Time goes by, and everything that is due is done.
pub(crate) async fn later(world: &World, seconds: u64) {
    world.advance_seconds(seconds);
    world.wire.gateway().step().await;
    world.settle_down().await;
}

/// What the order's buyer sees of its refunds, alone and in the list: amount, how far, which try.
async fn shown(world: &World, visitor: &Visitor, order: &Order) -> Vec<(i64, RefundStatus, u32)> {
    let alone = world.office.order(&visitor.caller, order.id).await.unwrap().refunds;
    let listed = world.office.orders(&visitor.caller, Page::default()).await.unwrap();
    assert_eq!(listed.items[0].refunds, alone);
    alone.iter().map(|refund| (refund.amount.amount, refund.status, refund.tries)).collect()
}

/// A webhook of this name for a payment.
pub(crate) async fn hear(world: &World, payment: PaymentId, id: &str) {
    let notice = Notice { id: id.into(), payment: Some(payment), may_charge: None };
    world.office.notice(notice).await.unwrap();
}

/// How many captures and cancels there are at the gateway, and what is left there.
async fn money(world: &World) -> (usize, usize, i64) {
    let ledger = world.ledger().await;
    let of = |kind: &'static str| ledger.iter().filter(move |item| item.kind == kind);
    let sum = |kind| of(kind).map(|item| item.amount).sum::<i64>();
    (of("capture").count(), of("cancel").count(), sum("capture") - sum("cancel"))
}

pub(crate) async fn reasons(world: &World) -> Vec<AttentionReason> {
    let page = Page::default();
    let attention = world.office.attention(&world.administrator(), page).await.unwrap();
    attention.items.iter().map(|item| item.reason).collect()
}

behaviour! {
    async fn money_through_a_test_channel_gives_no_tickets_and_goes_back(world: World) {
        let (sale, visitor, order) = ordered(&world).await;
        world.wire.gateway().set_faults(FaultPlan::always(Fault::TestChannel));
        world.pay(&visitor.caller, &order).await.unwrap_err();
        assert_eq!(reasons(&world).await, [AttentionReason::ForeignChannel]);
        later(&world, 0).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
        assert!(world.tickets(&visitor.caller, &order).await.is_empty());
        assert_eq!((world.seat(&sale, 3).await, money(&world).await), (FREE, (1, 1, 0)));
        assert_eq!(reasons(&world).await, [], "it closes when the money is back");
    }

    async fn a_charge_that_is_told_to_be_outstanding_is_sent_again_and_made_once(world: World) {
        let (sale, visitor, order) = ordered(&world).await;
        let payment = world.approved(&order).await;
        world.wire.gateway().set_faults(FaultPlan::always(Fault::Outstanding));
        let paying = world.office.pay(&visitor.caller, order.id, payment, world.key());
        let outcome = paying.await.unwrap();
        assert!(matches!(outcome, PaymentOutcome::Processing(_)), "{outcome:?}");
        world.wire.gateway().set_faults(FaultPlan::default());
        later(&world, 20).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        assert_eq!((world.seat(&sale, 3).await, money(&world).await), (SOLD, (1, 0, PRICE)));
    }

    async fn paying_what_is_paid_already_settles_it(world: World) {
        let (_, visitor, order) = ordered(&world).await;
        let payment = world.approved(&order).await;
        world.wire.gateway().control(order.payment, "pay", json!({})).await;
        let outcome = world.office.pay(&visitor.caller, order.id, payment, world.key()).await;
        paid(outcome.unwrap());
        assert_eq!(money(&world).await, (1, 0, PRICE));
    }

    async fn terms_that_are_said_to_differ_charge_nothing_and_the_buyer_tries_again(world: World) {
        let (_, visitor, order) = ordered(&world).await;
        world.wire.gateway().set_faults(FaultPlan::always(Fault::Mismatch));
        world.pay(&visitor.caller, &order).await.unwrap_err();
        world.wire.gateway().set_faults(FaultPlan::default());
        let order = world.office.order(&visitor.caller, order.id).await.unwrap().order;
        assert_eq!(order.status, OrderStatus::PendingPayment);
        paid(world.pay(&visitor.caller, &order).await.unwrap());
        assert_eq!(money(&world).await, (1, 0, PRICE));
    }

    async fn a_payment_that_failed_and_is_captured_after_all_pays_its_order(world: World) {
        let (sale, visitor, order) = ordered(&world).await;
        world.wire.gateway().set_faults(FaultPlan::always(Fault::LateCapture));
        world.pay(&visitor.caller, &order).await.unwrap_err();
        later(&world, IN_A_WHILE_SECONDS).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        assert_eq!((world.seat(&sale, 3).await, money(&world).await), (SOLD, (1, 0, PRICE)));
    }

    async fn who_pays_again_after_a_failure_that_was_none_pays_once(world: World) {
        let (_, visitor, order) = ordered(&world).await;
        world.wire.gateway().set_faults(FaultPlan::always(Fault::LateCapture));
        world.pay(&visitor.caller, &order).await.unwrap_err();
        world.wire.gateway().set_faults(FaultPlan::default());
        let again = world.office.order(&visitor.caller, order.id).await.unwrap().order;
        assert_ne!(again.payment, order.payment);
        paid(world.pay(&visitor.caller, &again).await.unwrap());
        later(&world, IN_A_WHILE_SECONDS).await;
        later(&world, TRIED_AGAIN_SECONDS).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        assert_eq!(world.tickets(&visitor.caller, &order).await.len(), 1);
        assert_eq!(money(&world).await, (2, 1, PRICE));
    }

    async fn a_refund_that_the_bank_refuses_is_tried_again_until_it_is_done_once(world: World) {
        let (visitor, order) = refund_due(&world, Fault::BankDown).await;
        for _ in 0..3 {
            refund(&world).await;
            world.advance_seconds(60);
        }
        assert_eq!(money(&world).await, (1, 0, PRICE - 1));
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::RefundDue);
        let again = [(PRICE - 1, RefundStatus::Requested, 4)];
        assert_eq!(shown(&world, &visitor, &order).await, again);
        world.wire.gateway().set_faults(FaultPlan::default());
        later(&world, TRIED_AGAIN_SECONDS).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
        assert_eq!(money(&world).await, (1, 1, 0));
    }

    async fn a_refund_that_has_no_parts_left_needs_a_person_and_the_order_says_so(world: World) {
        let (_, visitor, order) = bought(&world).await;
        let gateway = world.wire.gateway();
        for _ in 0..MAX_CANCELS {
            gateway.control(order.payment, "cancel", json!({ "amount": 1 })).await;
        }
        hear(&world, order.payment, "first").await;
        assert_eq!(reasons(&world).await, [AttentionReason::RefundedElsewhere]);
        let administrator = world.administrator();
        world.office.refund_payment(&administrator, order.payment, world.key()).await.unwrap();
        later(&world, 0).await;
        assert!(reasons(&world).await.contains(&AttentionReason::RefundRefused));
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::RefundDue);
        assert_eq!(money(&world).await.2, PRICE - i64::from(MAX_CANCELS));
    }

    async fn a_refund_whose_answer_was_lost_is_done_once_under_its_key(world: World) {
        let (visitor, order) = refund_due(&world, Fault::ReplyLost).await;
        refund(&world).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::RefundDue);
        later(&world, 60).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
        assert_eq!(money(&world).await, (1, 1, 0));
    }

    async fn a_refund_whose_key_is_forgotten_is_looked_for_before_it_is_sent_again(world: World) {
        let (visitor, order) = refund_due(&world, Fault::ReplyLost).await;
        refund(&world).await;
        world.wire.gateway().set_faults(FaultPlan::default());
        later(&world, KEY_KEPT_SECONDS + 60).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
        assert_eq!(money(&world).await, (1, 1, 0));
    }

    async fn a_refund_that_is_only_taken_is_not_called_done(world: World) {
        let (visitor, order) = refund_due(&world, Fault::CancelRequested).await;
        refund(&world).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::RefundDue);
        assert_eq!(shown(&world, &visitor, &order).await, [(PRICE - 1, RefundStatus::Pending, 1)]);
        assert_eq!(money(&world).await, (1, 0, PRICE - 1));
        later(&world, IN_A_WHILE_SECONDS).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
        assert_eq!(shown(&world, &visitor, &order).await, [(PRICE - 1, RefundStatus::Done, 1)]);
        assert_eq!(money(&world).await, (1, 1, 0));
    }

    async fn a_refund_that_was_taken_and_failed_is_sent_again_under_another_key(world: World) {
        let (visitor, order) = refund_due(&world, Fault::CancelFails).await;
        refund(&world).await;
        world.wire.gateway().set_faults(FaultPlan::default());
        later(&world, IN_A_WHILE_SECONDS).await;
        later(&world, TRIED_AGAIN_SECONDS).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
        assert_eq!(money(&world).await, (1, 1, 0));
    }

    async fn a_refund_that_somebody_else_made_first_counts(world: World) {
        let (visitor, order) = refund_due(&world, Fault::BankDown).await;
        let gateway = world.wire.gateway();
        gateway.control(order.payment, "cancel", json!({})).await;
        refund(&world).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
        assert_eq!(money(&world).await, (1, 1, 0));
    }

    async fn a_payment_cancelled_at_the_console_voids_its_tickets_and_frees_its_seats(
        world: World
    ) {
        let (sale, visitor, order) = bought(&world).await;
        world.wire.gateway().control(order.payment, "cancel", json!({})).await;
        hear(&world, order.payment, "first").await;
        later(&world, 0).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
        assert_eq!((world.seat(&sale, 3).await, money(&world).await), (FREE, (1, 1, 0)));
        let tickets = world.tickets(&visitor.caller, &order).await;
        assert!(tickets.is_empty(), "{tickets:?}");
    }

    async fn part_of_a_payment_given_back_elsewhere_and_a_dispute_need_a_person(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let gateway = world.wire.gateway();
        gateway.control(order.payment, "cancel", json!({ "amount": 1_000 })).await;
        hear(&world, order.payment, "first").await;
        gateway.control(order.payment, "dispute", json!({})).await;
        hear(&world, order.payment, "second").await;
        let found = reasons(&world).await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.contains(&AttentionReason::RefundedElsewhere));
        assert!(found.contains(&AttentionReason::Disputed));
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        assert_eq!(world.seat(&sale, 3).await, SOLD);
    }

    async fn what_a_person_was_asked_to_see_stays_until_the_provider_was_heard(world: World) {
        let (_, _, order) = bought(&world).await;
        world.wire.gateway().control(order.payment, "cancel", json!({ "amount": 1_000 })).await;
        hear(&world, order.payment, "first").await;
        let administrator = world.administrator();
        world.wire.say_nothing_of_payments(true);
        let unheard = world.office.settle_payment(&administrator, order.payment).await;
        refused!(unheard, Error::Unavailable(_));
        assert_eq!(reasons(&world).await, [AttentionReason::RefundedElsewhere]);
        world.wire.say_nothing_of_payments(false);
        world.office.settle_payment(&administrator, order.payment).await.unwrap();
        assert_eq!(reasons(&world).await, []);
    }

    async fn money_of_no_order_that_is_only_taken_back_is_never_taken_back_twice(world: World) {
        let gateway = world.wire.gateway();
        let stranger: PaymentId = "0196f0a0-0000-7000-8000-000000000001".parse().unwrap();
        gateway.control(stranger, "pay", json!({ "amount": 70, "currency": "KRW" })).await;
        hear(&world, stranger, "first").await;
        assert_eq!(reasons(&world).await, [AttentionReason::UnknownPayment]);
        gateway.set_faults(FaultPlan::always(Fault::CancelRequested));
        let give_back = async || {
            let administrator = world.administrator();
            world.office.refund_payment(&administrator, stranger, world.key()).await
        };
        assert!(matches!(give_back().await, Err(Error::Unavailable(_))));
        assert!(matches!(give_back().await, Err(Error::Unavailable(_))));
        assert_eq!(world.wire.refunds_sent(), 1, "what was taken is not asked for again");
        world.advance_seconds(IN_A_WHILE_SECONDS);
        gateway.step().await;
        give_back().await.unwrap();
        assert_eq!(money(&world).await, (1, 1, 0));
        assert_eq!(reasons(&world).await, []);
    }
}
