//! Proofs that are missing, foreign, ended, too short or not quite right.

use serde_json::json;

use crate::house::House;
use crate::routes::{all, names};
use crate::wire::Request;

#[tokio::test]
async fn without_a_valid_access_token_no_route_but_the_public_ones_answers() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let names = names(&house, &buyer).await;
    let before = house.books(&buyer.token).await;
    let foreign = House::with_signing_key([8; 32]).await.organizer;
    let (head, _) = house.administrator.rsplit_once('.').unwrap();
    let authorizations = [
        None,
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer garbage".to_owned()),
        Some(format!("Bearer {foreign}")),
        Some(format!("Bearer {head}.")),
        Some(format!("Basic {}", house.administrator)),
        Some(format!("Bearer {}", buyer.place)),
        Some(format!("Bearer {}", "x".repeat(10_000))),
    ];
    for route in all(&house, &names).iter().filter(|route| !route.public) {
        for authorization in &authorizations {
            let request = route.request(&house, &names, &buyer);
            let request = match authorization {
                Some(value) => request.header("Authorization", value),
                None => request,
            };
            let request = request.json(&route.body.clone().unwrap_or_default());
            request.ask().await.expect_problem("unauthenticated", 401);
        }
    }
    assert_eq!(house.books(&buyer.token).await, before);
}

#[tokio::test]
async fn an_access_token_ends_after_its_quarter_of_an_hour() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let names = names(&house, &buyer).await;
    house.advance_seconds(15 * 60);
    for route in all(&house, &names).iter().filter(|route| !route.public) {
        let request = route.request(&house, &names, &buyer).bearer_auth(&house.administrator);
        let request = request.json(&route.body.clone().unwrap_or_default());
        request.ask().await.expect_problem("unauthenticated", 401);
    }
}

#[tokio::test]
async fn a_request_that_may_be_repeated_needs_a_usable_key() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let names = names(&house, &buyer).await;
    let before = house.books(&buyer.token).await;
    let keys: [Option<&[u8]>; 7] = [
        None,
        Some(b""),
        Some(b"fifteen-chars-x"),
        Some(&[b'x'; 65]),
        Some(b"a key with blanks in it"),
        Some(b"sixteen-chars-\xff\xff"),
        Some(b"a\tkey\twith\ttabs\tin\tit"),
    ];
    for route in all(&house, &names).iter().filter(|route| route.needs_key) {
        for key in keys {
            let path = route.path(&house, &names);
            let request = house.call(route.method.clone(), &path).proven(&buyer);
            let request = match key {
                Some(key) => request.header("Idempotency-Key", key),
                None => request,
            };
            let request = request.json(&route.body.clone().unwrap_or_default());
            let problem = request.ask().await.expect_problem("validation", 400);
            assert_eq!(problem["errors"][0]["field"], "Idempotency-Key", "{}", route.path);
        }
    }
    assert_eq!(house.books(&buyer.token).await, before);
}

#[tokio::test]
async fn a_place_or_a_pass_with_one_character_changed_is_none() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let before = house.books(&buyer.token).await;
    let line = house.of_performance("/line");
    for place in variations(&buyer.place) {
        let asked = house.get(&line).bearer_auth(&buyer.token).header("Place-Token", &place);
        asked.ask().await.expect_problem("forbidden", 403);
        let left = house.call(reqwest::Method::DELETE, &line).bearer_auth(&buyer.token);
        left.header("Place-Token", &place).ask().await.expect_problem("forbidden", 403);
    }
    for pass in variations(&buyer.pass) {
        let hold = house.post(&house.of_performance("/holds")).bearer_auth(&buyer.token);
        let hold = hold.header("Pass-Token", &pass).key(&house.key());
        let hold = hold.json(&json!({"seats": [7]})).ask().await;
        hold.expect_problem("pass-required", 403);
    }
    assert_eq!(house.books(&buyer.token).await, before);
}

/// The token with each of its characters changed, cut short, made longer, and empty.
fn variations(token: &str) -> Vec<String> {
    let mut variations: Vec<String> = (0..token.len())
        .map(|at| {
            let other = if &token[at..=at] == "A" { "B" } else { "A" };
            format!("{}{other}{}", &token[..at], &token[at + 1..])
        })
        .collect();
    variations.push(token[..token.len() - 1].to_owned());
    variations.push(format!("{token}A"));
    variations.push(String::new());
    variations
}

#[tokio::test]
async fn a_place_and_a_pass_are_good_for_one_performance_only() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let other = house.add_performance(&json!({})).await;
    let line = house.get(&format!("/v1/performances/{other}/line")).proven(&buyer);
    line.ask().await.expect_problem("forbidden", 403);
    let hold = house.post(&format!("/v1/performances/{other}/holds")).proven(&buyer);
    let hold = hold.key(&house.key()).json(&json!({"seats": [0]})).ask().await;
    hold.expect_problem("pass-required", 403);
}
