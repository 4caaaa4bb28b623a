//! Bad bodies, types, methods and paths: a problem document with the right status, never a 500,
//! and nothing changed.

use std::collections::BTreeSet;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::house::{House, Inside};
use crate::routes::{Names, Route, all, names};
use crate::wire::{Answer, Request};

/// Just over what an ordinary route takes, and what a seating plan may weigh.
const TOO_LARGE: usize = 64 * 1024 + 1;
const UPLOAD_TOO_LARGE: usize = 500 * 1024 + 1;
const PLAN_TOO_LARGE: usize = 32 * 1024 * 1024 + 1;

/// A house with a buyer inside, whose books must stay as they are.
struct Watched {
    house: House,
    buyer: Inside,
    names: Names,
    before: Vec<Value>,
}

impl Watched {
    async fn open() -> Self {
        let house = House::open().await;
        let buyer = house.new_inside().await;
        let names = names(&house, &buyer).await;
        let before = house.books(&buyer.token).await;
        Self { house, buyer, names, before }
    }

    fn routes(&self) -> Vec<Route> {
        all(&self.house, &self.names)
    }

    fn routes_with_body(&self) -> impl Iterator<Item = Route> {
        self.routes().into_iter().filter(|route| route.body.is_some())
    }

    /// Sends bytes as JSON, as the one who may do most.
    async fn send(&self, route: &Route, body: Vec<u8>) -> Answer {
        let request = route.request(&self.house, &self.names, &self.buyer);
        let request = request.bearer_auth(&self.house.administrator);
        request.header(CONTENT_TYPE, "application/json").body(body).ask().await
    }

    async fn nothing_changed(self) {
        assert_eq!(self.house.books(&self.buyer.token).await, self.before);
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_named_on_every_route() {
    let watched = Watched::open().await;
    let deep = "[".repeat(60_000);
    let bodies: [&[u8]; 7] =
        [b"", b"{", b"{\"a\": 1} {}", b"\xff\xfe", b"null", b"[1, 2]", deep.as_bytes()];
    for route in watched.routes_with_body() {
        for body in bodies {
            let answer = watched.send(&route, body.to_vec()).await;
            answer.expect_problem("validation", 400);
        }
    }
    watched.nothing_changed().await;
}

#[tokio::test]
async fn an_unknown_a_missing_and_a_mistyped_field_are_named_on_every_route() {
    let watched = Watched::open().await;
    for route in watched.routes_with_body() {
        for (body, field) in spoilt(&route) {
            let answer = watched.send(&route, body.to_string().into_bytes()).await;
            let problem = answer.expect_problem("validation", 400);
            assert!(problem.to_string().contains(&field), "{}: {problem}", route.path);
        }
    }
    watched.nothing_changed().await;
}

/// Bodies with one thing wrong, and the word that the refusal must contain.
fn spoilt(route: &Route) -> Vec<(Value, String)> {
    let right = route.body.clone().unwrap();
    let mut bodies = vec![(changed(&right, "surprise", json!(1)), "surprise".to_owned())];
    for field in right.as_object().unwrap().keys() {
        bodies.push((changed(&right, field, json!({"a": [{}]})), field.clone()));
    }
    for field in route.required {
        let mut body = right.clone();
        body.as_object_mut().unwrap().remove(*field);
        bodies.push((body, (*field).to_owned()));
    }
    bodies
}

fn changed(body: &Value, field: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[field] = value;
    body
}

#[tokio::test]
async fn a_huge_body_is_refused_before_it_is_read() {
    let watched = Watched::open().await;
    for route in watched.routes_with_body() {
        let size = match route.path {
            "/v1/venues" => PLAN_TOO_LARGE,
            path if path.ends_with("/check-ins/uploads") => UPLOAD_TOO_LARGE,
            _ => TOO_LARGE,
        };
        let answer = watched.send(&route, vec![b' '; size]).await;
        answer.expect_problem("payload-too-large", 413);
    }
    watched.nothing_changed().await;
}

#[tokio::test]
async fn a_body_of_another_kind_is_refused_on_every_route() {
    let watched = Watched::open().await;
    for route in watched.routes_with_body() {
        let body = route.body.clone().unwrap().to_string();
        for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
            let request = route.request(&watched.house, &watched.names, &watched.buyer);
            let request = request.bearer_auth(&watched.house.administrator).body(body.clone());
            let request = match kind {
                Some(kind) => request.header(CONTENT_TYPE, kind),
                None => request,
            };
            request.ask().await.expect_problem("unsupported-media-type", 415);
        }
    }
    watched.nothing_changed().await;
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_and_a_path_that_is_none_are_problems() {
    let watched = Watched::open().await;
    let routes = watched.routes();
    let paths: BTreeSet<&str> = routes.iter().map(|route| route.path).collect();
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    for path in paths {
        let here: Vec<&Route> = routes.iter().filter(|route| route.path == path).collect();
        let has = |method: &Method| here.iter().any(|route| route.method == *method);
        let path = here[0].path(&watched.house, &watched.names);
        for method in methods.iter().filter(|method| !has(method)) {
            let answer = watched.house.call(method.clone(), &path).ask().await;
            answer.expect_problem("method-not-allowed", 405);
        }
    }
    for path in ["/", "/v1", "/v1/", "/v2/me", "/v1/nothing", "/v1/me/", "/v1/%ff", "/.env"] {
        watched.house.get(path).ask().await.expect_problem("not-found", 404);
    }
    watched.nothing_changed().await;
}

#[tokio::test]
async fn what_is_no_id_names_nothing_that_exists() {
    let watched = Watched::open().await;
    let ids = ["x", "1", "%ff", "%00", "..%2f..", "0190", "zzzzzzzz-0000-0000-0000-000000000000"];
    for route in watched.routes().iter().filter(|route| route.path.contains('{')) {
        let (before, after) = route.path.split_once('{').unwrap();
        let after = after.split_once('}').unwrap().1;
        for id in ids {
            let request = watched.house.call(route.method.clone(), &format!("{before}{id}{after}"));
            let request = request.proven(&watched.buyer).key(&watched.house.key());
            let request = request.json(&route.body.clone().unwrap_or_default());
            request.ask().await.expect_problem("not-found", 404);
        }
    }
    watched.nothing_changed().await;
}

#[tokio::test]
async fn a_query_with_an_unknown_or_mistyped_parameter_is_refused() {
    let watched = Watched::open().await;
    let house = &watched.house;
    let lists =
        ["/v1/venues", "/v1/productions", "/v1/performances", "/v1/orders"].map(str::to_owned);
    let lists = lists.into_iter().chain([house.of_performance("/orders")]);
    for list in lists {
        for query in [
            "surprise=1",
            "limit=many",
            "limit=-1",
            "limit=99999999999",
            "limit=0",
            "limit=501",
            "cursor=x",
            "cursor=",
        ] {
            let request = house.get(&format!("{list}?{query}")).bearer_auth(&house.organizer);
            request.ask().await.expect_problem("validation", 400);
        }
    }
    let statuses = house.get(&house.of_performance("/orders?status=eaten"));
    statuses.bearer_auth(&house.organizer).ask().await.expect_problem("validation", 400);
    let layout = house.get(&house.of_performance("/layout?positions=perhaps"));
    layout.bearer_auth(&house.organizer).ask().await.expect_problem("validation", 400);
    watched.nothing_changed().await;
}

#[tokio::test]
async fn values_out_of_bounds_are_refused() {
    let watched = Watched::open().await;
    let house = &watched.house;
    let huge = i64::MAX;
    let price =
        |amount| json!([{"category": "All", "price": {"amount": amount, "currency": "EUR"}}]);
    let bad = [
        ("policy", json!({"line_capacity": 0})),
        ("policy", json!({"seats_per_buyer": 4_000_000_000_u32})),
        ("policy", json!({"hold_seconds": 0})),
        ("prices", json!([])),
        ("prices", price(-1)),
        ("prices", price(huge)),
        ("title", json!("")),
        ("title", json!("x".repeat(256))),
        ("starts_at", json!("2026-01-01T00:00:00Z")),
        ("on_sale_at", json!("yesterday")),
        ("venue_id", json!("00000000-0000-0000-0000-000000000000")),
    ];
    for (field, value) in bad {
        let details = changed(&house.performance_details(&json!({})), field, value);
        let request = house.post("/v1/performances").bearer_auth(&house.organizer);
        request.json(&details).ask().await.expect_problem("validation", 400);
    }
    let wishes = [
        json!({}),
        json!({"seats": []}),
        json!({"seats": [0, 0]}),
        json!({"seats": [20]}),
        json!({"seats": [-1]}),
        json!({"seats": [4], "best": {"count": 1}}),
        json!({"best": {"count": 0}}),
    ];
    for wish in wishes {
        let hold = house.post(&house.of_performance("/holds")).proven(&watched.buyer);
        hold.key(&house.key()).json(&wish).ask().await.expect_problem("validation", 400);
    }
    for count in [0, 10_001] {
        let buyers = house.post("/v1/synthetic-buyers").bearer_auth(&house.administrator);
        buyers.json(&json!({"count": count})).ask().await.expect_problem("validation", 400);
    }
    watched.nothing_changed().await;
}
