//! While the provider is asked, nobody waits for us: no lock of ours is held in the books.

use std::time::Duration;

use ticketing_core::catalog::Policy;
use ticketing_core::{Broken, Payment};
use ticketing_gateway::{Fault, FaultPlan};

use crate::world::World;

/// Fails where another session holds a lock on a table of this deployment.
const NO_LOCK: &str = "DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_locks JOIN pg_class ON pg_class.oid = relation
        WHERE relnamespace = current_schema()::regnamespace AND pid <> pg_backend_pid()) THEN
        RAISE EXCEPTION 'a lock is held';
    END IF;
END $$";
/// Holds one for a while.
const A_LOCK: &str =
    "DO $$ BEGIN LOCK TABLE orders IN ROW SHARE MODE; PERFORM pg_sleep(0.4); END $$";

async fn nothing_is_locked_while_a_charge_is_under_way(world: World) {
    let sale = world.sale(Policy::default(), 10).await;
    let visitor = world.admitted(&sale).await;
    let order = world.ordered(&visitor, &[3]).await;
    let payment = world.approved(&order).await;
    world.wire.hold_charges();
    let paying = tokio::spawn({
        let (world, caller) = (world.clone(), visitor.caller);
        async move { world.office.pay(&caller, order.id, payment, world.key()).await }
    });
    world.wire.charge_waits().await;
    world.office.execute_sql(NO_LOCK).await.unwrap();
    world.wire.let_charges_go();
    paying.await.unwrap().unwrap();
}

async fn nothing_is_locked_while_a_refund_is_under_way(world: World) {
    let sale = world.sale(Policy::default(), 10).await;
    let visitor = world.admitted(&sale).await;
    let order = world.ordered(&visitor, &[3]).await;
    let gateway = world.wire.gateway();
    gateway.set_faults(FaultPlan::always(Fault::WrongAmount));
    let token = world.authorize(order.payment, "approve").await;
    let payment = Payment { payment: order.payment, token };
    world.office.pay(&visitor.caller, order.id, payment, world.key()).await.unwrap_err();
    gateway.set_faults(FaultPlan::default());
    world.wire.hold_refunds();
    let refunding = tokio::spawn({
        let office = world.office.clone();
        async move { office.step_refunds().await }
    });
    world.wire.charge_waits().await;
    world.office.execute_sql(NO_LOCK).await.unwrap();
    world.wire.let_charges_go();
    refunding.await.unwrap().unwrap();
}

async fn a_lock_that_is_held_is_seen(world: World) {
    let holding = tokio::spawn({
        let office = world.office.clone();
        async move { office.execute_sql(A_LOCK).await }
    });
    let seen = async {
        while world.office.execute_sql(NO_LOCK).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), seen).await.expect("the lock is seen");
    holding.await.unwrap().unwrap();
}

macro_rules! unlocked {
    ($($name:ident),*) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs ./services up"]
            async fn services() {
                crate::world::on_broken_services(super::Broken::NONE, super::$name).await;
            }
        }
    )*};
}

unlocked!(
    nothing_is_locked_while_a_charge_is_under_way,
    nothing_is_locked_while_a_refund_is_under_way,
    a_lock_that_is_held_is_seen
);
