//! The whole way of a buyer, over HTTP: from signing up to the door.

use reqwest::Method;
use serde_json::json;

use crate::house::House;
use crate::wire::{Request, text};

#[tokio::test]
async fn a_buyer_signs_up_queues_holds_orders_pays_and_is_let_in_once() {
    let house = House::open().await;
    let token = signed_in(&house).await;
    let buyer = house.admit(token).await;

    let seats = house.get(&house.of_performance("/seats")).bearer_auth(&buyer.token).ask().await;
    let seats = seats.expect(200);
    assert_eq!(seats["status"], "0".repeat(20));
    let layout = house.of_performance(&format!("/layout/{}", text(&seats["layout"])));
    let layout = house.get(&layout).ask().await.expect(200);
    let row = json!({"label": "2", "first_index": 10, "seats": "1-10"});
    assert_eq!(layout["sections"][0]["rows"][1], row);
    let order = house.order(&buyer, &[2, 3]).await;
    assert_eq!(order["status"], "pending_payment");
    assert_eq!(order["total"], json!({"amount": 20_000, "currency": "EUR"}));

    let payment = house.payment_of(&order, "approve").await;
    let path = format!("/v1/orders/{}", text(&order["id"]));
    let pay = house.post(&format!("{path}/payment")).proven(&buyer).key(&house.key());
    assert_eq!(pay.json(&payment).ask().await.expect(200)["status"], "paid");

    let tickets = house.get(&format!("{path}/tickets")).bearer_auth(&buyer.token).ask().await;
    let tickets = tickets.expect(200);
    let seats: Vec<_> = tickets["items"].as_array().unwrap().iter().map(|t| &t["seat"]).collect();
    assert_eq!(seats, [&json!(2), &json!(3)]);
    assert_eq!(tickets["items"][0]["label"], "Floor, row 1, seat 3");
    for verdict in ["admitted", "already_used"] {
        let scan = json!({"code": tickets["items"][0]["code"]});
        let door = house.post(&house.of_performance("/check-ins")).bearer_auth(&house.organizer);
        assert_eq!(door.json(&scan).ask().await.expect(200)["verdict"], verdict);
    }

    let other = &tickets["items"][1];
    let path = format!("/v1/tickets/{}/reissue", text(&other["id"]));
    let reissue = house.post(&path).bearer_auth(&buyer.token).key(&house.key());
    let reissued = reissue.ask().await.expect(200);
    for (code, verdict) in [(&other["code"], "void"), (&reissued["code"], "admitted")] {
        assert_eq!(text(code).len(), 122);
        let door = house.post(&house.of_performance("/check-ins")).bearer_auth(&house.organizer);
        assert_eq!(door.json(&json!({"code": code})).ask().await.expect(200)["verdict"], verdict);
    }

    let sales = house.get(&house.of_performance("/sales")).bearer_auth(&house.organizer);
    let sales = sales.ask().await.expect(200);
    assert_eq!((&sales["sold"], &sales["free"]), (&json!(2), &json!(18)));
    assert_eq!(sales["gross"], json!({"amount": 20_000, "currency": "EUR"}));
}

/// With an account of one's own, through sign-up, sign-in and a refreshed session.
async fn signed_in(house: &House) -> String {
    let account = json!({
        "email": "ada@example.org", "password": "a long password", "name": "Ada",
        "nickname": "ada", "birthdate": "2001-02-03",
    });
    let signed_up = house.post("/v1/accounts").json(&account).ask().await.expect(201);
    assert_eq!(signed_up["role"], "buyer");
    let again = house.post("/v1/accounts").json(&account).ask().await;
    again.expect_problem("conflict", 409);

    let credentials = json!({"email": "ADA@example.org", "password": "a long password"});
    let session = house.post("/v1/sessions").json(&credentials).ask().await.expect(201);
    let refresh = json!({"refresh_token": session["refresh_token"]});
    let renewed = house.post("/v1/sessions/refresh").json(&refresh).ask().await.expect(200);
    let used = house.post("/v1/sessions/refresh").json(&refresh).ask().await;
    used.expect_problem("unauthenticated", 401);
    text(&renewed["access_token"])
}

#[tokio::test]
async fn a_performance_that_is_not_listed_yet_is_its_organizers_secret() {
    let house = House::open().await;
    let mut details = house.performance_details(&json!({}));
    details["listed_at"] = json!("2026-05-10T00:00:00Z");
    details["on_sale_at"] = json!("2026-05-11T00:00:00Z");
    let added = house.post("/v1/performances").bearer_auth(&house.organizer).json(&details);
    let path = format!("/v1/performances/{}", text(&added.ask().await.expect(201)["id"]));
    for owner in [&house.organizer, &house.administrator] {
        house.get(&path).bearer_auth(owner).ask().await.expect(200);
    }
    let strangers = [house.new_buyer().await, house.new_organizer().await];
    for stranger in &strangers {
        let all = ["", "/line/report", "/sales", "/orders", "/seats"];
        for path in all.map(|rest| format!("{path}{rest}")) {
            let asked = house.get(&path).bearer_auth(stranger).ask().await;
            asked.expect_problem("not-found", 404);
        }
        let joined = house.post(&format!("{path}/line")).bearer_auth(stranger).ask().await;
        joined.expect_problem("not-found", 404);
        let listed = house.get("/v1/performances").bearer_auth(stranger).ask().await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    }
    house.get(&path).ask().await.expect_problem("not-found", 404);
    let patch = house.call(Method::PATCH, &path).bearer_auth(&strangers[1]);
    patch.json(&json!({"title": "Mine"})).ask().await.expect_problem("not-found", 404);
}
