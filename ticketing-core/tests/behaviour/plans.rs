//! Seating plans: what is refused, and where in the file it stands.

use serde_json::{Value, json};

use ticketing_core::catalog::{SEATS_MAX, SectionKind, VenueDetails};
use ticketing_core::{Error, Result};

use crate::world::World;

const ARENA: &str = include_str!("../../../venues/arena.toml");

async fn import(world: &World, seat_map: Value) -> Result<()> {
    let organizer = world.organizer().await;
    let details = VenueDetails { name: "House".into(), seat_map, ..VenueDetails::default() };
    world.office.add_venue(&organizer, details, None).await.map(drop)
}

/// The plan must be refused, with the fault at this place.
async fn refused_at(world: &World, plan: Value, place: &str) {
    let Err(Error::Validation(errors)) = import(world, plan).await else {
        panic!("a plan with a fault at {place} was not refused");
    };
    assert!(errors.iter().any(|error| error.field == place), "not at {place}: {errors:?}");
}

/// A compact plan of one category `A` and one section `S` with these rows.
fn compact(rows: &str) -> Value {
    let head = "name = \"House\"\n[[categories]]\nname = \"A\"\n[[sections]]\nname = \"S\"\n";
    json!(format!("{head}category = \"A\"\nrows = [{rows}]\n"))
}

/// An open seating plan with one zone of these rows.
fn open(rows: &Value) -> Value {
    let zone = json!({ "name": "Z", "position": { "x": 0, "y": 0 }, "rows": rows });
    json!({ "name": "House", "categories": [{ "name": "A", "color": "red" }], "zones": [zone] })
}

fn open_seat(guid: &str, category: &str) -> Value {
    let position = json!({ "x": 1.0, "y": 0.0 });
    json!({ "seat_guid": guid, "seat_number": guid, "position": position, "category": category })
}

behaviour! {
    async fn the_arena_has_its_known_numbers(world: World) {
        let organizer = world.organizer().await;
        let venue = world.venue(&organizer, ARENA).await;
        let map = world.office.venue(venue).await.unwrap().map.clone();
        assert_eq!(map.seats_total(), 1_500);
        let (mut standing, mut seats, mut accessible) = (0, 0, 0);
        for section in &map.sections {
            match &section.kind {
                SectionKind::Area { places, .. } => standing += places,
                SectionKind::Rows(rows) => {
                    let in_rows = || rows.iter().flat_map(|row| &row.seats);
                    seats += in_rows().count();
                    accessible += in_rows().filter(|seat| seat.accessible).count();
                }
            }
        }
        assert_eq!((seats, standing, accessible), (1_252, 248, 21));
        let labels: std::collections::HashSet<_> =
            (0..1_500).map(|seat| map.label(seat).unwrap()).collect();
        assert_eq!(labels.len(), 1_500, "every seat has a label of its own");
        assert_eq!(map.label(1_500), None);
    }

    async fn a_compact_plan_is_refused_with_the_place_in_the_file(world: World) {
        let row = |seats: &str| format!("{{ label = \"1\", seats = \"{seats}\" }}");
        refused_at(&world, compact(&row("1-3 2")), "sections[0].rows[0], seat 2").await;
        refused_at(&world, compact(&row("")), "sections[0].rows[0]").await;
        refused_at(&world, compact(&row("1-x")), "sections[0].rows[0].seats").await;
        let twice = format!("{}, {}", row("1"), row("2"));
        refused_at(&world, compact(&twice), "sections[0].rows[1]").await;
        let unknown = "{ label = \"1\", seats = \"7\", category = \"B\" }";
        refused_at(&world, compact(unknown), "sections[0].rows[0], seat 7").await;
        let nowhere = "{ label = \"1\", seats = \"7\", accessible = \"8\" }";
        refused_at(&world, compact(nowhere), "sections[0].rows[0].accessible").await;
        let key = "{ label = \"1\", seats = \"7\", colour = \"red\" }";
        refused_at(&world, compact(key), "seat_map").await;
        refused_at(&world, json!("not = [toml"), "seat_map").await;
    }

    async fn an_open_plan_is_refused_with_the_place_in_the_file(world: World) {
        let row = |number: &str, seats: Value| json!({ "row_number": number, "seats": seats });
        let twice = json!([
            row("1", json!([open_seat("a", "A"), open_seat("b", "A")])),
            row("2", json!([open_seat("a", "A")])),
        ]);
        refused_at(&world, open(&twice), "zones[0].rows[1].seats[0]").await;
        let unknown = json!([row("1", json!([open_seat("a", "A"), open_seat("b", "B")]))]);
        refused_at(&world, open(&unknown), "zones[0].rows[0].seats[1]").await;
        let empty = json!([row("1", json!([]))]);
        refused_at(&world, open(&empty), "zones[0].rows[0]").await;
        let torn = json!([row("1", json!([{ "seat_guid": "a" }]))]);
        refused_at(&world, open(&torn), "seat_map.zones[0].rows[0].seats[0]").await;
        let good = json!([row("1", json!([open_seat("a", "A")]))]);
        import(&world, open(&good)).await.unwrap();
    }

    async fn a_plan_with_too_many_seats_is_refused(world: World) {
        let area = |places: usize| {
            let head = "name = \"Field\"\n[[categories]]\nname = \"A\"\n[[areas]]\nname = \"F\"";
            json!(format!("{head}\ncategory = \"A\"\nplaces = {places}\n"))
        };
        refused_at(&world, area(SEATS_MAX + 1), "sections").await;
        refused_at(&world, area(u32::MAX as usize), "sections").await;
        refused_at(&world, area(0), "areas[0].places").await;
        let long = format!("{{ label = \"1\", seats = \"1-{}\" }}", SEATS_MAX + 1);
        refused_at(&world, compact(&long), "sections[0].rows[0].seats").await;
        import(&world, area(SEATS_MAX)).await.unwrap();
    }

    async fn anything_that_is_no_plan_is_refused(world: World) {
        for plan in [json!(null), json!(7), json!([]), json!({}), json!(""), json!({ "name": 1 })] {
            refused!(import(&world, plan).await, Error::Validation(_));
        }
    }
}
