//! When a sale sells: one rule for what is shown and for everything that can be done.

use ticketing_core::catalog::{NewPerformance, PerformanceChange, Policy};
use ticketing_core::orders::OrderStatus;
use ticketing_core::{Error, SaleStatus, Timestamp};

use crate::sale::{OnSale, PRICE, hall, paid};
use crate::world::World;

const HOUR: u32 = 3_600;

/// What is held and whoever is inside outlasts everything here.
fn patient() -> Policy {
    let long = 10 * HOUR;
    Policy { hold_seconds: long, pass_lease_seconds: long, ..Policy::default() }
}

/// A sale that is open now, of a show that begins at some time.
async fn show_at(world: &World, policy: Policy, starts_at: Timestamp) -> OnSale {
    let organizer = world.organizer().await;
    let venue = world.venue(&organizer, &hall(10)).await;
    let new = world.details(venue, &[("Regular", Some(PRICE))]);
    world.put_on_sale(organizer, NewPerformance { policy, starts_at, ..new }).await
}

async fn status(world: &World, sale: &OnSale) -> SaleStatus {
    world.office.performance(None, sale.id).await.unwrap().status
}

behaviour! {
    async fn an_hour_after_the_show_began_nothing_is_sold(world: World) {
        let starts_at = world.now().plus_seconds(HOUR);
        let sale = show_at(&world, patient(), starts_at).await;
        let visitor = world.admitted(&sale).await;
        let hold = world.hold(&visitor, &[1]).await.unwrap();
        assert_eq!(status(&world, &sale).await, SaleStatus::OnSale);
        world.advance_seconds(u64::from(2 * HOUR));
        assert_eq!(status(&world, &sale).await, SaleStatus::Over);
        let late = world.buyer().await;
        match world.office.join(&late, sale.id).await {
            Err(Error::SaleEnded { ended_at }) => assert_eq!(ended_at, starts_at),
            other => panic!("{other:?}"),
        }
        refused!(world.hold(&visitor, &[2]).await, Error::SaleEnded { .. });
        refused!(world.order(&visitor, &hold).await, Error::SaleEnded { .. });
        assert_eq!(world.sales(&sale).await.seats.reserved, 0);
    }

    async fn a_sale_that_ends_after_the_show_began_sells_until_then(world: World) {
        let starts_at = world.now().plus_seconds(HOUR);
        let policy = Policy { sale_ends_at: Some(starts_at.plus_seconds(2 * HOUR)), ..patient() };
        let sale = show_at(&world, policy, starts_at).await;
        world.advance_seconds(u64::from(2 * HOUR));
        assert_eq!(status(&world, &sale).await, SaleStatus::OnSale);
        let visitor = world.admitted(&sale).await;
        world.bought(&visitor, &[1]).await;
        world.advance_seconds(u64::from(HOUR));
        assert_eq!(status(&world, &sale).await, SaleStatus::Over);
        let late = world.buyer().await;
        refused!(world.office.join(&late, sale.id).await, Error::SaleEnded { .. });
    }

    async fn a_sale_that_ends_before_the_show_begins_sells_no_longer(world: World) {
        let ends_at = world.now().plus_seconds(HOUR);
        let policy = Policy { sale_ends_at: Some(ends_at), ..patient() };
        let sale = world.sale(policy, 10).await;
        let visitor = world.admitted(&sale).await;
        world.advance_seconds(u64::from(HOUR));
        assert_eq!(status(&world, &sale).await, SaleStatus::Over);
        refused!(world.hold(&visitor, &[1]).await, Error::SaleEnded { .. });
    }

    async fn a_sale_moved_into_the_future_stops_at_once_and_keeps_its_orders(world: World) {
        let sale = world.sale(patient(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[1]).await;
        let hold = world.hold(&visitor, &[2]).await.unwrap();
        let later = Some(world.now().plus_seconds(HOUR));
        let moved = PerformanceChange { on_sale_at: later, ..Default::default() };
        world.office.change_performance(&sale.organizer, sale.id, moved).await.unwrap();
        assert_eq!(status(&world, &sale).await, SaleStatus::Listed);
        refused!(world.hold(&visitor, &[3]).await, Error::NotOnSale { .. });
        refused!(world.order(&visitor, &hold).await, Error::NotOnSale { .. });
        let late = world.buyer().await;
        refused!(world.office.join(&late, sale.id).await, Error::NotOnSale { .. });
        let kept = world.office.order(&visitor.caller, order.id).await.unwrap().order;
        assert_eq!((kept.status, kept.expires_at), (OrderStatus::PendingPayment, order.expires_at));
        world.settle_down().await;
        paid(world.pay(&visitor.caller, &order).await.unwrap());
        world.advance_seconds(u64::from(HOUR));
        world.order(&visitor, &hold).await.unwrap();
    }
}
