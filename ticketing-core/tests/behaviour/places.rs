//! Places in the line: whose they are, what joining again does, and when there is no line.

use ticketing_core::admission::State;
use ticketing_core::catalog::{NewPerformance, Policy, Reentry};
use ticketing_core::{Error, LineState};

use crate::line::capacity;
use crate::sale::hall;

behaviour! {
    async fn joining_again_answers_the_same_place_while_it_lasts(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let mut inside = world.admitted(&sale).await;
        let buyer = world.buyer().await;
        let first = world.office.join(&buyer, sale.id).await.unwrap();
        let again = world.office.join(&buyer, sale.id).await.unwrap();
        assert_eq!(first.place, again.place);
        assert_eq!(first.place_token, again.place_token);
        let admitted = world.office.join(&inside.caller, sale.id).await.unwrap();
        assert_eq!(admitted.state, State::Admitted);
        assert_eq!(admitted.pass, world.ask(&mut inside).await.pass);
    }

    async fn joining_after_leaving_takes_a_new_number_at_the_end(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let inside = world.admitted(&sale).await;
        let buyer = world.buyer().await;
        let waiting = world.office.join(&buyer, sale.id).await.unwrap();
        world.leave(&inside).await.unwrap();
        let again = world.office.join(&inside.caller, sale.id).await.unwrap();
        assert_eq!(again.state, State::Waiting);
        assert!(again.place.number() > waiting.place.number());
    }

    async fn under_requeue_joining_again_while_waiting_goes_to_the_end(world: World) {
        let policy = Policy { reentry: Reentry::Requeue, ..capacity(1) };
        let sale = world.sale(policy, 10).await;
        let inside = world.admitted(&sale).await;
        let buyers = world.buyers(2).await;
        let mut old = world.join(&buyers[0], &sale).await;
        let mut patient = world.join(&buyers[1], &sale).await;
        let mut new = world.join(&buyers[0], &sale).await;
        assert_eq!(world.ask(&mut old).await.state, State::Left);
        world.leave(&inside).await.unwrap();
        world.tick().await;
        assert_eq!(world.ask(&mut new).await.state, State::Waiting);
        assert_eq!(world.ask(&mut patient).await.state, State::Admitted);
        let kept = world.office.join(&buyers[1], sale.id).await.unwrap();
        assert_eq!(kept.state, State::Admitted, "a pass is never lost by joining again");
    }

    async fn a_stranger_can_neither_ask_nor_leave_with_anothers_place(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let mut owner = world.admitted(&sale).await;
        let stranger = world.buyer().await;
        let token = &owner.place_token;
        refused!(world.office.ask(&stranger, sale.id, token).await, Error::Forbidden(_));
        refused!(world.office.leave(&stranger, sale.id, token).await, Error::Forbidden(_));
        assert_eq!(world.ask(&mut owner).await.state, State::Admitted);
    }

    async fn a_place_is_good_for_its_own_line_only(world: World) {
        let (here, there) = (world.sale(capacity(1), 10).await, world.sale(capacity(1), 10).await);
        let visitor = world.admitted(&here).await;
        let (caller, token) = (&visitor.caller, &visitor.place_token);
        refused!(world.office.ask(caller, there.id, token).await, Error::Forbidden(_));
        refused!(world.office.leave(caller, there.id, token).await, Error::Forbidden(_));
        refused!(world.office.ask(caller, here.id, "made up").await, Error::Forbidden(_));
    }

    async fn one_full_line_holds_up_no_other(world: World) {
        let (full, quiet) = (world.sale(capacity(1), 10).await, world.sale(capacity(1), 10).await);
        world.admitted(&full).await;
        let buyer = world.buyer().await;
        let mut waiting = world.join(&buyer, &full).await;
        world.admit(&buyer, &quiet).await;
        assert_eq!(world.ask(&mut waiting).await.state, State::Waiting);
    }

    async fn nobody_joins_before_the_on_sale_time_and_no_slot_is_used_up(world: World) {
        let organizer = world.organizer().await;
        let venue = world.venue(&organizer, &hall(10)).await;
        let details = world.details(venue, &[("Regular", Some(1))]);
        let on_sale_at = world.now().plus_seconds(60);
        let details = NewPerformance { on_sale_at, policy: capacity(1), ..details };
        let sale = world.put_on_sale(organizer, details).await;
        let early = world.buyer().await;
        refused!(world.office.join(&early, sale.id).await, Error::NotOnSale { .. });
        assert_eq!(world.office.line_status(sale.id).await.unwrap().state, LineState::Idle);
        world.advance_seconds(60);
        world.admitted(&sale).await;
    }

    async fn when_all_is_sold_the_line_says_so(world: World) {
        let sale = world.sale(capacity(1), 2).await;
        let buyer = world.admitted(&sale).await;
        let caller = world.buyer().await;
        let mut waiting = world.join(&caller, &sale).await;
        let order = world.ordered(&buyer, &[0, 1]).await;
        world.advance_ms(1_000);
        assert_eq!(world.ask(&mut waiting).await.state, State::Waiting, "it may come back yet");
        world.pay(&buyer.caller, &order).await.unwrap();
        world.advance_ms(1_000);
        assert_eq!(world.ask(&mut waiting).await.state, State::SoldOut);
        let newcomer = world.buyer().await;
        refused!(world.office.join(&newcomer, sale.id).await, Error::SoldOut);
        assert_eq!(world.office.line_status(sale.id).await.unwrap().state, LineState::SoldOut);
    }

    async fn who_waits_is_told_how_many_are_ahead_and_when_to_ask(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        world.admitted(&sale).await;
        let buyers = world.buyers(3).await;
        for (ahead, buyer) in buyers.iter().enumerate() {
            let mut visitor = world.join(buyer, &sale).await;
            let answer = world.ask(&mut visitor).await;
            assert_eq!(answer.ahead, ahead as u64);
            assert_eq!(answer.poll_after_ms, 1_000);
            assert!(answer.pass.is_none());
        }
    }
}
