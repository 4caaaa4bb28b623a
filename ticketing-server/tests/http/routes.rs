//! Every route of the server, with a request that would be right if it were meant.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::house::{House, Inside, PLAN};
use crate::wire::{Request, text};

/// A request of one route.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// With `{performance}`, `{venue}`, `{account}`, `{hold}` and `{order}` where ids stand.
    pub(crate) path: &'static str,
    pub(crate) body: Option<Value>,
    /// Fields of the body that it cannot do without.
    pub(crate) required: &'static [&'static str],
    /// Whether anyone may ask, signed in or not.
    pub(crate) public: bool,
    pub(crate) needs_key: bool,
    /// Whether a picture is sent.
    pub(crate) takes_picture: bool,
}

/// The things that paths and bodies name.
pub(crate) struct Names {
    pub(crate) account: String,
    pub(crate) production: String,
    pub(crate) layout: String,
    pub(crate) hold: String,
    pub(crate) order: String,
    pub(crate) payment: String,
    pub(crate) review: String,
    pub(crate) picture: String,
}

impl Route {
    pub(crate) fn path(&self, house: &House, names: &Names) -> String {
        let ids = [
            ("{performance}", &house.performance),
            ("{venue}", &house.venue),
            ("{account}", &names.account),
            ("{production}", &names.production),
            ("{layout}", &names.layout),
            ("{hold}", &names.hold),
            ("{order}", &names.order),
            ("{payment}", &names.payment),
            ("{review}", &names.review),
            ("{picture}", &names.picture),
            // An order that is not paid has none.
            ("{ticket}", &names.order),
        ];
        let ids = ids.into_iter().map(|(name, id)| (name, id.as_str()));
        let ids = ids.chain([("{consumer}", "sales")]);
        ids.fold(self.path.to_owned(), |path, (name, id)| path.replace(name, id))
    }

    /// The request without its body, with everything that proves who asks.
    pub(crate) fn request(&self, house: &House, names: &Names, buyer: &Inside) -> RequestBuilder {
        let request = house.call(self.method.clone(), &self.path(house, names));
        let request = request.header("Place-Token", &buyer.place);
        let request = request.header("Pass-Token", &buyer.pass);
        let request = if self.takes_picture { request.picture(2) } else { request };
        if self.needs_key { request.key(&house.key()) } else { request }
    }
}

/// What a buyer inside has: a hold, and an order that waits for its payment.
pub(crate) async fn names(house: &House, buyer: &Inside) -> Names {
    let order = house.order(buyer, &[0, 1]).await;
    let hold = house.hold(buyer, &[2, 3]).await;
    let (account, _) = house.new_account().await;
    let performance = house.get(&house.of_performance("")).ask().await.expect(200);
    let production = text(&performance["production"]["id"]);
    let layout = text(&performance["layout"]);
    let (hold, payment) = (text(&hold["id"]), text(&order["payment"]["payment_id"]));
    let review = house.review(&buyer.token, &production).await;
    let set = house.call(Method::PUT, &house.of_performance("/poster")).picture(1);
    let poster = set.bearer_auth(&house.organizer).ask().await.expect(200);
    let picture = text(&poster["small"]).trim_start_matches("/v1/pictures/").to_owned();
    let order = text(&order["id"]);
    Names { account, production, layout, hold, order, payment, review, picture }
}

const PERFORMANCE: &[&str] =
    &["venue_id", "title", "listed_at", "on_sale_at", "starts_at", "prices"];

/// Every route, in an order in which each request still finds what it names.
pub(crate) fn all(house: &House, names: &Names) -> Vec<Route> {
    let details = house.performance_details(&json!({}));
    let sign_up = json!({
        "email": "new@example.org", "password": "a long password", "name": "New",
        "nickname": "new", "birthdate": "2001-02-03",
    });
    let sign_in = json!({"email": "root@example.org", "password": "a wrong password"});
    let payment = json!({"payment_id": names.order, "payment_token": "a token"});
    let venue = json!({"name": "Another hall", "seat_map": PLAN});
    let at = "2026-05-01T10:00:00Z";
    let uploaded = json!({"code": "x", "device": "d", "nonce": "n", "at": at});
    let annulled = json!({"scan_id": names.order, "reason": "a mistake"});
    let rest = vec![
        get("/livez").public(),
        get("/readyz").public(),
        post("/v1/accounts").body(sign_up, &["email", "password", "name", "nickname"]).public(),
        post("/v1/sessions").body(sign_in, &["email", "password"]).public(),
        post("/v1/sessions/refresh")
            .body(json!({"refresh_token": "x"}), &["refresh_token"])
            .public(),
        get("/v1/me"),
        put("/v1/accounts/{account}/role").body(json!({"role": "buyer"}), &["role"]),
        post("/v1/venues").body(venue, &["name", "seat_map"]),
        get("/v1/venues"),
        get("/v1/venues/{venue}"),
        patch("/v1/venues/{venue}").body(json!({"name": "A hall"}), &[]),
        get("/v1/venues/{venue}/sellers"),
        put("/v1/venues/{venue}/sellers").body(json!({"accounts": []}), &["accounts"]),
        delete("/v1/venues/{venue}"),
        post("/v1/performances").body(details, PERFORMANCE),
        get("/v1/performances").public(),
        get("/v1/ranking").public(),
        post("/v1/productions").body(json!({"title": "A musical"}), &["title"]),
        get("/v1/productions").public(),
        get("/v1/productions/{production}").public(),
        patch("/v1/productions/{production}").body(json!({"genre": "musical"}), &[]),
        get("/v1/performances/{performance}").public(),
        patch("/v1/performances/{performance}").body(json!({"title": "Another title"}), &[]),
        get("/v1/performances/{performance}/line/status").public(),
        get("/v1/performances/{performance}/line/report"),
        get("/v1/performances/{performance}/line/draw").public(),
        get("/v1/performances/{performance}/audit"),
        post("/v1/performances/{performance}/line/pause").body(json!({"message": "x"}), &[]),
        post("/v1/performances/{performance}/line/resume").body(json!({}), &[]),
        post("/v1/performances/{performance}/line/rate")
            .body(json!({"admit_per_minute": null}), &["admit_per_minute"]),
        post("/v1/performances/{performance}/line/capacity")
            .body(json!({"line_capacity": 300}), &["line_capacity"]),
        post("/v1/performances/{performance}/line/entropy")
            .body(json!({"entropy": "1 2 3"}), &["entropy"]),
        get("/v1/performances/{performance}/layout").public(),
        get("/v1/performances/{performance}/layout/{layout}").public(),
        get("/v1/performances/{performance}/seats"),
        get("/v1/performances/{performance}/orders"),
        get("/v1/performances/{performance}/sales"),
        get("/v1/performances/{performance}/ledger"),
        post("/v1/performances/{performance}/check-ins").body(json!({"code": "x"}), &["code"]),
        get("/v1/performances/{performance}/check-ins"),
        get("/v1/performances/{performance}/check-ins/list"),
        post("/v1/performances/{performance}/check-ins/uploads")
            .body(json!({"items": [uploaded]}), &["items"]),
        post("/v1/performances/{performance}/check-ins/annul")
            .body(annulled, &["scan_id", "reason"]),
        post("/v1/performances/{performance}/line"),
        get("/v1/performances/{performance}/line"),
        post("/v1/performances/{performance}/holds").body(json!({"seats": [4]}), &[]).key(),
        post("/v1/orders").body(json!({"hold_id": names.hold}), &["hold_id"]).key(),
        get("/v1/orders"),
        get("/v1/orders/{order}"),
        get("/v1/orders/{order}/cancellation"),
        get("/v1/orders/{order}/checkout"),
        get("/v1/orders/{order}/tickets"),
        get("/v1/orders/{order}/tickets.pdf"),
        get("/v1/tickets/{ticket}.png"),
        get("/v1/payments/attention"),
        get("/v1/payments/{payment}"),
        post("/v1/payments/{payment}/settle"),
        post("/v1/payments/{payment}/refund").body(json!({}), &[]).key(),
        get("/v1/events/parked"),
        get("/v1/events/parked/{ticket}"),
        post("/v1/events/parked/{ticket}/redrive"),
        delete("/v1/events/parked/{ticket}"),
        post("/v1/events/consumers/{consumer}/rebuild"),
        post("/v1/webhooks/portone"),
        post("/v1/orders/{order}/payment").body(payment, &["payment_id"]).key(),
        post("/v1/orders/{order}/cancel").body(json!({}), &[]).key(),
        post("/v1/tickets/{ticket}/reissue").key(),
        delete("/v1/holds/{hold}"),
        delete("/v1/performances/{performance}/line"),
        post("/v1/performances/{performance}/line/revoke")
            .body(json!({"account_id": names.account}), &["account_id"]),
        post("/v1/performances/{performance}/line/drain").body(json!({"message": null}), &[]),
        delete("/v1/performances/{performance}"),
        get("/v1/performances/{performance}/cancellation"),
        post("/v1/performances/{performance}/cancellation/redrive"),
        delete("/v1/sessions/current"),
        post("/v1/synthetic-buyers").body(json!({"count": 1}), &["count"]),
        delete("/v1/synthetic-buyers"),
    ];
    reviewing().into_iter().chain(showing()).chain(rest).collect()
}

/// Before anybody's performance is cancelled.
fn reviewing() -> Vec<Route> {
    let review = json!({"rating": 3, "title": "Once more"});
    vec![
        get("/v1/performances/{performance}/reviews").public(),
        post("/v1/performances/{performance}/reviews").body(review, &["rating", "title"]),
        get("/v1/me/reviews"),
        get("/v1/reviews/reported"),
        get("/v1/reviews/{review}").public(),
        patch("/v1/reviews/{review}").body(json!({"rating": 5}), &[]),
        put("/v1/reviews/{review}/like"),
        delete("/v1/reviews/{review}/like"),
        post("/v1/reviews/{review}/reports").body(json!({"reason": "rude"}), &["reason"]),
        get("/v1/reviews/{review}/reports"),
        post("/v1/reviews/{review}/reply").body(json!({"content": "Thanks"}), &["content"]),
        post("/v1/reviews/{review}/hide")
            .body(json!({"reason": "rude", "days": 30}), &["reason", "days"]),
        post("/v1/reviews/{review}/objection")
            .body(json!({"objection": "It is not"}), &["objection"]),
        post("/v1/reviews/{review}/restore"),
        delete("/v1/reviews/{review}"),
    ]
}

fn showing() -> Vec<Route> {
    vec![
        get("/v1/pictures/{picture}").public(),
        put("/v1/performances/{performance}/poster").picture(),
        delete("/v1/performances/{performance}/poster"),
    ]
}

fn get(path: &'static str) -> Route {
    route(Method::GET, path)
}

fn post(path: &'static str) -> Route {
    route(Method::POST, path)
}

fn put(path: &'static str) -> Route {
    route(Method::PUT, path)
}

fn patch(path: &'static str) -> Route {
    route(Method::PATCH, path)
}

fn delete(path: &'static str) -> Route {
    route(Method::DELETE, path)
}

fn route(method: Method, path: &'static str) -> Route {
    Route {
        method,
        path,
        body: None,
        required: &[],
        public: false,
        needs_key: false,
        takes_picture: false,
    }
}

impl Route {
    fn body(self, body: Value, required: &'static [&'static str]) -> Self {
        Self { body: Some(body), required, ..self }
    }

    fn public(self) -> Self {
        Self { public: true, ..self }
    }

    fn picture(self) -> Self {
        Self { takes_picture: true, ..self }
    }

    fn key(self) -> Self {
        Self { needs_key: true, ..self }
    }
}
