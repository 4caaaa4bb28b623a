//! Performances: who sees which, and what an organizer's changes do to a running sale.

use ticketing_core::accounts::Caller;
use ticketing_core::catalog::{Listing, NewPerformance, PerformanceChange, Policy, Sort};
use ticketing_core::{Error, Page, PerformanceId, Position, SaleStatus};

use crate::sale::{OnSale, PRICE, hall};
use crate::world::World;

/// A performance that everyone sees in an hour.
async fn unlisted(world: &World, organizer: &Caller) -> OnSale {
    let venue = world.venue(organizer, &hall(10)).await;
    let hour = world.now().plus_seconds(3600);
    let details = world.details(venue, &[("Regular", Some(PRICE))]);
    let details = NewPerformance { listed_at: hour, on_sale_at: hour, ..details };
    world.put_on_sale(*organizer, details).await
}

/// The first page of a list.
async fn listed(world: &World, caller: Option<&Caller>, listing: Listing) -> Vec<PerformanceId> {
    let page = world.office.performances(caller, listing, Page::default()).await.unwrap();
    page.items.iter().map(|view| view.performance.id).collect()
}

fn page_of_two(after: Option<Position>) -> Page {
    Page::new(Some(2), after).unwrap()
}

behaviour! {
    async fn lists_show_one_genre_and_are_sorted_by_opening_across_pages(world: World) {
        let organizer = world.organizer().await;
        let venue = world.venue(&organizer, &hall(10)).await;
        let mut made = Vec::new();
        for (genre, hours) in [("Musical", 3), ("concert", 1), ("Concert", 2), ("CONCERT", 0)] {
            let details = world.details(venue, &[("Regular", Some(PRICE))]);
            let on_sale_at = world.now().plus_seconds(hours * 3600);
            let details = NewPerformance { genre: genre.into(), on_sale_at, ..details };
            made.push(world.put_on_sale(organizer, details).await.id);
            world.advance_ms(1);
        }
        let concerts = Listing { genre: Some("Concert".into()), ..Listing::default() };
        assert_eq!(listed(&world, None, concerts.clone()).await, made[1..]);
        let concerts = Listing { sort: Sort::OnSaleAt, ..concerts };
        let first = world.office.performances(None, concerts.clone(), page_of_two(None));
        let first = first.await.unwrap();
        let page = page_of_two(first.next);
        let second = world.office.performances(None, concerts, page).await.unwrap();
        let both = first.items.iter().chain(&second.items);
        let both: Vec<PerformanceId> = both.map(|view| view.performance.id).collect();
        assert_eq!(both, [made[3], made[1], made[2]]);
        assert_eq!(second.next, None);
    }

    async fn before_it_is_listed_only_its_organizer_and_administrators_see_it(world: World) {
        let organizer = world.organizer().await;
        let sale = unlisted(&world, &organizer).await;
        let (office, root) = (&world.office, world.administrator());
        let (other, buyer) = (world.organizer().await, world.buyer().await);
        for stranger in [None, Some(&other), Some(&buyer)] {
            refused!(office.performance(stranger, sale.id).await, Error::NotFound(_));
            assert!(listed(&world, stranger, Listing::default()).await.is_empty());
        }
        refused!(office.join(&buyer, sale.id).await, Error::NotFound(_));
        refused!(office.seat_map(&buyer, sale.id).await, Error::NotFound(_));
        refused!(office.line_status(sale.id).await, Error::NotFound(_));
        refused!(office.sales(&other, sale.id).await, Error::NotFound(_));
        for owner in [&organizer, &root] {
            let seen = office.performance(Some(owner), sale.id).await.unwrap();
            assert_eq!((seen.status, seen.seats_free), (SaleStatus::Listed, Some(10)));
        }
        assert_eq!(listed(&world, Some(&organizer), Listing::default()).await, [sale.id]);
    }

    async fn from_the_moment_it_is_listed_everyone_sees_it(world: World) {
        let organizer = world.organizer().await;
        let sale = unlisted(&world, &organizer).await;
        world.advance_ms(3_600_000 - 1);
        refused!(world.office.performance(None, sale.id).await, Error::NotFound(_));
        world.advance_ms(1);
        world.office.performance(None, sale.id).await.unwrap();
        assert_eq!(listed(&world, None, Listing::default()).await, [sale.id]);
    }

    async fn a_sale_created_at_any_hour_is_open_at_its_own_time(world: World) {
        let organizer = world.organizer().await;
        let sale = unlisted(&world, &organizer).await;
        world.advance_seconds(3600);
        let visitor = world.admitted(&sale).await;
        world.bought(&visitor, &[0]).await;
    }

    async fn lists_are_searched_and_paged_without_losing_or_repeating_any(world: World) {
        for _ in 0..5 {
            world.sale(Policy::default(), 10).await;
        }
        let text = |text: &str| Listing { text: Some(text.to_owned()), ..Listing::default() };
        assert!(listed(&world, None, text("nothing")).await.is_empty());
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let search = text("CONTESTED");
            let found = world.office.performances(None, search, page_of_two(after)).await.unwrap();
            seen.extend(found.items.iter().map(|view| view.performance.id));
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 5);
        assert!(seen.is_sorted_by(|one, next| one < next));
    }

    async fn a_performance_needs_a_price_or_null_for_each_category_of_the_plan(world: World) {
        let organizer = world.organizer().await;
        let venue = world.venue(&organizer, &hall(10)).await;
        let prices: [&[(&str, Option<i64>)]; 6] = [
            &[],
            &[("Regular", Some(1)), ("Regular", Some(2))],
            &[("Regular", Some(1)), ("Royal box", Some(2))],
            &[("Regular", Some(-1))],
            &[("Regular", Some(i64::MAX))],
            &[("Regular", None)],
        ];
        for prices in prices {
            let details = world.details(venue, prices);
            let made = world.office.add_performance(&organizer, details, None).await;
            refused!(made, Error::Validation(_));
        }
    }

    async fn times_out_of_order_and_policies_of_zero_are_refused_by_field(world: World) {
        let organizer = world.organizer().await;
        let venue = world.venue(&organizer, &hall(10)).await;
        let details = world.details(venue, &[("Regular", Some(1))]);
        let wrong = NewPerformance {
            title: " ".into(),
            listed_at: details.starts_at,
            policy: Policy { line_capacity: 0, seats_per_buyer: 0, ..Policy::default() },
            ..details
        };
        let Err(Error::Validation(errors)) =
            world.office.add_performance(&organizer, wrong, None).await
        else {
            panic!("accepted");
        };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        let policy = ["policy.line_capacity", "policy.seats_per_buyer"];
        assert_eq!(fields, ["title", "on_sale_at", policy[0], policy[1]]);
    }

    async fn a_changed_price_reaches_the_running_sale(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let before = world.hold(&visitor, &[0]).await.unwrap();
        let other = world.another_office().await;
        let venue = world.office.performance(None, sale.id).await.unwrap();
        let venue = venue.performance.details.venue_id;
        let prices = Some(world.details(venue, &[("Regular", Some(1))]).prices);
        let change = PerformanceChange { prices, ..PerformanceChange::default() };
        other.office.change_performance(&sale.organizer, sale.id, change).await.unwrap();
        world.advance_ms(1_001);
        let after = world.hold(&visitor, &[1]).await.unwrap();
        assert_eq!((before.total.amount, after.total.amount), (PRICE, 1));
    }

    async fn a_category_without_a_price_is_not_for_sale_and_stays_so(world: World) {
        let plan = "name = \"Two\"\n[[categories]]\nname = \"A\"\n[[categories]]\nname = \"B\"\n\
            [[sections]]\nname = \"S\"\nrows = [\
            { label = \"1\", seats = \"1-3\", category = \"A\" }, \
            { label = \"2\", seats = \"1-3\", category = \"B\" }]\n";
        let prices = [("A", Some(PRICE)), ("B", None)];
        let sale = world.sale_of(Policy::default(), plan, &prices).await;
        let visitor = world.admitted(&sale).await;
        match world.hold(&visitor, &[2, 3]).await {
            Err(Error::SeatTaken { seats }) => assert_eq!(seats, [3]),
            other => panic!("{other:?}"),
        }
        let counts = world.sales(&sale).await.seats;
        assert_eq!((counts.free, counts.not_for_sale), (3, 3));
        let venue = world.office.performance(None, sale.id).await.unwrap();
        let all = [("A", Some(PRICE)), ("B", Some(PRICE))];
        let prices = world.details(venue.performance.details.venue_id, &all).prices;
        let change = PerformanceChange { prices: Some(prices), ..PerformanceChange::default() };
        let changed = world.office.change_performance(&sale.organizer, sale.id, change).await;
        refused!(changed, Error::Frozen(_));
    }
}
