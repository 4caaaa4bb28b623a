//! What the provider lists of moved money, whatever its webhooks told.

use serde_json::json;

use ticketing_core::orders::{AttentionReason, OrderStatus};
use ticketing_core::{Page, PaymentId, Step};

use crate::contradictions::{bought, later, ordered, reasons};
use crate::sale::SOLD;

/// How often the provider's listing is read, and how much of it at once.
const LISTED_EVERY_SECONDS: u64 = 60;
const LISTED_AT_ONCE: u32 = 100;

behaviour! {
    async fn what_no_webhook_told_of_is_found_in_the_providers_listing(world: World) {
        let (sale, visitor, order) = ordered(&world).await;
        let (_, other, bought) = bought(&world).await;
        let gateway = world.wire.gateway();
        world.approved(&order).await;
        gateway.control(order.payment, "pay", json!({})).await;
        gateway.control(bought.payment, "cancel", json!({})).await;
        let stranger: PaymentId = "0196f0a0-0000-7000-8000-000000000001".parse().unwrap();
        gateway.control(stranger, "pay", json!({ "amount": 70, "currency": "KRW" })).await;
        world.office.step_movements().await.unwrap();
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        assert_eq!(world.seat(&sale, 3).await, SOLD);
        assert_eq!(world.status(&other.caller, bought.id).await, OrderStatus::Refunded);
        assert_eq!(reasons(&world).await, [AttentionReason::UnknownPayment]);
    }

    async fn what_the_provider_lists_and_does_not_explain_is_asked_for_again(world: World) {
        let (_, visitor, order) = bought(&world).await;
        world.wire.gateway().control(order.payment, "cancel", json!({})).await;
        world.wire.say_nothing_of_payments(true);
        world.office.step_movements().await.unwrap();
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        world.wire.say_nothing_of_payments(false);
        later(&world, LISTED_EVERY_SECONDS).await;
        world.office.step_movements().await.unwrap();
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
    }

    async fn money_of_no_order_that_somebody_gave_back_needs_nobody_any_more(world: World) {
        let gateway = world.wire.gateway();
        let stranger: PaymentId = "0196f0a0-0000-7000-8000-000000000001".parse().unwrap();
        gateway.control(stranger, "pay", json!({ "amount": 70, "currency": "KRW" })).await;
        world.office.step_movements().await.unwrap();
        assert_eq!(reasons(&world).await, [AttentionReason::UnknownPayment]);
        gateway.control(stranger, "cancel", json!({})).await;
        later(&world, LISTED_EVERY_SECONDS).await;
        world.office.step_movements().await.unwrap();
        assert_eq!(reasons(&world).await, []);
    }

    async fn a_listing_longer_than_a_page_is_read_to_its_end_and_then_only_what_is_new(
        world: World
    ) {
        let gateway = world.wire.gateway();
        let stranger = |number: u32| -> PaymentId {
            format!("0196f0a0-0000-7000-8000-{number:012}").parse().unwrap()
        };
        let pay = async |number| {
            let body = json!({ "amount": 70, "currency": "KRW" });
            gateway.control(stranger(number), "pay", body).await;
        };
        for number in 0..LISTED_AT_ONCE {
            pay(number).await;
        }
        assert_eq!(world.office.step_movements().await.unwrap(), Step::Worked);
        assert_eq!(world.office.step_movements().await.unwrap(), Step::Idle);
        assert_eq!(reasons(&world).await.len(), 50, "a page of what needs a person");
        pay(LISTED_AT_ONCE).await;
        assert_eq!(world.office.step_movements().await.unwrap(), Step::Idle, "not so soon");
        let administrator = world.administrator();
        let last = stranger(LISTED_AT_ONCE);
        for number in 0..LISTED_AT_ONCE {
            let key = world.key();
            world.office.refund_payment(&administrator, stranger(number), key).await.unwrap();
        }
        assert!(reasons(&world).await.is_empty());
        later(&world, LISTED_EVERY_SECONDS).await;
        world.office.step_movements().await.unwrap();
        let page = world.office.attention(&administrator, Page::default()).await.unwrap();
        assert_eq!(page.items.iter().map(|one| one.payment).collect::<Vec<_>>(), [last]);
    }

    async fn a_listing_whose_place_the_provider_has_forgotten_is_read_anew(world: World) {
        let pay = async |number: u32| {
            let stranger = format!("0196f0a0-0000-7000-8000-{number:012}").parse().unwrap();
            let body = json!({ "amount": 70, "currency": "KRW" });
            world.wire.gateway().control(stranger, "pay", body).await;
        };
        pay(1).await;
        world.office.step_movements().await.unwrap();
        world.wire.refuse_cursors();
        pay(2).await;
        for _ in 0..2 {
            world.advance_seconds(LISTED_EVERY_SECONDS);
            world.office.step_movements().await.unwrap();
        }
        assert_eq!(reasons(&world).await.len(), 2);
    }

    async fn a_provider_that_does_not_answer_loses_nothing_of_its_listing(world: World) {
        let (_, visitor, order) = ordered(&world).await;
        let gateway = world.wire.gateway();
        world.approved(&order).await;
        gateway.control(order.payment, "pay", json!({})).await;
        world.wire.cut();
        world.office.step_movements().await.unwrap();
        world.wire.mend();
        world.office.step_movements().await.unwrap();
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::PendingPayment);
        world.advance_seconds(LISTED_EVERY_SECONDS);
        world.office.step_movements().await.unwrap();
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
    }
}
