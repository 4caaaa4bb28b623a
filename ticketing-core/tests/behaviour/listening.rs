//! Streams: frames that everybody shares, resumed where they were left, and an end for the slow.

use std::sync::Arc;

use ticketing_core::admission::State;
use ticketing_core::{LineEvent, LineListener, SeatEvent, SeatListener, StatusFrame};

use crate::line::capacity;
use crate::sale::{HELD, OnSale, Visitor};
use crate::world::World;

/// As many frames as a listener may fall behind, and one more.
const TOO_MANY: u32 = 65;

async fn push(world: &World) {
    world.advance_ms(200);
    world.office.step_lines().await.unwrap();
    world.office.step_push().await.unwrap();
}

async fn listen(world: &World, visitor: &Visitor) -> LineListener {
    let Visitor { caller, performance, place_token, .. } = visitor;
    world.office.listen_to_line(caller, *performance, place_token).await.unwrap()
}

async fn listen_to_seats(world: &World, sale: &OnSale, after: Option<(u32, u64)>) -> SeatListener {
    world.office.listen_to_seats(&sale.organizer, sale.id, after).await.unwrap()
}

async fn status(listener: &mut LineListener) -> Arc<StatusFrame> {
    match listener.next().await {
        Some(LineEvent::Status(frame)) => frame,
        other => panic!("expected a status, got {other:?}"),
    }
}

async fn place(listener: &mut LineListener) -> (State, u64) {
    match listener.next().await {
        Some(LineEvent::Place(answer)) => (answer.state, answer.ahead),
        other => panic!("expected a place, got {other:?}"),
    }
}

async fn changes(listener: &mut SeatListener) -> (u64, Vec<(u32, u8)>) {
    match listener.next().await {
        Some(SeatEvent::Changes(frame)) => (frame.sequence, frame.changes.clone()),
        other => panic!("expected changes, got {other:?}"),
    }
}

behaviour! {
    async fn everyone_hears_the_same_status_and_the_near_hear_of_their_place(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let inside = world.admitted(&sale).await;
        let mut visitors = Vec::new();
        for buyer in world.buyers(2).await {
            visitors.push(world.join(&buyer, &sale).await);
        }
        push(&world).await;
        let mut first = listen(&world, &visitors[0]).await;
        let mut second = listen(&world, &visitors[1]).await;
        let (one, two) = (status(&mut first).await, status(&mut second).await);
        assert!(Arc::ptr_eq(&one, &two), "made once for both");
        assert_eq!(place(&mut first).await, (State::Waiting, 0));
        assert_eq!(place(&mut second).await, (State::Waiting, 1));
        world.ask(&mut visitors[0]).await;
        world.leave(&inside).await.unwrap();
        push(&world).await;
        push(&world).await;
        assert_eq!(status(&mut second).await.status.admitted_through, 2);
        assert_eq!(place(&mut second).await, (State::Waiting, 0));
    }

    async fn a_far_listener_hears_the_status_only(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let buyers = world.buyers(500).await;
        let mut last = None;
        for buyer in &buyers {
            last = Some(world.join(buyer, &sale).await);
        }
        let mut listener = listen(&world, &last.unwrap()).await;
        status(&mut listener).await;
        push(&world).await;
        status(&mut listener).await;
    }

    async fn while_nothing_changes_nothing_is_sent(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let visitor = world.admitted(&sale).await;
        push(&world).await;
        let mut seats = listen_to_seats(&world, &sale, None).await;
        changes(&mut seats).await;
        for _ in 0..5 {
            push(&world).await;
        }
        world.hold(&visitor, &[3]).await.unwrap();
        push(&world).await;
        assert_eq!(changes(&mut seats).await.1, [(3, HELD)]);
    }

    async fn a_listener_to_the_seats_goes_on_where_it_was(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let visitor = world.admitted(&sale).await;
        let mut first = listen_to_seats(&world, &sale, None).await;
        let (before, nothing) = changes(&mut first).await;
        assert_eq!(nothing, []);
        world.hold(&visitor, &[1]).await.unwrap();
        push(&world).await;
        let (between, _) = changes(&mut first).await;
        world.hold(&visitor, &[2]).await.unwrap();
        push(&world).await;
        let mut resumed = listen_to_seats(&world, &sale, Some((1, before))).await;
        assert_eq!(changes(&mut resumed).await.1, [(1, HELD)]);
        assert_eq!(changes(&mut resumed).await.1, [(2, HELD)]);
        let mut resumed = listen_to_seats(&world, &sale, Some((1, between))).await;
        assert_eq!(changes(&mut resumed).await.1, [(2, HELD)]);
    }

    async fn a_listener_whose_map_is_of_another_time_is_told_to_read_it_again(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        world.admitted(&sale).await;
        for unknown in [(9, 0), (0, 0)] {
            let mut listener = listen_to_seats(&world, &sale, Some(unknown)).await;
            assert!(matches!(listener.next().await, Some(SeatEvent::Reset { epoch: 1, .. })));
        }
    }

    async fn a_listener_that_falls_too_far_behind_is_told_so_and_dropped(world: World) {
        let sale = world.sale(capacity(1), 10).await;
        let visitor = world.admitted(&sale).await;
        let mut seats = listen_to_seats(&world, &sale, None).await;
        let mut line = listen(&world, &visitor).await;
        changes(&mut seats).await;
        status(&mut line).await;
        for _ in 0..TOO_MANY {
            let hold = world.hold(&visitor, &[1]).await.unwrap();
            push(&world).await;
            world.release(&visitor, &hold).await.unwrap();
            let buyer = world.buyer().await;
            world.join(&buyer, &sale).await;
            push(&world).await;
        }
        assert!(matches!(seats.next().await, Some(SeatEvent::TooSlow)));
        assert!(seats.next().await.is_none());
        // About its own place it may hear once more before.
        let heard = [line.next().await, line.next().await];
        assert!(heard.iter().any(|event| matches!(event, Some(LineEvent::TooSlow))), "{heard:?}");
        assert!(line.next().await.is_none());
    }
}
