//! The layout of a house and the status of its seats: apart, small, and shared.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::house::House;
use crate::wire::{Request, text};

const SEATS: u32 = 50_000;
const ROWS: u32 = 500;

/// A generated hall of 50,000 seats: aisles, two categories, wheelchairs.
fn large_plan() -> String {
    let mut plan = String::from(
        "name = \"Arena\"\n[[categories]]\nname = \"I\"\n[[categories]]\nname = \"II\"\n",
    );
    for block in 0..10 {
        let category = if block < 5 { "I" } else { "II" };
        let section =
            format!("[[sections]]\nname = \"Block {block}\"\ncategory = \"{category}\"\n");
        plan.push_str(&section);
        plan.push_str("rows = [\n");
        for row in 0..ROWS / 10 {
            let accessible = if row == 0 { ", accessible = \"1-2\"" } else { "" };
            writeln!(plan, "{{ label = \"{row}\", seats = \"1-50 _ 51-100\"{accessible} }},")
                .unwrap();
        }
        plan.push_str("]\n");
    }
    plan
}

async fn large_house() -> House {
    let mut house = House::open().await;
    let venue = json!({"name": "Arena", "seat_map": large_plan()});
    let venue = house.post("/v1/venues").bearer_auth(&house.organizer).json(&venue);
    house.venue = text(&venue.ask().await.expect(201)["id"]);
    let mut details = house.performance_details(&json!({"seats_per_buyer": 100}));
    let price = json!({"amount": 100, "currency": "EUR"});
    details["prices"] =
        json!([{"category": "I", "price": price}, {"category": "II", "price": price}]);
    let added = house.post("/v1/performances").bearer_auth(&house.organizer).json(&details);
    house.performance = text(&added.ask().await.expect(201)["id"]);
    house
}

#[tokio::test]
async fn a_hall_of_fifty_thousand_seats_is_small_on_the_wire() {
    let house = large_house().await;
    let buyer = house.new_inside().await;
    let seats: Vec<u32> = (0..100).map(|n| n * 499 % SEATS).collect();
    house.hold(&buyer, &seats).await;
    house.push().await;
    let hash = text(&house.get(&house.of_performance("")).ask().await.expect(200)["layout"]);
    let layout = house.of_performance(&format!("/layout/{hash}"));
    for coding in ["identity", "gzip", "zstd", "zstd;q=0, gzip", "br"] {
        let answer = house.get(&layout).header("Accept-Encoding", coding).ask().await;
        let said = answer.headers.get("content-encoding").map(|coding| coding.to_str().unwrap());
        let expected = ["gzip", "zstd"].into_iter().find(|name| coding.ends_with(name));
        assert_eq!(said, expected, "{coding}");
        assert!(answer.body.len() <= 100 * 1024, "{coding}: {} bytes", answer.body.len());
        assert_eq!(answer.headers["cache-control"], "private, max-age=31536000, immutable");
        let status = house.get(&house.of_performance("/seats")).bearer_auth(&buyer.token);
        let status = status.header("Accept-Encoding", coding).ask().await;
        let most = if expected.is_some() { 16 * 1024 } else { 51 * 1024 };
        assert!(status.body.len() <= most, "{coding}: {} bytes", status.body.len());
    }
}

#[tokio::test]
async fn a_layout_says_where_every_seat_is_and_its_hash_is_the_seats_own() {
    let house = large_house().await;
    let buyer = house.new_inside().await;
    let there = house.get(&house.of_performance("/layout?positions=true")).ask().await;
    assert_eq!(there.status, 307);
    let location = there.headers["location"].to_str().unwrap().to_owned();
    assert!(location.ends_with("?positions=true"), "{location}");
    let layout = house.get(&location).ask().await.expect(200);
    let layout: ticketing_wire::seats::Layout = serde_json::from_value(layout).unwrap();
    let sections = layout.sections.iter();
    let seats: Vec<_> = sections
        .flat_map(|section| section.rows.iter().flat_map(|row| row.seats(section.category)))
        .collect();
    assert_eq!(seats.len(), SEATS as usize);
    assert!(seats.iter().zip(0..).all(|(seat, index)| seat.index == index));
    assert_eq!((seats[50].gap_before, seats[50].label.as_str()), (1, "51"));
    assert_eq!((seats[1].accessible, seats[2].accessible), (true, false));
    assert_eq!((seats[0].category, seats[25_000].category), (0, 1));
    let now = house.get(&house.of_performance("/seats")).bearer_auth(&buyer.token).ask().await;
    let now: Value = now.expect(200);
    assert_eq!(now["layout"], layout.layout);
    assert_eq!(now["status"].as_str().unwrap().len(), SEATS as usize);
    let other = house.of_performance("/layout/AAAAAAAAAAAAAAAA");
    house.get(&other).ask().await.expect_problem("not-found", 404);
}

#[tokio::test]
async fn a_layout_is_shown_to_those_who_may_see_the_performance() {
    let house = House::open().await;
    let mut details = house.performance_details(&json!({}));
    details["listed_at"] = json!("2026-05-10T00:00:00Z");
    details["on_sale_at"] = json!("2026-05-11T00:00:00Z");
    let added = house.post("/v1/performances").bearer_auth(&house.organizer).json(&details);
    let added = added.ask().await.expect(201);
    let path = format!("/v1/performances/{}/layout", text(&added["id"]));
    let hashed = format!("{path}/{}", text(&added["layout"]));
    let stranger = house.new_buyer().await;
    for path in [&path, &hashed] {
        house.get(path).ask().await.expect_problem("not-found", 404);
        house.get(path).bearer_auth(&stranger).ask().await.expect_problem("not-found", 404);
        assert!(house.get(path).bearer_auth(&house.organizer).ask().await.status < 400);
    }
}
