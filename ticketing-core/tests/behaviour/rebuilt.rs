//! What a consumer keeps is made anew from the books while others go on.

use ticketing_core::Error;
use ticketing_core::catalog::Policy;
use ticketing_core::events::SalesCounters;

use crate::events::{all_told, counters};
use crate::sale::OnSale;
use crate::world::World;

const SALES: usize = 4;
/// At which of them it is held up: it has not come to those behind it.
const HELD: usize = 1;

async fn buys(world: &World, sale: &OnSale, seat: u32) {
    let visitor = world.admitted(sale).await;
    world.bought(&visitor, &[seat]).await;
}

/// It has looked at the books, and waits for a row; meanwhile orders are placed and told. None of them is lost, and
/// none counts twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn what_is_told_while_counters_are_made_anew_counts_once() {
    crate::world::on_services(|world: World| async move {
        let mut sales = Vec::new();
        for _ in 0..SALES {
            let sale = world.sale(Policy::default(), 10).await;
            buys(&world, &sale, 1).await;
            sales.push(sale);
        }
        all_told(&world, &world).await;
        let held = world.namespace().holding_counters(sales[HELD].id).await;
        let (office, administrator) = (world.office.clone(), world.administrator());
        let rebuilt =
            tokio::spawn(async move { office.rebuild_consumer(&administrator, "sales").await });
        while !world.namespace().waits_to_count_anew().await {}
        for sale in &sales[HELD + 1..] {
            buys(&world, sale, 2).await;
        }
        world.office.step_events().await.unwrap();
        // Some would be counted now if anybody were.
        let _ = world.office.step_reactions().await;
        drop(held);
        assert_eq!(rebuilt.await.unwrap().unwrap(), SALES as u64);
        all_told(&world, &world).await;
        for (place, sale) in sales.iter().enumerate() {
            let sold = if place <= HELD { 1 } else { 2 };
            let expected = SalesCounters {
                orders_placed: sold,
                orders_paid: sold,
                orders_ended: 0,
                seats_sold: sold,
            };
            assert_eq!(counters(&world, sale).await, expected, "{place}");
        }
        let nobody = world.office.rebuild_consumer(&world.administrator(), "nobody").await;
        refused!(nobody, Error::NotFound(_));
    })
    .await;
}
