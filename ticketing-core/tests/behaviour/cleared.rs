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

/// Longer than one step waits for what was under way before it.
const SETTLED_SECONDS: u64 = 61;
/// More steps than anything here takes.
const STEPS_MAX: u32 = 50;

async fn cancel(world: &World, sale: &OnSale) -> CancellationProgress {
    world.office.cancel_performance(&sale.organizer, sale.id).await.unwrap()
}

async fn progress(world: &World, sale: &OnSale) -> CancellationProgress {
    world.office.performance_cancellation(&sale.organizer, sale.id).await.unwrap()
}

/// Everything is done that is due, a while apart.
pub(crate) async fn cleared(world: &World) {
    for _ in 0..STEPS_MAX {
        world.advance_seconds(SETTLED_SECONDS);
        world.office.step_cancellations().await.unwrap();
        in_the_end(world).await;
    }
}

async fn production_of(world: &World, sale: &OnSale) -> ProductionId {
    let view = world.office.performance(Some(&sale.organizer), sale.id).await.unwrap();
    view.performance.details.production_id
}

async fn paid(world: &World, sale: &OnSale, seat: u32) -> (Caller, Order) {
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

    async fn one_without_orders_disappears_whole(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let production = production_of(&world, &sale).await;
        let waits = world.buyer().await;
        world.office.join(&waits, sale.id).await.unwrap();
        let named = world.office.production(production).await.unwrap();
        assert_eq!(named.id, production);
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

/// Of a cleared performance these tables say something, and no others: what the books need, and who changed
/// what.
#[cfg(feature = "services")]
const KEPT: [&str; 6] =
    ["movements", "orders", "outbox", "performance_audit", "sales_counters", "tickets"];

/// In which tables of the namespace there is something of a performance.
#[cfg(feature = "services")]
async fn tables_with(world: &World, sale: &OnSale) -> Vec<String> {
    let tables = "SELECT string_agg(table_name, ' ' ORDER BY table_name)
         FROM information_schema.columns NATURAL JOIN information_schema.tables
         WHERE table_type = 'BASE TABLE' AND table_schema = current_schema() AND column_name = 'performance_id'";
    let tables = world.namespace().sql_text(tables).await.unwrap();
    let mut with = Vec::new();
    for table in tables.split(' ') {
        let rows = format!(
            "SELECT count(*)::text FROM {table} WHERE performance_id = '{}'",
            sale.id.uuid()
        );
        if world.namespace().sql_text(&rows).await.as_deref() != Some("0") {
            with.push(table.to_owned());
        }
    }
    with
}

/// Five hundred orders and three hundred reviews; every server dies after one step.
#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn whichever_server_dies_another_ends_it() {
    crate::world::on_services(|world: crate::world::World| async move {
        let sale = crowd(&world, ORDERS).await;
        begins(&world);
        for (author, _) in &sale.1[..REVIEWS] {
            write(&world, author, sale.0.id, 3).await.unwrap();
        }
        let sale = sale.0;
        all_told(&world, &world).await;
        cancel(&world, &sale).await;
        let mut servers = 0;
        while !matches!(progress(&world, &sale).await.remains, Remains::Gone) {
            servers += 1;
            assert!(servers < STEPS_MAX, "there is no end of it");
            let one = world.another_office().await;
            one.office.step_cancellations().await.unwrap();
            drop(one);
            in_the_end(&world).await;
            world.advance_seconds(SETTLED_SECONDS);
        }
        assert!(servers > 3, "several took part");
        let ended = progress(&world, &sale).await;
        let all = u64::try_from(ORDERS).unwrap();
        assert_eq!((ended.orders_total, ended.refunded), (all, all));
        assert_eq!(crate::parts::cancels(&world).await.len(), ORDERS, "each once");
        all_told(&world, &world).await;
        while world.office.step_sold().await.unwrap() == ticketing_core::Step::Worked {}
        assert_eq!(tables_with(&world, &sale).await, KEPT);
        assert_eq!(world.namespace().live_keys(sale.id), [String::new(); 0]);
        assert_eq!(listed(&world, sale.id).await, []);
        adds_up(&world).await;
    })
    .await;
}

#[cfg(feature = "services")]
const ORDERS: usize = 500;
#[cfg(feature = "services")]
const REVIEWS: usize = 300;

/// A performance that so many have paid for.
#[cfg(feature = "services")]
async fn crowd(world: &World, count: usize) -> (OnSale, Vec<(Caller, Order)>) {
    use ticketing_core::catalog::{NewPerformance, Policy};
    let organizer = world.organizer().await;
    let venue = world.venue(&organizer, &crate::sale::hall(1_000)).await;
    let details = world.details(venue, &[("Regular", Some(crate::sale::PRICE))]);
    let starts_at = world.now().plus_seconds(crate::reviews::BEGINS_IN_SECONDS);
    let policy = Policy { line_capacity: 10_000, ..Policy::default() };
    let sale = world.put_on_sale(organizer, NewPerformance { starts_at, policy, ..details }).await;
    let mut bought = Vec::with_capacity(count);
    for seat in 0..u32::try_from(count).unwrap() {
        bought.push(paid(world, &sale, seat).await);
    }
    (sale, bought)
}
