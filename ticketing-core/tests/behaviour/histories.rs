//! Random histories: whatever buyers do in whatever order, the promises hold. Each history is told
//! in names of its own (buyers by turn, orders by ordinal), so that the same seed can be compared
//! over backends.

mod line;
mod money;
#[cfg(feature = "services")]
mod recounts;
mod reviews;
mod seats;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use ticketing_core::Error;

use self::money::Wanted;

/// How many seeds each property is tried with.
const SEEDS: u64 = 20;
/// Those of money take longer.
const MONEY_SEEDS: u64 = 10;

fn random(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// What a refusal is called, without the ids in it. A broken service is no outcome.
fn refusal(error: &Error) -> String {
    let text = match error {
        Error::SeatTaken { seats } => format!("SeatTaken {seats:?}"),
        Error::Internal(_) | Error::Unavailable(_) => panic!("{error:?}"),
        other => format!("{other:?}"),
    };
    text.split(['(', '{']).next().unwrap_or_default().trim().to_owned()
}

behaviour! {
    async fn whatever_buyers_do_the_line_is_never_over_capacity_and_in_order(world: World) {
        for seed in 0..SEEDS {
            line::history(&world, seed).await;
        }
    }

    async fn whatever_buyers_do_seats_add_up_and_each_is_in_one_live_order(world: World) {
        for seed in 0..SEEDS {
            seats::history(&world, seed).await;
        }
    }

    async fn whatever_happens_to_payments_each_order_keeps_what_its_tickets_cost(world: World) {
        for seed in 0..MONEY_SEEDS {
            money::history(&world, seed, Wanted::SameSeats).await;
        }
    }

    async fn whatever_becomes_of_reviews_ratings_and_likes_are_what_they_add_up_to(world: World) {
        for seed in 0..MONEY_SEEDS {
            reviews::history(&world, seed).await;
        }
    }
}

/// The embedded backend is the oracle of the other.
#[cfg(feature = "services")]
mod compared {
    use super::*;
    use crate::world::{World, on_services};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "needs ./services up"]
    async fn the_same_histories_have_the_same_outcomes_on_both_backends() {
        on_services(|world| async move {
            let oracle = World::embedded().await;
            for seed in 100..100 + SEEDS {
                let (told, expected) =
                    (line::history(&world, seed).await, line::history(&oracle, seed).await);
                assert_eq!(told, expected, "line, seed {seed}");
                let (told, expected) =
                    (seats::history(&world, seed).await, seats::history(&oracle, seed).await);
                assert_eq!(told, expected, "seats, seed {seed}");
            }
        })
        .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "needs ./services up"]
    async fn the_same_histories_of_money_have_the_same_outcomes_on_both_backends() {
        on_services(|world| async move {
            let oracle = World::embedded().await;
            for seed in 100..100 + MONEY_SEEDS {
                let told = money::history(&world, seed, Wanted::OwnSeats).await;
                let expected = money::history(&oracle, seed, Wanted::OwnSeats).await;
                assert_eq!(told, expected, "money, seed {seed}");
            }
        })
        .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "needs ./services up"]
    async fn the_same_histories_of_reviews_have_the_same_outcomes_on_both_backends() {
        on_services(|world| async move {
            let oracle = World::embedded().await;
            for seed in 100..100 + MONEY_SEEDS {
                let told = reviews::history(&world, seed).await;
                let expected = reviews::history(&oracle, seed).await;
                assert_eq!(told, expected, "reviews, seed {seed}");
            }
        })
        .await;
    }
}

#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn whatever_happens_what_consumers_keep_is_what_a_recount_from_the_books_makes() {
    crate::world::on_services(recounts::history).await;
}
