//! What the provider tells by itself, in any order and any number of times: only what it answers when
//! it is asked moves anything.

use serde_json::json;

use ticketing_core::Step;
use ticketing_core::orders::OrderStatus;

use crate::contradictions::{bought, hear, later, ordered};
use crate::sale::{FREE, SOLD};
use crate::world::World;

/// At the end of an order's time: how often who comes first is tried.
const LAST_MOMENTS: u32 = 20;

async fn ledger(world: &World) -> Vec<String> {
    world.ledger().await.into_iter().map(|item| item.kind).collect()
}

behaviour! {
    async fn webhooks_that_come_twice_late_or_under_other_names_change_nothing_more(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        for id in ["paid", "paid", "paid once more"] {
            hear(&world, order.payment, id).await;
        }
        assert_eq!(world.tickets(&visitor.caller, &order).await.len(), 1);
        world.wire.gateway().control(order.payment, "cancel", json!({})).await;
        hear(&world, order.payment, "paid").await;
        let heard = world.status(&visitor.caller, order.id).await;
        assert_eq!(heard, OrderStatus::Paid, "it was dealt with, and nobody asked again");
        for id in ["cancelled", "cancelled", "paid, at last"] {
            hear(&world, order.payment, id).await;
        }
        later(&world, 0).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Refunded);
        assert_eq!((world.seat(&sale, 3).await, ledger(&world).await.len()), (FREE, 2));
    }

    async fn many_webhooks_for_one_capture_at_once_make_one_ticket(world: World) {
        let (sale, visitor, order) = ordered(&world).await;
        world.approved(&order).await;
        world.wire.gateway().control(order.payment, "pay", json!({})).await;
        let hearing = (0..16).map(|number| {
            let (world, payment) = (world.clone(), order.payment);
            tokio::spawn(async move { hear(&world, payment, &format!("{number}")).await })
        });
        for heard in futures_util::future::join_all(hearing).await {
            heard.unwrap();
        }
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        assert_eq!(world.tickets(&visitor.caller, &order).await.len(), 1);
        assert_eq!((world.seat(&sale, 3).await, ledger(&world).await.len()), (SOLD, 1));
    }

    async fn who_pays_at_the_last_moment_has_tickets_or_was_not_charged(world: World) {
        for _ in 0..LAST_MOMENTS {
            let (sale, visitor, order) = ordered(&world).await;
            let payment = world.approved(&order).await;
            let before = ledger(&world).await.len();
            let left = order.expires_at.as_millis() - world.now().as_millis();
            world.advance_ms(u64::try_from(left).unwrap() - 1);
            let (paying, key, caller) = (world.clone(), world.key(), visitor.caller);
            let pays = tokio::spawn(async move {
                paying.office.pay(&caller, order.id, payment, key).await
            });
            // Past the grace that the seats have: whoever is first at the order decides.
            world.advance_ms(1_000);
            while world.office.step_expiry().await.unwrap() == Step::Worked {}
            let paid = pays.await.unwrap();
            let charged = ledger(&world).await.len() - before;
            match world.status(&visitor.caller, order.id).await {
                OrderStatus::Paid => {
                    assert_eq!((world.seat(&sale, 3).await, charged), (SOLD, 1), "{paid:?}");
                }
                OrderStatus::Expired => {
                    assert_eq!((world.seat(&sale, 3).await, charged), (FREE, 0), "{paid:?}");
                    assert!(paid.is_err());
                }
                other => panic!("{other:?}: {paid:?}"),
            }
        }
    }
}
