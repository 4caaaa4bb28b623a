//! What hangs on a performance that does not take place goes once all money is back; what the books need
//! stays.

use ticketing_core::accounts::Caller;
use ticketing_core::catalog::Remains;
use ticketing_core::orders::{Order, OrderStatus};
use ticketing_core::ranking::RankedBy;
use ticketing_core::{
    CancellationProgress, CancellationState, Error, Page, ProductionId, SaleStatus,
};
use ticketing_gateway::FaultPlan;

use crate::events::all_told;
use crate::ledger::is_the_gateways;
use crate::parts::in_the_end;
use crate::reviews::{adds_up, begins, guest, listed, soon, write};
use crate::sale::OnSale;
use crate::world::World;

/// Longer than one step waits for what was under way before it, and until it is looked at again.
pub(crate) const SETTLED_SECONDS: u64 = 601;
/// More steps than anything here takes.
pub(crate) const STEPS_MAX: u32 = 50;

pub(crate) async fn cancel(world: &World, sale: &OnSale) -> CancellationProgress {
    world.office.cancel_performance(&sale.organizer, sale.id).await.unwrap()
}

pub(crate) async fn progress(world: &World, sale: &OnSale) -> CancellationProgress {
    world.office.performance_cancellation(&sale.organizer, sale.id).await.unwrap()
}

/// Everything is done that is due, a while apart.
pub(crate) async fn cleared(world: &World) {
    for _ in 0..STEPS_MAX {
        world.advance_seconds(SETTLED_SECONDS);
        ends_and_clears(world).await;
        in_the_end(world).await;
    }
}

pub(crate) async fn ends_and_clears(world: &World) {
    world.office.step_cancellations().await.unwrap();
    world.office.step_clearing().await.unwrap();
}

async fn production_of(world: &World, sale: &OnSale) -> ProductionId {
    let view = world.office.performance(Some(&sale.organizer), sale.id).await.unwrap();
    view.performance.details.production_id
}

pub(crate) async fn paid(world: &World, sale: &OnSale, seat: u32) -> (Caller, Order) {
    let visitor = world.admitted(sale).await;
    let order = world.bought(&visitor, &[seat]).await;
    (visitor.caller, order)
}

behaviour! {
    async fn line_seats_reviews_and_ranking_go_and_the_books_stay(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let (buyer, order) = paid(&world, &sale, 0).await;
        let other = guest(&world, &sale, 1).await;
        let waits = world.buyer().await;
        world.office.join(&waits, sale.id).await.unwrap();
        begins(&world);
        let review = write(&world, &buyer, sale.id, 5).await.unwrap().review.id;
        write(&world, &other, sale.id, 2).await.unwrap();
        world.office.like_review(&other, review, true).await.unwrap();
        let administrator = world.administrator();
        world.office.hide_review(&administrator, review, "rude", 3).await.unwrap();
        assert_eq!(cancel(&world, &sale).await.remains, Remains::Kept);
        assert_eq!(listed(&world, sale.id).await.len(), 1);
        cleared(&world).await;
        all_told(&world, &world).await;
        let ended = progress(&world, &sale).await;
        assert_eq!((ended.state, ended.remains), (CancellationState::Done, Remains::Gone));
        assert_eq!((ended.orders_total, ended.refunded), (2, 2));
        for office in [&world.office, &world.another_office().await.office] {
            let seats = office.seat_map(&buyer, sale.id).await;
            refused!(seats, Error::NotFound("sale"));
            let view = office.performance(None, sale.id).await.unwrap();
            assert_eq!((view.status, view.seats_free), (SaleStatus::Cancelled, None));
            assert_eq!(view.rating.map(|rating| rating.count), Some(0));
            refused!(office.review(None, review).await, Error::NotFound("review"));
            let ranking = office.ranking(RankedBy::SoldInAMonth, None).await.unwrap();
            assert_eq!(ranking.items.len(), 0);
        }
        assert_eq!(listed(&world, sale.id).await, []);
        let mine = world.office.my_reviews(&buyer, Page::default()).await.unwrap();
        assert_eq!(mine.items.len(), 0);
        adds_up(&world).await;
        let sales = world.office.sales(&sale.organizer, sale.id).await.unwrap();
        assert_eq!((sales.seats.free, sales.gross.amount), (100, 0));
        let kept = world.office.order(&buyer, order.id).await.unwrap();
        assert_eq!(kept.order.status, OrderStatus::Refunded);
        is_the_gateways(&world, &sale).await;
    }

    async fn reviews_stay_while_the_production_has_another_performance(world: World) {
        let organizer = world.organizer().await;
        let sale = soon(&world, organizer, None).await;
        let production = production_of(&world, &sale).await;
        let other = soon(&world, sale.organizer, Some(production)).await;
        let author = guest(&world, &sale, 0).await;
        begins(&world);
        let review = write(&world, &author, sale.id, 4).await.unwrap().review.id;
        cancel(&world, &sale).await;
        cleared(&world).await;
        assert_eq!(progress(&world, &sale).await.remains, Remains::Gone);
        assert_eq!(listed(&world, other.id).await, [review]);
        cancel(&world, &other).await;
        cleared(&world).await;
        assert_eq!(listed(&world, sale.id).await, []);
        adds_up(&world).await;
    }

    async fn reviews_stay_until_all_the_money_of_their_production_is_back(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let production = production_of(&world, &sale).await;
        let other = soon(&world, sale.organizer, Some(production)).await;
        let author = guest(&world, &sale, 0).await;
        let (_, stuck) = paid(&world, &other, 0).await;
        begins(&world);
        let review = write(&world, &author, sale.id, 4).await.unwrap().review.id;
        let not_returned = [stuck.payment.to_string()].into();
        world.wire.gateway().set_faults(FaultPlan { not_returned, ..FaultPlan::default() });
        cancel(&world, &sale).await;
        cancel(&world, &other).await;
        cleared(&world).await;
        assert_eq!(progress(&world, &sale).await.remains, Remains::Gone);
        assert_eq!(progress(&world, &other).await.state, CancellationState::Parked);
        assert_eq!(listed(&world, sale.id).await, [review]);
    }

    async fn what_is_paid_late_goes_back_before_and_after_everything_else_is_gone(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        paid(&world, &sale, 0).await;
        let mut late = Vec::new();
        for seat in [1, 2] {
            let visitor = world.admitted(&sale).await;
            late.push((world.ordered(&visitor, &[seat]).await, visitor));
        }
        // They end for want of payment, and only then is the performance cancelled.
        world.advance_seconds(900);
        world.settle_down().await;
        cancel(&world, &sale).await;
        let pay = async |place: usize| {
            let payment = late[place].0.payment;
            world.wire.is_announced(payment).await;
            world.wire.gateway().control(payment, "pay", serde_json::json!({})).await;
            crate::contradictions::hear(&world, payment, &format!("late {place}")).await;
        };
        for _ in 0..3 {
            world.advance_seconds(SETTLED_SECONDS);
            ends_and_clears(&world).await;
        }
        assert_eq!(progress(&world, &sale).await.remains, Remains::Kept, "the money comes first");
        world.settle_down().await;
        world.advance_seconds(SETTLED_SECONDS);
        ends_and_clears(&world).await;
        assert_eq!(progress(&world, &sale).await.remains, Remains::Going);
        pay(0).await;
        cleared(&world).await;
        assert_eq!(progress(&world, &sale).await.remains, Remains::Gone);
        pay(1).await;
        cleared(&world).await;
        for (order, visitor) in &late {
            let shown = world.office.order(&visitor.caller, order.id).await.unwrap();
            assert_ne!(shown.order.status, OrderStatus::Paid);
        }
        assert_eq!(crate::parts::cancels(&world).await.len(), 3);
    }

    async fn one_without_orders_disappears_whole(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let production = production_of(&world, &sale).await;
        let waits = world.buyer().await;
        world.office.join(&waits, sale.id).await.unwrap();
        let named = world.office.production(production).await.unwrap();
        assert_eq!(named.production.id, production);
        cancel(&world, &sale).await;
        cleared(&world).await;
        refused!(world.office.production(production).await, Error::NotFound("production"));
        refused!(
            world.office.performance_cancellation(&sale.organizer, sale.id).await,
            Error::NotFound("performance")
        );
    }

    async fn nothing_goes_before_the_money_is_back_and_a_redrive_finishes_it(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let mut authors = Vec::new();
        for seat in 0..8 {
            authors.push(paid(&world, &sale, seat).await);
        }
        begins(&world);
        for (author, _) in &authors[..5] {
            write(&world, author, sale.id, 5).await.unwrap();
        }
        let not_returned = authors[..3].iter().map(|(_, order)| order.payment.to_string());
        let faults = FaultPlan { not_returned: not_returned.collect(), ..FaultPlan::default() };
        world.wire.gateway().set_faults(faults);
        cancel(&world, &sale).await;
        cleared(&world).await;
        let parked = progress(&world, &sale).await;
        assert_eq!((parked.state, parked.remains), (CancellationState::Parked, Remains::Kept));
        assert_eq!((parked.refunded, parked.parked.len()), (5, 3), "exactly those");
        assert_eq!(listed(&world, sale.id).await.len(), 5);
        refused!(
            world.office.redrive_cancellation(&sale.organizer, sale.id).await,
            Error::Forbidden(_)
        );
        world.wire.gateway().set_faults(FaultPlan::default());
        let root = world.administrator();
        world.office.redrive_cancellation(&root, sale.id).await.unwrap();
        world.settle_down().await;
        let ended = progress(&world, &sale).await;
        assert_eq!((ended.state, ended.refunded), (CancellationState::Done, 8));
        cleared(&world).await;
        assert_eq!(progress(&world, &sale).await.remains, Remains::Gone);
        assert_eq!(listed(&world, sale.id).await, []);
    }
}
