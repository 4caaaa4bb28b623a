//! Many at once: exactly as many inside as may be, at every instant, and nobody's absence or pace is
//! anybody else's loss.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use ticketing_core::Steer;
use ticketing_core::admission::State;
use ticketing_core::catalog::Policy;

use crate::line::capacity;

behaviour! {
    async fn of_ten_thousand_who_join_at_two_servers_exactly_ten_are_inside_at_every_instant(
        world: World
    ) {
        let sale = world.sale(capacity(10), 100).await;
        let other = world.another_office().await;
        let servers = [&world, &other];
        let buyers = world.buyers(10_000).await;
        let joining = buyers.iter().zip(servers.into_iter().cycle());
        let mut visitors = join_all(joining.map(|(buyer, at)| at.join(buyer, &sale))).await;
        for _ in 0..4 {
            world.clock.advance(std::time::Duration::from_millis(200));
            let asking = visitors.iter_mut().zip(servers.into_iter().cycle());
            let asking = join_all(asking.map(|(visitor, at)| at.ask(visitor)));
            let sampling = async {
                let mut most = 0;
                for _ in 0..50 {
                    most = most.max(world.line(&sale).await.inside);
                    tokio::task::yield_now().await;
                }
                most
            };
            let ticks = async { tokio::join!(world.office.step_lines(), other.office.step_lines()) };
            let (asked, most, (one, two)) = tokio::join!(asking, sampling, ticks);
            one.unwrap();
            two.unwrap();
            let numbers: BTreeSet<u64> = asked.iter().map(|answer| answer.place.number()).collect();
            assert_eq!(numbers, (1..=10_000).collect());
            assert!(most <= 10, "{most} inside");
        }
        let asking = visitors.iter_mut().zip(servers.into_iter().cycle());
        let asked = join_all(asking.map(|(visitor, at)| at.ask(visitor))).await;
        let inside: BTreeSet<u64> = asked
            .iter()
            .filter(|answer| answer.state == State::Admitted)
            .map(|answer| answer.place.number())
            .collect();
        assert_eq!(inside, (1..=10).collect());
        let report = world.line(&sale).await;
        assert_eq!((report.inside, report.max_inside, report.waiting), (10, 10, 9_990));
    }

    async fn a_hundred_who_are_gone_delay_the_next_by_one_claim_window_at_most(world: World) {
        let sale = world.sale(Policy { claim_seconds: 30, ..capacity(1) }, 10).await;
        for buyer in world.buyers(100).await {
            world.join(&buyer, &sale).await;
        }
        world.tick().await;
        let buyer = world.buyer().await;
        let mut next = world.join(&buyer, &sale).await;
        let begun = world.now();
        while world.ask(&mut next).await.state != State::Admitted {
            for _ in 0..5 {
                world.tick().await;
            }
        }
        let waited_ms = world.now().as_millis() - begun.as_millis();
        // One claim window, its grace, and the walk past a hundred numbers at a hundred a second.
        assert!(waited_ms <= 30_000 + 250 + 2_000 + 1_000, "{waited_ms} ms");
    }

    async fn a_poll_that_comes_when_it_was_told_to_is_never_too_late(world: World) {
        // The head is as fast as it can be: everybody before the last is gone, and slots are free.
        let sale = world.sale(capacity(50), 100).await;
        for buyer in world.buyers(3_000).await {
            world.join(&buyer, &sale).await;
        }
        let caller = world.buyer().await;
        let mut last = world.join(&caller, &sale).await;
        let steer = Steer::Capacity(60_000);
        let mut due = world.now();
        let mut steered = false;
        loop {
            if !world.now().is_before(due) {
                let told = world.ask(&mut last).await;
                if told.state == State::Admitted {
                    break;
                }
                let status = world.office.line_status(sale.id).await.unwrap();
                assert!(status.admitted_through <= 3_000, "the last was passed over");
                due = due.plus_millis(told.poll_after_ms.cast_signed());
            }
            if !steered && world.line(&sale).await.waiting < 2_500 {
                world.office.steer(&sale.organizer, sale.id, steer.clone()).await.unwrap();
                steered = true;
            }
            world.tick().await;
        }
        assert!(steered, "the organizer raised the pace in the middle");
    }
}
