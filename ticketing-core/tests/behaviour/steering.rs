//! How an organizer steers a running line: within a second, and written down.

use ticketing_core::admission::State;
use ticketing_core::catalog::{PerformanceChange, Policy};
use ticketing_core::{Error, LineState, Steer};

use crate::line::{capacity, capacity_change};
use crate::sale::OnSale;
use crate::world::World;

/// Within this every server goes by a change.
const REACHES_ALL_MS: u64 = 1_001;

async fn steer(world: &World, sale: &OnSale, steer: Steer) {
    world.office.steer(&sale.organizer, sale.id, steer).await.unwrap();
}

behaviour! {
    async fn while_a_line_is_paused_nobody_comes_in_and_everybody_is_told_why(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let other = world.another_office().await;
        let buyers = world.buyers(2).await;
        let mut first = world.join(&buyers[0], &sale).await;
        steer(&world, &sale, Steer::Pause(Some("back at ten".into()))).await;
        world.advance_ms(REACHES_ALL_MS);
        let mut second = other.join(&buyers[1], &sale).await;
        for _ in 0..5 {
            other.tick().await;
            let answer = other.ask(&mut first).await;
            assert_eq!(answer.state, State::Waiting);
            assert_eq!(answer.message.as_deref(), Some("back at ten"));
        }
        let status = other.office.line_status(sale.id).await.unwrap();
        assert_eq!((status.state, status.admitted_through), (LineState::Paused, 0));
        assert_eq!(status.message.as_deref(), Some("back at ten"));
        steer(&world, &sale, Steer::Resume).await;
        world.ask(&mut second).await;
        world.tick().await;
        let answer = world.ask(&mut first).await;
        assert_eq!((answer.state, answer.message), (State::Admitted, None));
        assert_eq!(world.ask(&mut second).await.state, State::Waiting);
    }

    async fn a_draining_line_lets_in_who_waits_and_nobody_new(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let buyers = world.buyers(3).await;
        let mut first = world.join(&buyers[0], &sale).await;
        let mut second = world.join(&buyers[1], &sale).await;
        steer(&world, &sale, Steer::Drain(None)).await;
        refused!(world.office.join(&buyers[2], sale.id).await, Error::Conflict(_));
        let state = world.office.line_status(sale.id).await.unwrap().state;
        assert_eq!(state, LineState::Draining);
        world.tick().await;
        assert_eq!(world.ask(&mut first).await.state, State::Admitted);
        world.leave(&first).await.unwrap();
        world.ask(&mut second).await;
        world.tick().await;
        assert_eq!(world.ask(&mut second).await.state, State::Admitted);
        let state = world.office.line_status(sale.id).await.unwrap().state;
        assert_eq!(state, LineState::Closed);
        steer(&world, &sale, Steer::Resume).await;
        world.office.join(&buyers[2], sale.id).await.unwrap();
    }

    async fn a_raised_capacity_lets_more_in_and_a_rate_fewer(world: World) {
        let sale = world.sale(capacity(1), 100).await;
        let mut visitors = Vec::new();
        for buyer in world.buyers(10).await {
            visitors.push(world.join(&buyer, &sale).await);
        }
        world.tick().await;
        assert_eq!(world.line(&sale).await.inside, 1);
        steer(&world, &sale, Steer::Capacity(4)).await;
        world.tick().await;
        assert_eq!(world.line(&sale).await.inside, 4);
        steer(&world, &sale, Steer::Capacity(100)).await;
        steer(&world, &sale, Steer::Rate(Some(60))).await;
        world.tick().await;
        assert!(world.line(&sale).await.inside <= 5, "one at once, then one a second");
        steer(&world, &sale, Steer::Rate(None)).await;
        world.tick().await;
        assert_eq!(world.line(&sale).await.inside, 10);
        let out_of_bounds = world.office.steer(&sale.organizer, sale.id, Steer::Capacity(0)).await;
        refused!(out_of_bounds, Error::Validation(_));
    }

    async fn a_revoked_pass_is_worth_nothing_and_its_account_stays_out(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let mut inside = world.admitted(&sale).await;
        let buyer = world.buyer().await;
        let mut next = world.join(&buyer, &sale).await;
        world.hold(&inside, &[1, 2]).await.unwrap();
        let revoke = |account| world.office.revoke(&sale.organizer, sale.id, account);
        revoke(inside.caller.account()).await.unwrap();
        revoke(inside.caller.account()).await.unwrap();
        refused!(world.hold(&inside, &[3]).await, Error::PassExpired);
        assert_eq!(world.sales(&sale).await.seats.held, 0);
        assert_eq!(world.ask(&mut inside).await.state, State::Revoked);
        refused!(world.office.join(&inside.caller, sale.id).await, Error::Forbidden(_));
        world.tick().await;
        assert_eq!(world.ask(&mut next).await.state, State::Admitted);
        let stranger = world.buyer().await;
        revoke(stranger.account()).await.unwrap();
        refused!(world.office.join(&stranger, sale.id).await, Error::Forbidden(_));
    }

    async fn every_change_is_written_down_with_who_made_it(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        steer(&world, &sale, Steer::Pause(Some("a moment".into()))).await;
        world.advance_ms(10);
        steer(&world, &sale, Steer::Rate(Some(120))).await;
        let policy = Some(capacity_change(3));
        let change = PerformanceChange { policy, ..Default::default() };
        world.office.change_performance(&sale.organizer, sale.id, change).await.unwrap();
        let mut entries = world.office.audit(&sale.organizer, sale.id).await.unwrap();
        let changed = entries.remove(0);
        assert_eq!(changed.action, "change");
        assert_eq!(changed.detail, "policy.line_capacity 3");
        let told: Vec<_> =
            entries.iter().map(|entry| (entry.action.as_str(), entry.detail.as_str())).collect();
        assert_eq!(told, [("rate", "120 per minute"), ("pause", "a moment")]);
        assert!(entries.iter().all(|entry| entry.account_id == sale.organizer.account()));
        assert!(entries[0].at > entries[1].at);
    }

    async fn only_its_organizer_steers_a_line_and_reads_its_audit(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        for stranger in [world.buyer().await, world.organizer().await] {
            let (office, id) = (&world.office, sale.id);
            refused!(office.steer(&stranger, id, Steer::Resume).await, Error::Forbidden(_));
            let revoked = office.revoke(&stranger, id, stranger.account()).await;
            refused!(revoked, Error::Forbidden(_));
            refused!(office.audit(&stranger, id).await, Error::Forbidden(_));
        }
        assert!(world.office.audit(&sale.organizer, sale.id).await.unwrap().is_empty());
    }

    async fn changes_made_at_once_are_all_kept(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let other = world.another_office().await;
        let (one, two) = tokio::join!(
            world.office.steer(&sale.organizer, sale.id, Steer::Rate(Some(7))),
            other.office.steer(&sale.organizer, sale.id, Steer::Capacity(9)),
        );
        one.unwrap();
        two.unwrap();
        world.advance_ms(REACHES_ALL_MS);
        let view = world.office.performance(None, sale.id).await.unwrap();
        let Policy { admit_per_minute, line_capacity, .. } = view.performance.details.policy;
        assert_eq!((admit_per_minute, line_capacity), (Some(7), 9));
    }
}
