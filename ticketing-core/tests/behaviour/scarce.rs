//! Admission that looks at the seats: nobody is let in for whom there is none.

use ticketing_core::LineState;
use ticketing_core::admission::State;
use ticketing_core::catalog::Policy;

use crate::line::capacity;

behaviour! {
    async fn no_more_come_in_than_there_are_seats(world: World) {
        let sale = world.sale(capacity(10), 3).await;
        let mut visitors = Vec::new();
        for buyer in world.buyers(5).await {
            visitors.push(world.join(&buyer, &sale).await);
        }
        world.tick().await;
        assert_eq!(world.line(&sale).await.inside, 3);
        let told = world.ask(&mut visitors[3]).await;
        assert!(told.likely_sold_out, "three inside for three seats");
        let status = world.office.line_status(sale.id).await.unwrap();
        assert_eq!((status.state, status.seats_left), (LineState::Open, 3));
    }

    async fn seats_on_hold_count_once_their_time_is_nearly_over(world: World) {
        let policy = Policy { hold_seconds: 60, ..capacity(10) };
        let sale = world.sale(policy, 2).await;
        let first = world.admitted(&sale).await;
        world.hold(&first, &[0, 1]).await.unwrap();
        let buyer = world.buyer().await;
        let mut waiting = world.join(&buyer, &sale).await;
        world.tick().await;
        assert_eq!(world.ask(&mut waiting).await.state, State::Waiting, "nothing for it to buy");
        world.advance_ms(31_000);
        let told = world.ask(&mut waiting).await;
        assert_eq!((told.state, told.likely_sold_out), (State::Waiting, false));
        world.tick().await;
        assert_eq!(world.ask(&mut waiting).await.state, State::Admitted);
    }

    async fn seats_that_come_back_let_people_in_again(world: World) {
        let sale = world.sale(capacity(10), 2).await;
        let first = world.admitted(&sale).await;
        let hold = world.hold(&first, &[0, 1]).await.unwrap();
        let buyer = world.buyer().await;
        let mut waiting = world.join(&buyer, &sale).await;
        world.tick().await;
        assert_eq!(world.ask(&mut waiting).await.state, State::Waiting);
        world.release(&first, &hold).await.unwrap();
        world.tick().await;
        assert_eq!(world.ask(&mut waiting).await.state, State::Admitted);
    }

    async fn when_all_is_sold_those_who_wait_stand_by_under_their_number(world: World) {
        let sale = world.sale(capacity(1), 1).await;
        let first = world.admitted(&sale).await;
        let buyer = world.buyer().await;
        let mut waiting = world.join(&buyer, &sale).await;
        world.bought(&first, &[0]).await;
        world.tick().await;
        let told = world.ask(&mut waiting).await;
        assert_eq!((told.state, told.poll_after_ms), (State::SoldOut, 30_000));
        assert_eq!((told.place.number(), told.ahead), (2, 0));
        assert_eq!(world.line(&sale).await.inside, 0);
    }
}
