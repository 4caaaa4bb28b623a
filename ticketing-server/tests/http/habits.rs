//! The habits of HTTP that every route has.

use reqwest::Method;
use serde_json::json;

use crate::house::House;
use crate::routes::{all, names};
use crate::wire::{Answer, Request, text};

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_answer_has_an_id_a_kind_that_is_meant_and_a_word_on_caching() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let names = names(&house, &buyer).await;
    for route in all(&house, &names) {
        let request = route.request(&house, &names, &buyer).bearer_auth(&buyer.token);
        let answer = request.header("X-Request-Id", "its-own.id/1").ask().await;
        assert_eq!(header(&answer, "x-request-id"), "its-own.id/1", "{}", route.path);
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{}", route.path);
        let secret = ["/v1/accounts", "/v1/sessions", "/v1/me", "/v1/orders", "/v1/synthetic"];
        let caching = header(&answer, "cache-control");
        assert!(!caching.is_empty(), "{}", route.path);
        if secret.iter().any(|start| route.path.starts_with(start)) {
            assert_eq!(caching, "no-store", "{}", route.path);
        }
        if answer.status >= 400 {
            assert_eq!(answer.problem()["request_id"], "its-own.id/1");
        }
    }
}

#[tokio::test]
async fn an_id_that_no_log_should_show_is_replaced() {
    let house = House::open().await;
    let long = "x".repeat(129);
    let mut seen = Vec::new();
    for id in ["", "two words", "a\tb", "<script>", long.as_str()] {
        let answer = house.get("/livez").header("X-Request-Id", id).ask().await;
        let given = header(&answer, "x-request-id").to_owned();
        assert!(given.len() == 32 && given != id && !seen.contains(&given), "{id:?}: {given}");
        seen.push(given);
    }
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case_and_every_401_says_how_to_prove_oneself() {
    let house = House::open().await;
    let token = house.new_buyer().await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let me = house.get("/v1/me").header("Authorization", format!("{scheme} {token}"));
        me.ask().await.expect(200);
    }
    let nobody = house.get("/v1/me").ask().await;
    nobody.expect_problem("unauthenticated", 401);
    assert_eq!(header(&nobody, "www-authenticate"), r#"Bearer realm="ticketing""#);
    let bad = [
        "Bearer",
        "Bearer ",
        "bearer x",
        "Basic YTpi",
        &format!("Bearer {token} x"),
        &format!("Bearer{token}"),
        &token,
    ];
    for authorization in bad {
        let answer = house.get("/v1/me").header("Authorization", authorization).ask().await;
        answer.expect_problem("unauthenticated", 401);
        let challenge = header(&answer, "www-authenticate");
        assert!(challenge.contains(r#"error="invalid_token""#), "{authorization}: {challenge}");
    }
    let twice = house.get("/v1/me").bearer_auth(&token).bearer_auth("another");
    twice.ask().await.expect_problem("unauthenticated", 401);
    let wrong = json!({"email": "nobody@example.org", "password": "a wrong password"});
    let wrong = house.post("/v1/sessions").json(&wrong).ask().await;
    assert_eq!(header(&wrong, "www-authenticate"), r#"Bearer realm="ticketing""#);
}

#[tokio::test]
async fn a_validator_knows_the_whole_body() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let organizer = &house.organizer;
    let performance = house.of_performance("");
    let paths = [performance.clone(), "/v1/performances".into(), house.of_performance("/seats")];
    for path in &paths {
        let ask = || house.get(path).bearer_auth(organizer);
        let first = ask().ask().await;
        first.expect(200);
        let tag = header(&first, "etag").to_owned();
        assert!(!tag.is_empty(), "{path}");
        let strong = tag.trim_start_matches("W/").to_owned();
        let list = format!("\"other\", {tag}");
        for known in [tag.as_str(), strong.as_str(), list.as_str(), "*"] {
            let answer = ask().header("If-None-Match", known).ask().await;
            assert_eq!((answer.status, answer.body.len()), (304, 0), "{path}: {known}");
            assert_eq!(header(&answer, "etag"), tag);
        }
        for unknown in ["\"other\"", "nonsense", ""] {
            assert_eq!(ask().header("If-None-Match", unknown).ask().await.status, 200);
        }
    }
    let tags = async || {
        let mut tags = Vec::new();
        for path in &paths {
            let answer = house.get(path).bearer_auth(organizer).ask().await;
            tags.push(header(&answer, "etag").to_owned());
        }
        tags
    };
    let before = tags().await;
    let price = json!({"prices": [{"category": "All", "price": {"amount": 9, "currency": "EUR"}}]});
    let change = house.call(Method::PATCH, &performance).bearer_auth(organizer).json(&price);
    change.ask().await.expect(200);
    let after = tags().await;
    assert_eq!((after[0] != before[0], after[1] != before[1]), (true, true), "the price is shown");
    house.hold(&buyer, &[3]).await;
    house.push().await;
    assert_ne!(tags().await[2], before[2], "a seat was taken");
}

#[tokio::test]
async fn what_we_do_not_read_or_write_is_refused_with_its_own_status() {
    let house = House::open().await;
    let sign_in = json!({"email": "root@example.org", "password": "a long password"});
    for coding in ["gzip", "br", "gzip, identity", "x"] {
        let coded = house.post("/v1/sessions").header("Content-Encoding", coding).json(&sign_in);
        let answer = coded.ask().await;
        answer.expect_problem("unsupported-media-type", 415);
        assert_eq!(header(&answer, "accept-encoding"), "identity");
    }
    let plain = house.post("/v1/sessions").header("Content-Encoding", "identity").json(&sign_in);
    plain.ask().await.expect(201);
    for accept in ["text/html", "application/xml;q=1", "application/json;q=0", "image/*, */*;q=0"] {
        let answer = house.get("/v1/performances").header("Accept", accept).ask().await;
        answer.expect_problem("not-acceptable", 406);
        let made = house.post("/v1/sessions").header("Accept", accept).json(&sign_in).ask().await;
        made.expect_problem("not-acceptable", 406);
    }
    for accept in ["*/*", "application/*", "text/html, application/json;q=0.1", "nonsense"] {
        house.get("/v1/performances").header("Accept", accept).ask().await.expect(200);
    }
}

#[tokio::test]
async fn an_array_is_never_taken_for_an_object() {
    let house = House::open().await;
    let (organizer, performance) = (&house.organizer, house.of_performance(""));
    let bodies = [
        (Method::POST, "/v1/sessions", json!(["root@example.org", "a long password"])),
        (Method::POST, "/v1/productions", json!(["A title", "", "", 0])),
        (Method::PATCH, performance.as_str(), json!({"policy": [5]})),
        (Method::PATCH, performance.as_str(), json!({"prices": [["All", null]]})),
    ];
    for (method, path, body) in bodies {
        let answer = house.call(method, path).bearer_auth(organizer).json(&body).ask().await;
        answer.expect_problem("validation", 400);
    }
}

#[tokio::test]
async fn a_time_is_rfc_3339_and_nothing_wider() {
    let house = House::open().await;
    for wide in [
        "2026-03-29T02:30:00+09:00[America/New_York]",
        "2026-07-01T10:00:00",
        "2026-W27-1T10:00:00Z",
        "20260701T100000Z",
        "2026-07-01 10:00:00Z",
        "2026-07-01T10:00Z",
    ] {
        let change = house.call(Method::PATCH, &house.of_performance(""));
        let change = change.bearer_auth(&house.organizer).json(&json!({"starts_at": wide}));
        change.ask().await.expect_problem("validation", 400);
    }
}

#[tokio::test]
async fn pages_go_on_and_a_cursor_is_good_for_its_list_alone() {
    let house = House::open().await;
    for _ in 0..4 {
        house.add_performance(&json!({})).await;
    }
    let buyer = house.new_inside().await;
    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let page = house.get(&format!("/v1/performances?limit=2{cursor}")).ask().await.expect(200);
        seen += page["items"].as_array().unwrap().len();
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, 5);
    for path in ["/v1/performances?sort=starts_at", "/v1/venues?limit=2", "/v1/orders?limit=2"] {
        let elsewhere = house.get(&format!("{path}{cursor}")).bearer_auth(&buyer.token);
        elsewhere.ask().await.expect_problem("validation", 400);
    }
    let order = house.order(&buyer, &[0, 1, 2]).await;
    let payment = house.payment_of(&order, "approve").await;
    let path = format!("/v1/orders/{}", text(&order["id"]));
    let pay = house.post(&format!("{path}/payment")).proven(&buyer).key(&house.key());
    pay.json(&payment).ask().await.expect(200);
    let page = |cursor: &str| {
        house.get(&format!("{path}/tickets?limit=2{cursor}")).bearer_auth(&buyer.token)
    };
    let first = page("").ask().await.expect(200);
    let rest = page(&format!("&cursor={}", text(&first["next_cursor"]))).ask().await.expect(200);
    assert_eq!((&first["items"][1]["seat"], &rest["items"][0]["seat"]), (&json!(1), &json!(2)));
    assert!(rest["next_cursor"].is_null());
}

#[tokio::test]
async fn a_repeated_venue_or_performance_is_made_once() {
    let house = House::open().await;
    let venue = json!({"name": "Another", "seat_map": crate::house::PLAN});
    let performance = house.performance_details(&json!({}));
    for (path, body) in [("/v1/venues", venue), ("/v1/performances", performance)] {
        let key = house.key();
        let ask = |body| house.post(path).bearer_auth(&house.organizer).key(&key).json(body);
        let first = ask(&body).ask().await;
        let second = ask(&body).ask().await;
        assert_eq!((first.status, &first.body), (201, &second.body), "{path}");
        let mut other = body.clone();
        other[if path == "/v1/venues" { "name" } else { "title" }] = json!("Other");
        ask(&other).ask().await.expect_problem("idempotency-reused", 422);
    }
}
