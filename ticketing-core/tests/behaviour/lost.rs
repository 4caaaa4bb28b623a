//! The books are out of reach, or what they answer is lost on its way: nothing that was done is done
//! twice, and nothing that was not done is called done.

use serde_json::json;

use ticketing_core::catalog::Policy;
use ticketing_core::orders::OrderStatus;
use ticketing_core::payments::Notice;
use ticketing_core::{Error, IdempotencyKey};

use crate::contradictions::ordered;
use crate::postgres_wire::PostgresWire;
use crate::sale::{PRICE, paid};
use crate::world::{World, on_services, postgres_url};

/// An order's key, by which its statement is known on the wire.
const KEY: &str = "key-of-an-order-whose-answer-is-lost";

/// Another server of the world, and its wire to the books.
async fn server(world: &World) -> (World, PostgresWire) {
    let wire = PostgresWire::to(&postgres_url()).await;
    (world.another_office_at(wire.url(&postgres_url())).await, wire)
}

async fn money(world: &World) -> Vec<(String, i64)> {
    world.ledger().await.into_iter().map(|item| (item.kind, item.amount)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn a_settlement_whose_answer_is_lost_is_found_by_settling_again() {
    on_services(|world| async move {
        let (server, wire) = server(&world).await;
        let (_, visitor, order) = ordered(&world).await;
        let (payment, key) = (world.approved(&order).await, world.key());
        wire.lose_the_answer_to("order_paid");
        let answer = server.office.pay(&visitor.caller, order.id, payment.clone(), key.clone());
        refused!(answer.await, Error::Unavailable(_));
        assert!(wire.has_lost_an_answer());
        paid(server.office.pay(&visitor.caller, order.id, payment, key).await.unwrap());
        world.settle_down().await;
        assert_eq!(world.tickets(&visitor.caller, &order).await.len(), 1);
        assert_eq!(money(&world).await, [("capture".to_owned(), PRICE)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn an_order_whose_answer_is_lost_is_found_under_its_key() {
    on_services(|world| async move {
        let (server, wire) = server(&world).await;
        let sale = world.sale(Policy::default(), 20).await;
        let visitor = world.admitted(&sale).await;
        let hold = world.hold(&visitor, &[3]).await.unwrap();
        let pass = visitor.pass_token.as_deref();
        let key = IdempotencyKey::new(KEY).unwrap();
        wire.lose_the_answer_to(KEY);
        let placing = server.office.place_order(&visitor.caller, pass, key.clone(), hold.id);
        refused!(placing.await, Error::Unavailable(_));
        assert!(wire.has_lost_an_answer());
        let placing = server.office.place_order(&visitor.caller, pass, key, hold.id);
        let placed = placing.await.unwrap().order;
        assert_eq!((placed.hold, placed.status), (hold.id, OrderStatus::PendingPayment));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn a_webhook_while_the_books_are_out_of_reach_is_refused_and_counts_when_it_comes_again() {
    on_services(|world| async move {
        let (server, wire) = server(&world).await;
        let (_, visitor, order) = ordered(&world).await;
        world.approved(&order).await;
        world.wire.gateway().control(order.payment, "pay", json!({})).await;
        let notice =
            || Notice { id: "first".into(), payment: Some(order.payment), may_charge: None };
        wire.cut();
        refused!(server.office.notice(notice()).await, Error::Unavailable(_));
        wire.mend();
        server.office.notice(notice()).await.unwrap();
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
    })
    .await;
}
