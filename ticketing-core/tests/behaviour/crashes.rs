//! A process that dies between an order's commit and its projection into the live sale: the books
//! are right, the seats are not, in either direction. The reconciler puts it right, and until then
//! nobody is cheated.

use ticketing_core::catalog::Policy;
use ticketing_core::orders::OrderStatus;
use ticketing_core::seats::SeatStatus;
use ticketing_core::{Broken, Error};

use crate::world::World;

const FREE: u8 = SeatStatus::Free as u8;
const RESERVED: u8 = SeatStatus::Reserved as u8;
const DEAD_AFTER_COMMIT: Broken = Broken { projection: true, ..Broken::NONE };

async fn a_seat_that_looks_free_is_still_sold_once(world: World) {
    let sale = world.sale(Policy::default(), 10).await;
    let (owner, other) = (world.admitted(&sale).await, world.admitted(&sale).await);
    let hold = world.hold(&owner, &[3]).await.unwrap();
    world.order(&owner, &hold).await.unwrap();
    // The hold and the order's grace are over, the order is not: the seat looks free.
    world.advance_seconds(304);
    world.office.step_lines().await.unwrap();
    assert_eq!(world.seats(&sale).await[3], FREE);
    let hold = world.hold(&other, &[3]).await.unwrap();
    refused!(world.order(&other, &hold).await, Error::SeatTaken { .. });
    world.office.step_seats().await.unwrap();
    assert_eq!(world.seats(&sale).await[3], RESERVED);
    refused!(world.hold(&other, &[3]).await, Error::SeatTaken { .. });
}

async fn a_seat_that_looks_taken_for_ever_comes_back(world: World) {
    let sale = world.sale(Policy::default(), 10).await;
    let owner = world.admitted(&sale).await;
    let hold = world.hold(&owner, &[3]).await.unwrap();
    let order = world.order(&owner, &hold).await.unwrap().order;
    world.office.step_seats().await.unwrap();
    assert_eq!(world.seats(&sale).await[3], RESERVED);
    world.advance_seconds(601);
    world.office.step_expiry().await.unwrap();
    let order = world.office.order(&owner.caller, order.id).await.unwrap().order;
    assert_eq!(order.status, OrderStatus::Expired);
    assert_eq!(world.seats(&sale).await[3], RESERVED, "nobody has shown the expiry yet");
    world.office.step_seats().await.unwrap();
    assert_eq!(world.seats(&sale).await[3], FREE);
}

/// On the services the claim is a constraint; without it a seat is sold twice.
#[cfg(feature = "services")]
async fn without_the_unique_claim_a_seat_that_looks_free_is_sold_twice(world: World) {
    let sale = world.sale(Policy::default(), 10).await;
    let drop_claim = "ALTER TABLE claims DROP CONSTRAINT claims_seat_unique";
    world.office.execute_sql(drop_claim).await.unwrap();
    let (owner, other) = (world.admitted(&sale).await, world.admitted(&sale).await);
    let hold = world.hold(&owner, &[3]).await.unwrap();
    world.order(&owner, &hold).await.unwrap();
    world.advance_seconds(304);
    world.office.step_lines().await.unwrap();
    let hold = world.hold(&other, &[3]).await.unwrap();
    let second = world.order(&other, &hold).await.unwrap();
    assert_eq!(second.order.seats, [3]);
}

macro_rules! crashes {
    ($($name:ident),*) => {
        mod embedded {
            $(#[tokio::test]
            async fn $name() {
                crate::world::on_broken_embedded(super::DEAD_AFTER_COMMIT, super::$name).await;
            })*
        }

        #[cfg(feature = "services")]
        mod services {
            $(#[tokio::test]
            #[ignore = "needs ./services up"]
            async fn $name() {
                crate::world::on_broken_services(super::DEAD_AFTER_COMMIT, super::$name).await;
            })*

            #[tokio::test]
            #[ignore = "needs ./services up"]
            async fn without_the_unique_claim_a_seat_that_looks_free_is_sold_twice() {
                let body = super::without_the_unique_claim_a_seat_that_looks_free_is_sold_twice;
                crate::world::on_broken_services(super::DEAD_AFTER_COMMIT, body).await;
            }
        }
    };
}

crashes!(a_seat_that_looks_free_is_still_sold_once, a_seat_that_looks_taken_for_ever_comes_back);
