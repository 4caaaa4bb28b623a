//! A server that dies while its tick is half done: any other finishes it. Nobody comes in twice,
//! and no slot is lost.
//!
//! Where it can die: after it has chosen; after it has written the journal; after it has told. And
//! two servers can finish the same tick at once, or one of them much later than the other.

use ticketing_core::Broken;
use ticketing_core::admission::State;

use crate::line::capacity;
use crate::world::{World, on_services};

const DIES_AFTER_CHOOSING: Broken = Broken { journaling: true, ..Broken::NONE };
const DIES_AFTER_THE_JOURNAL: Broken = Broken { publishing: true, ..Broken::NONE };

async fn another_server_finishes(world: World, dies: Broken) {
    let sale = world.sale(capacity(2), 10).await;
    let dying = world.another_broken_office(dies).await;
    let mut visitors = Vec::new();
    for buyer in world.buyers(4).await {
        visitors.push(world.join(&buyer, &sale).await);
    }
    dying.tick().await;
    assert_eq!(world.line(&sale).await.inside, 2, "they count, though nobody told them");
    for visitor in &mut visitors {
        assert_eq!(world.ask(visitor).await.state, State::Waiting);
    }
    dying.tick().await;
    assert_eq!(world.line(&sale).await.inside, 2, "nobody else is chosen meanwhile");
    let other = world.another_office().await;
    let (one, two) = tokio::join!(world.office.step_lines(), other.office.step_lines());
    one.unwrap();
    two.unwrap();
    let mut states = Vec::new();
    for visitor in &mut visitors {
        states.push(world.ask(visitor).await.state);
    }
    let (came_in, waits) = (State::Admitted, State::Waiting);
    assert_eq!(states, [came_in, came_in, waits, waits]);
    world.leave(&visitors[0]).await.unwrap();
    world.leave(&visitors[1]).await.unwrap();
    world.tick().await;
    let report = world.line(&sale).await;
    assert_eq!((report.inside, report.max_inside), (2, 2));
}

#[tokio::test]
#[ignore = "needs ./services up"]
async fn a_tick_that_was_chosen_and_not_written_is_finished_by_another_server() {
    on_services(|world| another_server_finishes(world, DIES_AFTER_CHOOSING)).await;
}

#[tokio::test]
#[ignore = "needs ./services up"]
async fn a_tick_that_was_written_and_not_told_is_finished_by_another_server() {
    on_services(|world| another_server_finishes(world, DIES_AFTER_THE_JOURNAL)).await;
}

#[tokio::test]
#[ignore = "needs ./services up"]
async fn one_who_was_chosen_and_leaves_before_it_is_told_is_not_told() {
    on_services(|world| async move {
        let sale = world.sale(capacity(1), 10).await;
        let dying = world.another_broken_office(DIES_AFTER_CHOOSING).await;
        let buyers = world.buyers(2).await;
        let mut chosen = world.join(&buyers[0], &sale).await;
        let mut next = world.join(&buyers[1], &sale).await;
        dying.tick().await;
        world.leave(&chosen).await.unwrap();
        assert_eq!(world.line(&sale).await.inside, 0);
        world.tick().await;
        world.tick().await;
        assert_eq!(world.ask(&mut chosen).await.state, State::Left);
        assert_eq!(world.ask(&mut next).await.state, State::Admitted);
    })
    .await;
}

/// What was chosen and not written is forgotten by a wipe: nobody was told, nobody is inside.
#[tokio::test]
#[ignore = "needs ./services up"]
async fn a_wipe_between_choosing_and_the_journal_costs_nobody_anything() {
    on_services(|world| async move {
        let sale = world.sale(capacity(1), 10).await;
        let dying = world.another_broken_office(DIES_AFTER_CHOOSING).await;
        let buyer = world.buyer().await;
        let mut visitor = world.join(&buyer, &sale).await;
        dying.tick().await;
        world.wipe_redis();
        assert_eq!(world.ask(&mut visitor).await.state, State::Waiting);
        assert_eq!(world.line(&sale).await.inside, 0);
        world.advance_ms(2_000);
        world.ask(&mut visitor).await;
        world.tick().await;
        assert_eq!(world.ask(&mut visitor).await.state, State::Admitted);
    })
    .await;
}
