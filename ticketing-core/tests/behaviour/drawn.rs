//! The pre-queue and its draw: a commitment before, ranks after, and nobody the wiser in between.

use std::collections::{BTreeMap, BTreeSet};

use ticketing_core::admission::draw::{Ranks, commitment, hex, seed_from_hex};
use ticketing_core::admission::{State, open_receipt};
use ticketing_core::catalog::{PerformanceChange, Policy, PolicyChange};
use ticketing_core::text::OneLine;
use ticketing_core::{Error, LineState, PerformanceId};

use crate::line::{capacity, capacity_change};
use crate::sale::{OnSale, Visitor};
use crate::world::World;

/// The shortest time over which ranks are learnt, and two near intervals.
const ADMITS_AFTER_MS: u64 = 2_000 + 2_000;

fn pre_queue(line_capacity: u32) -> Policy {
    Policy { pre_queue_seconds: Some(600), ..capacity(line_capacity) }
}

/// Ranks as anybody computes them from what is public.
async fn public_ranks(world: &World, sale: PerformanceId) -> Ranks {
    let draw = world.office.line_draw(sale).await.unwrap();
    let seed = seed_from_hex(&draw.seed.expect("the seed is public")).unwrap();
    assert_eq!(hex(&commitment(sale, &seed)), draw.commitment);
    Ranks::new(sale, &seed, draw.places.unwrap(), draw.entropy.as_deref())
}

/// Some who joined early, and the line opened just now.
async fn opened(world: &World, policy: Policy, early: u32) -> (OnSale, Vec<Visitor>) {
    let sale = world.sale_in(60, policy, 100).await;
    let mut visitors = Vec::new();
    for buyer in world.buyers(early).await {
        visitors.push(world.join(&buyer, &sale).await);
    }
    world.advance_seconds(60);
    world.tick().await;
    (sale, visitors)
}

behaviour! {
    async fn who_joins_before_the_sale_has_a_number_and_no_rank(world: World) {
        let sale = world.sale_in(60, pre_queue(10), 100).await;
        for (number, buyer) in (1..).zip(world.buyers(3).await) {
            let joined = world.joined(&buyer, &sale).await;
            assert_eq!((joined.state, joined.place.number()), (State::PreQueued, number));
            assert_eq!((joined.rank, joined.ahead), (None, 0));
            assert!(joined.pass.is_none() && joined.eta.is_none());
        }
        let status = world.office.line_status(sale.id).await.unwrap();
        assert_eq!(status.state, LineState::PreQueue);
        let draw = status.draw.unwrap();
        assert_eq!((draw.commitment.len(), draw.seed, draw.places), (64, None, None));
        world.tick().await;
        assert_eq!(world.line(&sale).await.inside, 0);
    }

    async fn nobody_joins_before_the_pre_queue_opens(world: World) {
        let policy = Policy { pre_queue_seconds: Some(30), ..capacity(1) };
        let sale = world.sale_in(60, policy, 10).await;
        let buyer = world.buyer().await;
        refused!(world.office.join(&buyer, sale.id).await, Error::NotOnSale { .. });
        world.advance_seconds(30);
        assert_eq!(world.joined(&buyer, &sale).await.place.number(), 1);
    }

    async fn leaving_and_joining_again_before_the_opening_gives_the_same_number(world: World) {
        let sale = world.sale_in(60, pre_queue(10), 100).await;
        let buyers = world.buyers(2).await;
        let first = world.join(&buyers[0], &sale).await;
        world.join(&buyers[1], &sale).await;
        world.leave(&first).await.unwrap();
        let again = world.joined(&buyers[0], &sale).await;
        assert_eq!((again.state, again.place.number()), (State::PreQueued, 1));
        assert_eq!(world.joined(&buyers[0], &sale).await.place.number(), 1);
    }

    async fn a_place_taken_early_comes_with_a_receipt_for_third_parties(world: World) {
        let sale = world.sale_in(60, pre_queue(10), 100).await;
        let buyer = world.buyer().await;
        let joined = world.joined(&buyer, &sale).await;
        let receipt = joined.receipt.unwrap();
        let mut visitor = world.join(&buyer, &sale).await;
        assert!(world.ask(&mut visitor).await.receipt.is_none(), "a poll signs nothing");
        assert_eq!(world.joined(&buyer, &sale).await.receipt.as_ref(), Some(&receipt));
        let receipt = open_receipt(&receipt, &world.office.receipt_keys()[0]).unwrap();
        assert_eq!((receipt.account, receipt.number), (buyer.account(), 1));
        assert_eq!(receipt.performance, sale.id);
        let draw = world.office.line_draw(sale.id).await.unwrap();
        assert_eq!(hex(&receipt.commitment), draw.commitment);
    }

    async fn the_opening_gives_every_early_place_the_rank_that_anybody_can_compute(world: World) {
        let (sale, mut visitors) = opened(&world, pre_queue(10), 40).await;
        let ranks = public_ranks(&world, sale.id).await;
        let mut seen = BTreeSet::new();
        for visitor in &mut visitors {
            let answer = world.ask(visitor).await;
            assert_eq!(answer.state, State::Waiting);
            assert_eq!(answer.rank, Some(ranks.rank(answer.place.number())));
            assert_eq!(answer.ahead, answer.rank.unwrap() - 1);
            seen.insert(answer.rank.unwrap());
        }
        assert_eq!(seen, (1..=40).collect());
        assert_ne!(ranks.rank(1), 1, "this seed does not leave everything as it was");
    }

    async fn early_places_come_in_by_rank_and_late_comers_after_them(world: World) {
        let (sale, mut visitors) = opened(&world, pre_queue(3), 9).await;
        for buyer in world.buyers(3).await {
            let joined = world.joined(&buyer, &sale).await;
            assert_eq!(joined.rank, Some(joined.place.number()));
            visitors.push(world.join(&buyer, &sale).await);
        }
        let mut order = Vec::new();
        for _ in 0..60 {
            world.advance_ms(300);
            world.tick().await;
            let mut admitted = BTreeMap::new();
            for (at, visitor) in visitors.iter_mut().enumerate() {
                let answer = world.ask(visitor).await;
                if answer.state == State::Admitted {
                    admitted.insert(answer.rank.unwrap(), at);
                }
            }
            assert!(admitted.len() <= 3);
            for (rank, at) in admitted {
                order.push(rank);
                world.leave(&visitors[at]).await.unwrap();
            }
        }
        assert_eq!(order, (1..=12).collect::<Vec<_>>());
    }

    async fn nobody_comes_in_before_the_first_rank_knows_that_it_is_the_first(world: World) {
        let (sale, mut visitors) = opened(&world, pre_queue(1), 20).await;
        let ranks = public_ranks(&world, sale.id).await;
        let first = (1..=20).find(|number| ranks.rank(*number) == 1).unwrap();
        let first = usize::try_from(first).unwrap() - 1;
        // Everybody else asks all the time; the first asks at the last moment it was told to.
        for _ in 0..(ADMITS_AFTER_MS / 200 - 5) {
            world.tick().await;
            for (at, visitor) in visitors.iter_mut().enumerate() {
                if at != first {
                    assert_eq!(world.ask(visitor).await.state, State::Waiting);
                }
            }
        }
        assert_eq!(world.line(&sale).await.inside, 0);
        world.ask(&mut visitors[first]).await;
        for _ in 0..10 {
            world.tick().await;
        }
        assert_eq!(world.ask(&mut visitors[first]).await.state, State::Admitted);
    }

    async fn joining_again_after_the_opening_counts_as_asking_at_ones_rank(world: World) {
        let (sale, visitors) = opened(&world, pre_queue(1), 2).await;
        world.advance_ms(ADMITS_AFTER_MS);
        let ranks = public_ranks(&world, sale.id).await;
        for (number, visitor) in (1..).zip(&visitors) {
            let joined = world.joined(&visitor.caller, &sale).await;
            assert_eq!(joined.rank, Some(ranks.rank(number)));
        }
        world.tick().await;
        let states = [0, 1].map(|at| visitors[at].clone());
        for (number, mut visitor) in (1..).zip(states) {
            let came_in = world.ask(&mut visitor).await.state == State::Admitted;
            assert_eq!(came_in, ranks.rank(number) == 1);
        }
    }

    async fn leaving_after_the_opening_costs_the_rank(world: World) {
        let (sale, mut visitors) = opened(&world, pre_queue(1), 5).await;
        world.ask(&mut visitors[0]).await;
        world.leave(&visitors[0]).await.unwrap();
        let again = world.joined(&visitors[0].caller, &sale).await;
        assert_eq!((again.place.number(), again.rank), (6, Some(6)));
    }

    async fn two_servers_open_a_line_once(world: World) {
        let sale = world.sale_in(60, pre_queue(10), 100).await;
        let other = world.another_office().await;
        for buyer in world.buyers(10).await {
            world.join(&buyer, &sale).await;
        }
        world.advance_seconds(60);
        let (one, two) = tokio::join!(world.office.step_lines(), other.office.step_lines());
        one.unwrap();
        two.unwrap();
        let late = world.buyer().await;
        assert_eq!(world.joined(&late, &sale).await.rank, Some(11));
        world.advance_ms(1_000);
        let draws = [&world, &other].map(|server| server.office.line_draw(sale.id));
        let [one, two] = draws;
        let (one, two) = (one.await.unwrap(), two.await.unwrap());
        assert_eq!(one, two);
        assert_eq!(one.places, Some(10));
    }

    async fn the_draw_waits_for_the_public_entropy_that_was_named(world: World) {
        let source = "the national lottery of 2 May";
        let named = OneLine::new(source, 1..=255).unwrap();
        let policy = Policy { draw_entropy: Some(named), ..pre_queue(10) };
        let sale = world.sale_in(60, policy, 100).await;
        let buyer = world.buyer().await;
        let mut visitor = world.join(&buyer, &sale).await;
        let (office, organizer) = (&world.office, &sale.organizer);
        let early = office.enter_entropy(organizer, sale.id, "1 2 3").await;
        refused!(early, Error::Conflict(_));
        world.advance_seconds(60);
        world.tick().await;
        world.advance_ms(1_000);
        let draw = office.line_draw(sale.id).await.unwrap();
        assert_eq!((draw.places, &draw.seed), (Some(1), &None));
        assert_eq!(draw.entropy_source.as_deref(), Some(source));
        assert_eq!(world.ask(&mut visitor).await.state, State::PreQueued);
        refused!(office.enter_entropy(organizer, sale.id, " ").await, Error::Validation(_));
        refused!(office.enter_entropy(&buyer, sale.id, "1 2 3").await, Error::Forbidden(_));
        office.enter_entropy(organizer, sale.id, "1 2 3").await.unwrap();
        office.enter_entropy(organizer, sale.id, "1 2 3").await.unwrap();
        refused!(office.enter_entropy(organizer, sale.id, "4 5 6").await, Error::Conflict(_));
        world.tick().await;
        world.advance_ms(1_000);
        assert_eq!(world.ask(&mut visitor).await.rank, Some(1));
        public_ranks(&world, sale.id).await;
        assert_eq!(office.line_draw(sale.id).await.unwrap().entropy.unwrap(), "1 2 3");
    }

    async fn what_a_draw_rests_on_cannot_change_once_people_may_have_joined(world: World) {
        let sale = world.sale_in(60, pre_queue(10), 100).await;
        let change = |change| world.office.change_performance(&sale.organizer, sale.id, change);
        let policy = |policy| PerformanceChange { policy: Some(policy), ..Default::default() };
        let none = PolicyChange { pre_queue_seconds: Some(None), ..PolicyChange::default() };
        refused!(change(policy(none)).await, Error::Frozen(_));
        let named =
            PolicyChange { draw_entropy: Some(Some("dice".into())), ..PolicyChange::default() };
        refused!(change(policy(named)).await, Error::Frozen(_));
        let at = |seconds| Some(world.now().plus_seconds(seconds));
        let earlier = PerformanceChange { on_sale_at: at(30), ..Default::default() };
        refused!(change(earlier).await, Error::Frozen(_));
        change(PerformanceChange { on_sale_at: at(90), ..Default::default() }).await.unwrap();
        let same = PolicyChange { pre_queue_seconds: Some(Some(600)), ..capacity_change(20) };
        change(policy(same)).await.unwrap();
    }

    async fn early_places_are_told_to_ask_around_the_opening_and_not_all_at_once(world: World) {
        let sale = world.sale_in(60, pre_queue(10), 100).await;
        let mut visitors = Vec::new();
        for buyer in world.buyers(50).await {
            assert_eq!(world.joined(&buyer, &sale).await.poll_after_ms, 30_000);
            visitors.push(world.join(&buyer, &sale).await);
        }
        world.advance_seconds(40);
        let mut told = BTreeSet::new();
        for visitor in &mut visitors {
            told.insert(world.ask(visitor).await.poll_after_ms);
        }
        assert!(told.iter().all(|after| (20_000..22_000).contains(after)), "{told:?}");
        assert!(told.len() > 40, "they do not come at once: {told:?}");
    }
}
