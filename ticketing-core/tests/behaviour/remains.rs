//! What is left of a performance that does not take place, looked at where it is kept.

use ticketing_core::Step;
use ticketing_core::accounts::Caller;
use ticketing_core::catalog::{NewPerformance, Policy, Remains};
use ticketing_core::orders::Order;

use crate::cleared::{SETTLED_SECONDS, STEPS_MAX, cancel, ends_and_clears, paid, progress};
use crate::events::all_told;
use crate::parts::{cancels, in_the_end};
use crate::reviews::{BEGINS_IN_SECONDS, adds_up, begins, listed, write};
use crate::sale::{OnSale, PRICE, hall};
use crate::world::{World, on_services};

const ORDERS: usize = 500;
const REVIEWS: usize = 300;

/// Of a cleared performance these tables say something, and no others: what the books need, and who changed
/// what.
const KEPT: [&str; 6] =
    ["movements", "orders", "outbox", "performance_audit", "sales_counters", "tickets"];

/// In which tables of the namespace there is something of a performance.
async fn tables_with(world: &World, sale: &OnSale) -> Vec<String> {
    let tables = "SELECT string_agg(table_name, ' ' ORDER BY table_name)
         FROM information_schema.columns NATURAL JOIN information_schema.tables
         WHERE table_type = 'BASE TABLE' AND table_schema = current_schema() AND column_name = 'performance_id'";
    let tables = world.namespace().sql_text(tables).await.unwrap();
    let mut with = Vec::new();
    for table in tables.split(' ') {
        let rows = format!(
            "SELECT count(*)::text FROM {table} WHERE performance_id = '{}'",
            sale.id.uuid()
        );
        if world.namespace().sql_text(&rows).await.as_deref() != Some("0") {
            with.push(table.to_owned());
        }
    }
    with
}

/// Five hundred orders and three hundred reviews; every server dies after one step.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn whichever_server_dies_another_ends_it() {
    on_services(|world: World| async move {
        let sale = crowd(&world, ORDERS).await;
        begins(&world);
        for (author, _) in &sale.1[..REVIEWS] {
            write(&world, author, sale.0.id, 3).await.unwrap();
        }
        let sale = sale.0;
        all_told(&world, &world).await;
        cancel(&world, &sale).await;
        let mut servers = 0;
        while !matches!(progress(&world, &sale).await.remains, Remains::Gone) {
            servers += 1;
            assert!(servers < STEPS_MAX, "there is no end of it");
            let one = world.another_office().await;
            let other = world.another_office().await;
            tokio::join!(ends_and_clears(&one), ends_and_clears(&other));
            drop((one, other));
            in_the_end(&world).await;
            world.advance_seconds(SETTLED_SECONDS);
        }
        assert!(servers > 2, "several took part");
        let ended = progress(&world, &sale).await;
        let all = u64::try_from(ORDERS).unwrap();
        assert_eq!((ended.orders_total, ended.refunded), (all, all));
        assert_eq!(cancels(&world).await.len(), ORDERS, "each once");
        all_told(&world, &world).await;
        while world.office.step_sold().await.unwrap() == Step::Worked {}
        assert_eq!(tables_with(&world, &sale).await, KEPT);
        let keys = world.namespace().live_keys(sale.id);
        assert!(keys.iter().all(|key| key.ends_with(":guard")), "{keys:?}");
        assert_eq!(listed(&world, sale.id).await, []);
        adds_up(&world).await;
    })
    .await;
}

/// A performance that so many have paid for.
async fn crowd(world: &World, count: usize) -> (OnSale, Vec<(Caller, Order)>) {
    let organizer = world.organizer().await;
    let venue = world.venue(&organizer, &hall(1_000)).await;
    let details = world.details(venue, &[("Regular", Some(PRICE))]);
    let starts_at = world.now().plus_seconds(BEGINS_IN_SECONDS);
    let policy = Policy { line_capacity: 10_000, ..Policy::default() };
    let sale = world.put_on_sale(organizer, NewPerformance { starts_at, policy, ..details }).await;
    let mut bought = Vec::with_capacity(count);
    for seat in 0..u32::try_from(count).unwrap() {
        bought.push(paid(world, &sale, seat).await);
    }
    (sale, bought)
}
