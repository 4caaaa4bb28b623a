//! Searching: what looks the same is found, whatever it was typed on.

use ticketing_core::catalog::{Listing, NewPerformance};
use ticketing_core::{Error, Page};

use crate::sale::hall;
use crate::world::World;

async fn count(world: &World, listing: Listing) -> usize {
    let page = world.office.performances(None, listing, Page::default()).await.unwrap();
    page.items.len()
}

fn text(text: &str) -> Listing {
    Listing { text: Some(text.into()), ..Listing::default() }
}

fn genre(genre: &str) -> Listing {
    Listing { genre: Some(genre.into()), ..Listing::default() }
}

behaviour! {
    async fn a_search_knows_neither_case_nor_width_nor_normal_form(world: World) {
        let organizer = world.organizer().await;
        let venue = world.venue(&organizer, &hall(10)).await;
        let new = NewPerformance {
            title: "Konzert MÜNCHEN, große Halle".into(),
            description: "In der STRASSE der Künste.".into(),
            genre: "Straßenmusik".into(),
            ..world.details(venue, &[("Regular", Some(1))])
        };
        world.put_on_sale(organizer, new).await;
        for same in [
            "konzert münchen",
            "KONZERT mu\u{308}nchen",
            "ＫＯＮＺＥＲＴ",
            "kon\u{ad}zert",
            "straße",
            "GROSSE HALLE",
            "Strasse",
            " künste ",
            "",
        ] {
            assert_eq!(count(&world, text(same)).await, 1, "{same:?}");
        }
        for same in ["straßenmusik", "STRASSENMUSIK", "strassenmusik"] {
            assert_eq!(count(&world, genre(same)).await, 1, "{same:?}");
        }
        for other in ["munchen", "konzert in", "%", "_", "\\", "' OR 1=1 --"] {
            assert_eq!(count(&world, text(other)).await, 0, "{other:?}");
        }
        assert_eq!(count(&world, genre("straßen")).await, 0, "a genre is compared as a whole");
    }

    async fn a_search_that_no_store_could_take_is_refused(world: World) {
        for wrong in ["a\0", "a\u{202e}b", "a\u{1b}[31m", &"x".repeat(256)] {
            for listing in [text(wrong), genre(wrong)] {
                let found = world.office.performances(None, listing, Page::default()).await;
                refused!(found, Error::Validation(_));
            }
        }
    }
}
