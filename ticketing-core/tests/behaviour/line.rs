//! The line: nobody overtakes, nobody blocks, and never more inside than the capacity.

use futures_util::future::join_all;

use ticketing_core::Error;
use ticketing_core::admission::State;
use ticketing_core::catalog::{PerformanceChange, Policy, PolicyChange};

use crate::sale::Visitor;
use crate::world::World;

/// A present place asks at least this often.
const PRESENT_MS: u64 = 2_000;
/// Others wait this long beyond a deadline.
const GRACE_MS: u64 = 250;

pub(crate) fn capacity(line_capacity: u32) -> Policy {
    Policy { line_capacity, ..Policy::default() }
}

pub(crate) fn capacity_change(line_capacity: u32) -> PolicyChange {
    PolicyChange { line_capacity: Some(line_capacity), ..PolicyChange::default() }
}

async fn states(world: &World, visitors: &mut [Visitor]) -> Vec<State> {
    let mut states = Vec::new();
    for visitor in visitors {
        states.push(world.ask(visitor).await.state);
    }
    states
}

behaviour! {
    async fn a_newcomer_does_not_overtake_those_who_wait_when_a_slot_frees(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let inside = world.admitted(&sale).await;
        let buyers = world.buyers(2).await;
        let mut waiting = world.join(&buyers[0], &sale).await;
        world.leave(&inside).await.unwrap();
        let mut newcomer = world.join(&buyers[1], &sale).await;
        assert_eq!(world.ask(&mut newcomer).await.state, State::Waiting);
        world.tick().await;
        assert_eq!(world.ask(&mut newcomer).await.state, State::Waiting);
        assert_eq!(world.ask(&mut waiting).await.state, State::Admitted);
    }

    async fn those_who_are_present_come_in_by_their_numbers(world: World) {
        let sale = world.sale(capacity(2), 10).await;
        let mut visitors = Vec::new();
        for buyer in world.buyers(6).await {
            visitors.push(world.join(&buyer, &sale).await);
        }
        for first in [0, 2, 4] {
            world.tick().await;
            let states = states(&world, &mut visitors).await;
            let admitted = |state: &State| *state == State::Admitted;
            assert_eq!(states.iter().position(admitted), Some(first));
            assert_eq!(states.iter().filter(|state| admitted(state)).count(), 2);
            world.leave(&visitors[first]).await.unwrap();
            world.leave(&visitors[first + 1]).await.unwrap();
        }
    }

    async fn an_absent_place_is_passed_over_and_is_next_when_it_asks(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let inside = world.admitted(&sale).await;
        let buyers = world.buyers(3).await;
        let mut absent = world.join(&buyers[0], &sale).await;
        let mut second = world.join(&buyers[1], &sale).await;
        world.advance_ms(PRESENT_MS + 1);
        world.ask(&mut second).await;
        world.leave(&inside).await.unwrap();
        world.tick().await;
        assert_eq!(world.ask(&mut second).await.state, State::Admitted);
        assert_eq!(world.ask(&mut absent).await.state, State::Waiting);
        let mut third = world.join(&buyers[2], &sale).await;
        world.leave(&second).await.unwrap();
        world.tick().await;
        assert_eq!(world.ask(&mut third).await.state, State::Waiting);
        assert_eq!(world.ask(&mut absent).await.state, State::Admitted);
    }

    async fn an_idle_buyer_loses_the_slot_when_the_lease_ends(world: World) {
        let policy = Policy { pass_lease_seconds: 60, ..capacity(1) };
        let sale = world.sale(policy, 10).await;
        let mut idle = world.admitted(&sale).await;
        let buyer = world.buyer().await;
        let mut next = world.join(&buyer, &sale).await;
        let lease = world.ask(&mut idle).await.pass.unwrap().expires_at;
        assert_eq!(lease, world.now().plus_seconds(60));
        world.advance_seconds(30);
        let asked_again = world.ask(&mut idle).await.pass.unwrap().expires_at;
        assert_eq!(asked_again, lease, "a lease never slides");
        world.advance_seconds(30);
        refused!(world.hold(&idle, &[0]).await, Error::PassExpired);
        world.ask(&mut next).await;
        world.tick().await;
        assert_eq!(world.ask(&mut next).await.state, State::Waiting, "the grace is not over");
        world.advance_ms(GRACE_MS);
        world.tick().await;
        assert_eq!(world.ask(&mut next).await.state, State::Admitted);
        assert_eq!(world.ask(&mut idle).await.state, State::Expired);
    }

    async fn a_turn_that_nobody_claims_goes_to_the_next(world: World) {
        let sale = world.sale(Policy { claim_seconds: 5, ..capacity(1) }, 10).await;
        let buyers = world.buyers(2).await;
        let mut silent = world.join(&buyers[0], &sale).await;
        let mut next = world.join(&buyers[1], &sale).await;
        world.tick().await;
        world.advance_ms(5_000);
        assert_eq!(world.ask(&mut next).await.state, State::Waiting);
        world.advance_ms(GRACE_MS);
        world.tick().await;
        assert_eq!(world.ask(&mut next).await.state, State::Admitted);
        assert_eq!(world.ask(&mut silent).await.state, State::Lapsed);
    }

    async fn a_turn_can_be_claimed_until_its_deadline_and_not_at_it(world: World) {
        let sale = world.sale(Policy { claim_seconds: 5, ..capacity(2) }, 10).await;
        let buyers = world.buyers(2).await;
        let mut early = world.join(&buyers[0], &sale).await;
        let mut late = world.join(&buyers[1], &sale).await;
        world.tick().await;
        world.advance_ms(4_999);
        assert_eq!(world.ask(&mut early).await.state, State::Admitted);
        world.advance_ms(1);
        assert_eq!(world.ask(&mut late).await.state, State::Lapsed);
    }

    async fn leaving_frees_the_slot_and_the_holds(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let mut inside = world.admitted(&sale).await;
        let buyer = world.buyer().await;
        let mut next = world.join(&buyer, &sale).await;
        world.hold(&inside, &[1, 2]).await.unwrap();
        world.leave(&inside).await.unwrap();
        assert_eq!(world.sales(&sale).await.seats.held, 0);
        world.tick().await;
        assert_eq!(world.ask(&mut next).await.state, State::Admitted);
        assert_eq!(world.ask(&mut inside).await.state, State::Left);
        refused!(world.hold(&inside, &[1]).await, Error::PassExpired);
    }

    async fn leaving_keeps_the_seats_of_a_placed_order(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let inside = world.admitted(&sale).await;
        let order = world.ordered(&inside, &[1, 2]).await;
        world.leave(&inside).await.unwrap();
        assert_eq!(world.sales(&sale).await.seats.reserved, 2);
        world.pay(&inside.caller, &order).await.unwrap();
    }

    async fn paying_ends_the_pass_and_lets_the_next_in(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let mut buyer = world.admitted(&sale).await;
        let caller = world.buyer().await;
        let mut next = world.join(&caller, &sale).await;
        world.bought(&buyer, &[4]).await;
        world.tick().await;
        assert_eq!(world.ask(&mut next).await.state, State::Admitted);
        assert_eq!(world.ask(&mut buyer).await.state, State::Done);
        refused!(world.hold(&buyer, &[5]).await, Error::PassExpired);
    }

    async fn lowering_the_capacity_evicts_nobody_and_admits_nobody(world: World) {
        let sale = world.sale(capacity(3), 10).await;
        let mut visitors = Vec::new();
        for buyer in world.buyers(4).await {
            visitors.push(world.join(&buyer, &sale).await);
        }
        world.tick().await;
        states(&world, &mut visitors).await;
        let policy = Some(capacity_change(1));
        let change = PerformanceChange { policy, ..Default::default() };
        world.office.change_performance(&sale.organizer, sale.id, change).await.unwrap();
        world.leave(&visitors[0]).await.unwrap();
        world.advance_ms(1_000);
        states(&world, &mut visitors).await;
        world.tick().await;
        let now = states(&world, &mut visitors).await;
        assert_eq!(now, [State::Left, State::Admitted, State::Admitted, State::Waiting]);
        world.leave(&visitors[1]).await.unwrap();
        world.leave(&visitors[2]).await.unwrap();
        world.tick().await;
        assert_eq!(world.ask(&mut visitors[3]).await.state, State::Admitted);
    }

    async fn a_rate_admits_no_more_than_it_says(world: World) {
        let policy = Policy { admit_per_minute: Some(60), ..capacity(100) };
        let sale = world.sale(policy, 10).await;
        let mut visitors = Vec::new();
        for buyer in world.buyers(20).await {
            visitors.push(world.join(&buyer, &sale).await);
        }
        let mut admitted = Vec::new();
        for _ in 0..50 {
            world.tick().await;
            let states = states(&world, &mut visitors).await;
            admitted.push(states.iter().filter(|state| **state == State::Admitted).count());
        }
        // One at once, then one a second.
        assert!(admitted[4] <= 2 && admitted[24] <= 6, "{admitted:?}");
        assert!((9..=11).contains(&admitted[49]), "{admitted:?}");
    }

    async fn two_servers_that_tick_at_once_admit_no_more_than_one(world: World) {
        let sale = world.sale(capacity(5), 10).await;
        let other = world.another_office().await;
        let buyers = world.buyers(50).await;
        let mut visitors = join_all(buyers.iter().map(|buyer| world.join(buyer, &sale))).await;
        for _ in 0..5 {
            world.clock.advance(std::time::Duration::from_millis(200));
            let (one, two) = tokio::join!(world.office.step_lines(), other.office.step_lines());
            one.unwrap();
            two.unwrap();
            let mut admitted = 0;
            for (turn, visitor) in visitors.iter_mut().enumerate() {
                let server = if turn % 2 == 0 { &world } else { &other };
                admitted += u32::from(server.ask(visitor).await.state == State::Admitted);
            }
            assert_eq!(admitted, 5);
        }
    }
}
