//! Pages: a cursor stays good whatever happens to its row, and nobody makes one up.

use ticketing_core::catalog::{Listing, PerformanceChange, Policy, Sort};
use ticketing_core::{Error, Page, PerformanceId, Position};

use crate::world::World;

/// As an edge names this list.
const LIST: &str = "performances by creation";

async fn found(
    world: &World,
    sort: Sort,
    after: Option<Position>,
) -> (Vec<PerformanceId>, Option<Position>) {
    let listing = Listing { text: Some("contested".into()), sort, ..Listing::default() };
    let page = Page::new(Some(2), after).unwrap();
    let found = world.office.performances(None, listing, page).await.unwrap();
    (found.items.iter().map(|view| view.performance.id).collect(), found.next)
}

behaviour! {
    async fn the_next_page_follows_though_the_last_row_is_no_longer_found(world: World) {
        for sort in [Sort::Created, Sort::StartsAt] {
            let mut made = Vec::new();
            for _ in 0..5 {
                made.push(world.sale(Policy::default(), 10).await);
                world.advance_ms(1);
            }
            let (first, next) = found(&world, sort, None).await;
            assert_eq!(first, [made[0].id, made[1].id]);
            let renamed =
                PerformanceChange { title: Some("Called off".into()), ..Default::default() };
            // Who begins again at the first row shows it twice.
            for sale in &made[1..2] {
                let (office, organizer) = (&world.office, &sale.organizer);
                office.change_performance(organizer, sale.id, renamed.clone()).await.unwrap();
            }
            let (second, next) = found(&world, sort, next).await;
            assert_eq!(second, [made[2].id, made[3].id], "{sort:?}");
            assert_eq!(found(&world, sort, next).await, (vec![made[4].id], None));
            for sale in made[..1].iter().chain(&made[2..]) {
                let (office, organizer) = (&world.office, &sale.organizer);
                office.change_performance(organizer, sale.id, renamed.clone()).await.unwrap();
            }
        }
    }

    async fn a_cursor_is_good_for_its_own_list_on_every_server(world: World) {
        for _ in 0..3 {
            world.sale(Policy::default(), 10).await;
        }
        let (_, next) = found(&world, Sort::Created, None).await;
        let cursor = world.office.cursor(LIST, next.unwrap());
        let other = world.another_office().await;
        other.office.page(LIST, Some(2), Some(&cursor)).unwrap();
        refused!(other.office.page("orders", Some(2), Some(&cursor)), Error::Validation(_));
        let foreign = next.unwrap();
        let foreign = world.office.cursor("orders", foreign);
        for made_up in ["", "x", foreign.as_str(), "0190f4a2-0000-7000-8000-000000000001"] {
            refused!(world.office.page(LIST, None, Some(made_up)), Error::Validation(_));
        }
        for limit in [0, 501] {
            refused!(world.office.page(LIST, Some(limit), None), Error::Validation(_));
        }
    }
}
