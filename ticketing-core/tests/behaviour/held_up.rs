//! One sale that takes long holds up no other.

use ticketing_core::admission::State;

use crate::line::capacity;
use crate::world::on_services;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn a_sale_that_is_repaired_for_long_holds_up_no_other() {
    on_services(|world| async move {
        let stuck = world.sale(capacity(1), 10).await;
        let sale = world.sale(capacity(1), 10).await;
        world.join(&world.buyer().await, &stuck).await;
        let mut visitor = world.join(&world.buyer().await, &sale).await;
        world.wipe_redis();
        let repairing = world.namespace().repairing(stuck.id).await;
        let selling = async {
            while world.ask(&mut visitor).await.state != State::Admitted {
                world.advance_ms(200);
                tokio::task::yield_now().await;
            }
        };
        // One step goes on as long as the other sale is repaired.
        tokio::select! {
            stepped = world.office.step_lines() => panic!("it waits for no repair: {stepped:?}"),
            () = selling => {}
        }
        drop(repairing);
        world.settle_down().await;
    })
    .await;
}
