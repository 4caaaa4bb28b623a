//! Redis is wiped, or killed and started again with an old file: nobody loses the place, no number
//! is given out twice, and never more are inside than may be.

use std::collections::BTreeSet;

use ticketing_core::Error;
use ticketing_core::admission::State;
use ticketing_core::catalog::Policy;

use crate::line::capacity;
use crate::sale::Visitor;
use crate::world::{World, on_own_redis, on_services};

/// Two near intervals: so long nobody comes in after a repair.
const RESUMES_AFTER_MS: u64 = 2_000;

async fn joined(world: &World, sale: &crate::sale::OnSale, count: u32) -> Vec<Visitor> {
    let mut visitors = Vec::new();
    for buyer in world.buyers(count).await {
        visitors.push(world.join(&buyer, sale).await);
    }
    visitors
}

async fn ask_all(world: &World, visitors: &mut [Visitor]) -> Vec<(u64, State)> {
    let mut told = Vec::new();
    for visitor in visitors {
        let answer = world.ask(visitor).await;
        visitor.place_token.clone_from(&answer.place_token);
        told.push((answer.place.number(), answer.state));
    }
    told
}

macro_rules! on_services {
    ($(async fn $name:ident($world:ident: World) $body:block)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "needs ./services up"]
        async fn $name() {
            on_services(|$world| async move $body).await;
        }
    )+};
}

on_services! {
    async fn after_a_wipe_everyone_has_the_place_and_comes_in_by_it(world: World) {
        let sale = world.sale(capacity(2), 20).await;
        let mut visitors = joined(&world, &sale, 6).await;
        world.tick().await;
        let before = ask_all(&world, &mut visitors).await;
        world.wipe_redis();
        let after = ask_all(&world, &mut visitors).await;
        assert_eq!(after, before, "two are inside, four wait, under their numbers");
        assert_eq!(world.line(&sale).await.inside, 2);
        world.leave(&visitors[0]).await.unwrap();
        world.leave(&visitors[1]).await.unwrap();
        for _ in 0..9 {
            world.tick().await;
            let told = ask_all(&world, &mut visitors[2..]).await;
            assert!(told.iter().all(|(_, state)| *state == State::Waiting), "{told:?}");
        }
        world.tick().await;
        world.tick().await;
        let states: Vec<_> = ask_all(&world, &mut visitors[2..]).await;
        let (came_in, waits) = (State::Admitted, State::Waiting);
        assert_eq!(states, [(3, came_in), (4, came_in), (5, waits), (6, waits)]);
    }

    async fn passes_and_their_holds_outlive_a_wipe_as_far_as_they_can(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let inside = world.admitted(&sale).await;
        let order = world.ordered(&inside, &[1]).await;
        world.hold(&inside, &[2]).await.unwrap();
        world.wipe_redis();
        world.hold(&inside, &[3]).await.unwrap();
        assert_eq!(world.seat(&sale, 1).await, crate::sale::RESERVED, "an order is a promise");
        assert_eq!(world.seat(&sale, 2).await, crate::sale::FREE, "a hold is not");
        world.pay(&inside.caller, &order).await.unwrap();
    }

    async fn a_pass_does_not_outlive_its_own_end_because_of_a_wipe(world: World) {
        let policy = Policy { pass_lease_seconds: 60, claim_seconds: 30, ..capacity(1) };
        let sale = world.sale(policy, 10).await;
        let inside = world.admitted(&sale).await;
        world.wipe_redis();
        world.advance_seconds(59);
        world.hold(&inside, &[1]).await.unwrap();
        world.advance_seconds(1);
        refused!(world.hold(&inside, &[2]).await, Error::PassExpired);
    }

    async fn those_who_were_inside_count_until_the_journal_says_that_they_cannot_be(world: World) {
        let policy = Policy { pass_lease_seconds: 60, claim_seconds: 30, ..capacity(1) };
        let sale = world.sale(policy, 10).await;
        let _gone = world.admitted(&sale).await;
        let mut next = joined(&world, &sale, 1).await;
        world.wipe_redis();
        for _ in 0..80 {
            world.advance_ms(1_000);
            world.ask(&mut next[0]).await;
            world.office.step_lines().await.unwrap();
            assert_eq!(world.ask(&mut next[0]).await.state, State::Waiting);
        }
        world.advance_seconds(11);
        world.ask(&mut next[0]).await;
        world.tick().await;
        assert_eq!(world.ask(&mut next[0]).await.state, State::Admitted);
    }

    async fn one_who_is_known_to_be_out_does_not_come_in_again_after_a_wipe(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let mut bought = world.admitted(&sale).await;
        world.bought(&bought, &[1]).await;
        let mut revoked = world.admitted(&sale).await;
        let account = revoked.caller.account();
        world.office.revoke(&sale.organizer, sale.id, account).await.unwrap();
        let policy = Policy { pass_lease_seconds: 1, ..capacity(1) };
        let short = world.sale(policy, 10).await;
        let mut expired = world.admitted(&short).await;
        world.advance_seconds(120);
        world.wipe_redis();
        assert_eq!(world.ask(&mut expired).await.state, State::Expired);
        assert_eq!(world.ask(&mut bought).await.state, State::Done);
        assert_eq!(world.ask(&mut revoked).await.state, State::Revoked);
        refused!(world.office.join(&revoked.caller, sale.id).await, Error::Forbidden(_));
        assert_eq!(world.line(&sale).await.inside, 0);
        assert_eq!(world.line(&short).await.inside, 0);
    }

    async fn after_a_wipe_no_number_is_given_out_twice(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let mut numbers = BTreeSet::new();
        let mut all = Vec::new();
        for _ in 0..3 {
            for visitor in joined(&world, &sale, 4).await {
                all.push(visitor);
            }
            world.wipe_redis();
        }
        for visitor in &mut all {
            let answer = world.ask(visitor).await;
            assert_eq!(answer.state, State::Waiting);
            assert!(numbers.insert(answer.place.number()), "{} twice", answer.place.number());
        }
    }

    async fn joining_again_after_a_wipe_without_the_token_costs_the_old_place_nothing(
        world: World
    ) {
        let sale = world.sale(capacity(1), 10).await;
        let mut waiting = joined(&world, &sale, 2).await.remove(1);
        world.wipe_redis();
        let again = world.joined(&waiting.caller, &sale).await;
        assert!(again.place.number() > 2, "nothing shows that it had a place");
        let told = world.ask(&mut waiting).await;
        assert_eq!((told.state, told.place.number()), (State::Waiting, 2), "its token does");
        let joined = world.joined(&waiting.caller, &sale).await;
        assert_eq!(joined.place.number(), 2, "one place per account");
    }

    async fn numbers_that_were_never_given_out_are_published_and_not_counted(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let first = joined(&world, &sale, 3).await;
        world.tick().await;
        world.advance_ms(1_000);
        world.tick().await;
        world.wipe_redis();
        let late = world.buyer().await;
        let joined = world.joined(&late, &sale).await;
        world.advance_ms(1_000);
        let status = world.office.line_status(sale.id).await.unwrap();
        assert_eq!(status.gaps, [(4, joined.place.number() - 1)]);
        let mut late = world.join(&late, &sale).await;
        assert_eq!(world.ask(&mut late).await.ahead, 2, "of three one is inside");
        assert_eq!(status.waiting, 3);
        drop(first);
    }

    async fn a_draw_outlives_a_wipe_before_and_after_its_opening(world: World) {
        let policy = Policy { pre_queue_seconds: Some(600), ..capacity(1) };
        let sale = world.sale_in(60, policy, 10).await;
        let mut visitors = joined(&world, &sale, 3).await;
        let before = world.office.line_draw(sale.id).await.unwrap().commitment;
        world.wipe_redis();
        let told = ask_all(&world, &mut visitors).await;
        let early = State::PreQueued;
        assert_eq!(told, [(1, early), (2, early), (3, early)]);
        world.advance_seconds(60);
        world.tick().await;
        world.wipe_redis();
        world.advance_ms(1_000);
        world.tick().await;
        let draw = world.office.line_draw(sale.id).await.unwrap();
        assert_eq!(draw.commitment, before);
        let mut ranks = BTreeSet::new();
        for visitor in &mut visitors {
            ranks.insert(world.ask(visitor).await.rank.unwrap());
        }
        assert_eq!(ranks.len(), 3);
        assert!(ranks.iter().all(|rank| *rank <= draw.places.unwrap()));
    }

    async fn two_servers_repair_a_line_once(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let other = world.another_office().await;
        let mut visitors = joined(&world, &sale, 2).await;
        world.wipe_redis();
        let (mut one, mut two) = (visitors.remove(0), visitors.remove(0));
        let (one, two) = tokio::join!(world.ask(&mut one), other.ask(&mut two));
        assert_eq!((one.place.epoch(), two.place.epoch()), (2, 2));
        assert_eq!((one.place.number(), two.place.number()), (1, 2));
    }
}

/// A restart that brings back an old state would give numbers out again; the run id shows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn a_restart_with_an_old_file_is_seen_and_no_number_is_given_out_twice() {
    on_own_redis(|world, redis| async move {
        let sale = world.sale(capacity(1), 10).await;
        let mut visitors = joined(&world, &sale, 2).await;
        world.tick().await;
        redis.save();
        visitors.extend(joined(&world, &sale, 2).await);
        let before = ask_all(&world, &mut visitors).await;
        redis.kill_and_start();
        let after = after_the_restart(&world, &mut visitors).await;
        assert_eq!(after, before);
        let newcomer = world.buyer().await;
        let joined = world.joined(&newcomer, &sale).await;
        assert!(joined.place.number() > 4, "{}", joined.place.number());
        assert_eq!(joined.place.epoch(), 2);
        assert_eq!(world.line(&sale).await.inside, 1);
        world.advance_ms(RESUMES_AFTER_MS);
        world.leave(&visitors[0]).await.unwrap();
        ask_all(&world, &mut visitors[1..]).await;
        world.tick().await;
        assert_eq!(world.ask(&mut visitors[1]).await.state, State::Admitted);
    })
    .await;
}

/// The first question after a restart meets the dead connection; it is told to try again, and
/// nothing reconnects behind its back.
async fn after_the_restart(world: &World, visitors: &mut [Visitor]) -> Vec<(u64, State)> {
    let Visitor { caller, performance, place_token, .. } = &visitors[0];
    refused!(world.office.ask(caller, *performance, place_token).await, Error::Unavailable(_));
    ask_all(world, visitors).await
}

/// Without the comparison of run ids the old state is taken for good.
#[cfg(feature = "broken-guards")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn without_the_run_id_a_restart_gives_a_number_out_twice() {
    use ticketing_core::Broken;

    let broken = Broken { run_id: true, ..Broken::default() };
    crate::world::on_own_redis_broken(broken, |world, redis| async move {
        let sale = world.sale(capacity(1), 10).await;
        joined(&world, &sale, 2).await;
        redis.save();
        let lost = world.buyer().await;
        let lost = world.joined(&lost, &sale).await;
        redis.kill_and_start();
        let newcomer = world.buyer().await;
        // The first call meets the dead connection.
        let _ = world.office.join(&newcomer, sale.id).await;
        let joined = world.joined(&newcomer, &sale).await;
        assert_eq!(joined.place.number(), lost.place.number(), "two have one number");
    })
    .await;
}

/// Without the journal a wipe forgets who is inside: another comes in while the first one's lease
/// runs, and its pass is worth nothing.
#[cfg(feature = "broken-guards")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn without_the_journal_a_wipe_lets_more_in_than_may_be_inside() {
    use ticketing_core::Broken;

    let broken = Broken { journal: true, ..Broken::default() };
    crate::world::on_broken_services(broken, |world| async move {
        let sale = world.sale(capacity(1), 10).await;
        let first = world.admitted(&sale).await;
        let mut second = joined(&world, &sale, 1).await.remove(0);
        world.wipe_redis();
        world.ask(&mut second).await;
        world.advance_ms(RESUMES_AFTER_MS);
        world.ask(&mut second).await;
        world.tick().await;
        assert_eq!(world.ask(&mut second).await.state, State::Admitted);
        refused!(world.hold(&first, &[1]).await, Error::PassExpired);
    })
    .await;
}
