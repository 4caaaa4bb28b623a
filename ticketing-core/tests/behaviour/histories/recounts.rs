//! What consumers keep is what a recount from the books makes of them.

use std::sync::atomic::{AtomicBool, Ordering};

use ticketing_core::{Error, Step};

use super::{money, reviews, seats};
use crate::events::all_told;
use crate::world::World;

/// Fewer than each history is tried with by itself.
const SEEDS: u64 = 3;
/// More steps than a recount has.
const STEPS_MAX: u32 = 1_000;

const COUNTERS: &str = "SELECT coalesce(string_agg(c::text, ' ' ORDER BY performance_id), '')
    FROM sales_counters c WHERE orders_placed > 0";
const SOLD: &str = "SELECT coalesce(string_agg(c::text, ' ' ORDER BY performance_id), '')
    FROM sold_seats c WHERE seats > 0";
const DAYS: &str = "SELECT coalesce(string_agg(c::text, ' ' ORDER BY performance_id, day), '')
    FROM sold_days c WHERE seats > 0";

async fn kept(world: &World) -> [String; 3] {
    let mut kept = Vec::new();
    for sql in [COUNTERS, SOLD, DAYS] {
        kept.push(world.namespace().sql_text(sql).await.unwrap());
    }
    kept.try_into().unwrap()
}

/// While other servers react to events: made anew in the middle, and once more at the end.
pub(super) async fn history(world: World) {
    let other = world.another_office().await;
    let is_over = AtomicBool::new(false);
    let happens = async {
        for seed in 0..SEEDS {
            money::history(&world, seed, super::Wanted::SameSeats).await;
            reviews::history(&world, seed).await;
            seats::history(&world, seed).await;
        }
        is_over.store(true, Ordering::SeqCst);
    };
    let tells = async {
        while !is_over.load(Ordering::SeqCst) {
            other.office.step_events().await.unwrap();
            // Counted and made anew at once.
            let (reacted, ()) = tokio::join!(other.office.step_reactions(), rebuild(&other));
            // Who counts may have waited in vain.
            assert!(matches!(reacted, Ok(_) | Err(Error::Unavailable(_))), "{reacted:?}");
        }
    };
    tokio::join!(happens, tells);
    all_told(&world, &other).await;
    // Old days are forgotten.
    recount(&world).await;
    let told = kept(&world).await;
    assert!(told.iter().all(|text| !text.is_empty()), "something was sold: {told:?}");
    rebuild(&world).await;
    assert_eq!(kept(&world).await, told, "a recount says the same");
    let lost = "UPDATE sales_counters SET seats_sold = seats_sold + 7; DELETE FROM inbox;
        DELETE FROM sales_counters WHERE random() < 0.5;
        DELETE FROM sold_orders; DELETE FROM sold_seats; DELETE FROM sold_days;
        INSERT INTO sales_counters VALUES (gen_random_uuid(), 1, 2, 3, 4)";
    world.namespace().sql(lost).await;
    rebuild(&world).await;
    recount(&world).await;
    assert_eq!(kept(&world).await, told, "and after all of it was lost");
    // Told once more, nothing counts twice.
    world.namespace().sql("UPDATE outbox SET sent = false").await;
    all_told(&world, &other).await;
    assert_eq!(kept(&world).await, told);
    crate::reviews::adds_up(&world).await;
}

async fn rebuild(world: &World) {
    world.office.rebuild_consumer(&world.administrator(), "sales").await.unwrap();
}

/// Orders are looked through, to the last.
async fn recount(world: &World) {
    for _ in 0..STEPS_MAX {
        if world.office.step_sold().await.unwrap() == Step::Idle {
            return;
        }
    }
    panic!("a recount has no end");
}
