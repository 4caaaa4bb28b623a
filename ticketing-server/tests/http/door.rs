//! The door over HTTP.

use serde_json::{Value, json};

use crate::house::{House, Inside};
use crate::wire::{Answer, Request, text};

/// The codes of a paid order of these seats.
async fn bought(house: &House, buyer: &Inside, seats: &[u32]) -> Vec<String> {
    let order = house.order(buyer, seats).await;
    let payment = house.payment_of(&order, "approve").await;
    let path = format!("/v1/orders/{}", text(&order["id"]));
    let pay = house.post(&format!("{path}/payment")).proven(buyer).key(&house.key());
    pay.json(&payment).ask().await.expect(200);
    let tickets = house.get(&format!("{path}/tickets")).proven(buyer).ask().await.expect(200);
    tickets["items"].as_array().unwrap().iter().map(|ticket| text(&ticket["code"])).collect()
}

async fn post(house: &House, rest: &str, body: Value) -> Answer {
    let path = house.of_performance(&format!("/check-ins{rest}"));
    house.post(&path).bearer_auth(&house.organizer).json(&body).ask().await
}

async fn get(house: &House, rest: &str) -> Value {
    let path = house.of_performance(&format!("/check-ins{rest}"));
    house.get(&path).bearer_auth(&house.organizer).ask().await.expect(200)
}

#[tokio::test]
async fn a_door_scans_uploads_looks_and_takes_back() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let codes = bought(&house, &buyer, &[0, 1]).await;
    let said = json!({"code": codes[0], "device": "d 1", "gate": "North", "nonce": "n 1"});
    let first = post(&house, "", said.clone()).await.expect(200);
    assert_eq!(
        (&first["verdict"], &first["label"]),
        (&json!("admitted"), &json!("Floor, row 1, seat 1"))
    );
    assert_eq!((&first["category"], &first["scan"]["gate"]), (&json!("All"), &json!("North")));
    assert_eq!(post(&house, "", said).await.expect(200), first);
    let second = post(&house, "", json!({"code": codes[0]})).await.expect(200);
    assert_eq!(second["verdict"], "already_used");
    assert_eq!(second["first_scan"]["id"], first["scan"]["id"]);
    let fact = |code: &str, nonce: &str| json!({"code": code, "device": "off", "nonce": nonce, "at": "2026-05-01T11:00:00+01:00"});
    let items = json!({"items": [fact(&codes[0], "1"), fact(&codes[1], "2"), fact("x", "3")]});
    let uploaded = post(&house, "/uploads", items.clone()).await.expect(200);
    let conflict = |place: usize| uploaded["items"][place]["scan"]["conflict"].clone();
    // The device's clock was behind: its bearer was first.
    assert_eq!(
        [conflict(0), conflict(1), conflict(2)],
        [json!(null), json!(null), json!("forged")]
    );
    assert_eq!(post(&house, "/uploads", items).await.expect(200), uploaded);
    let conflicts = get(&house, "?conflicts=true").await;
    let conflicts = conflicts["items"].as_array().unwrap();
    let is_seen = |id: &Value| conflicts.iter().any(|one| one["scan"]["id"] == *id);
    assert!(is_seen(&first["scan"]["id"]) && is_seen(&uploaded["items"][2]["scan"]["id"]));
    assert_eq!(conflicts.len(), 2);
    assert_eq!(get(&house, "?limit=2").await["items"].as_array().unwrap().len(), 2);
    let mistake = json!({"scan_id": first["scan"]["id"], "reason": "the wrong queue"});
    let annulled = post(&house, "/annul", mistake).await.expect(200);
    assert_eq!(annulled["scan"]["annulled"]["reason"], "the wrong queue");
    assert_eq!(get(&house, "?conflicts=true").await["items"].as_array().unwrap().len(), 1);
    let list = get(&house, "/list?limit=1").await;
    assert_eq!((&list["items"][0]["used"], &list["entry"]), (&json!(true), &json!("once")));
    let cursor = text(&list["next_cursor"]);
    assert_eq!(get(&house, &format!("/list?cursor={cursor}")).await["items"][0]["seat"], 1);
}

#[tokio::test]
async fn what_a_door_cannot_mean_is_refused_and_the_largest_upload_is_taken() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let code = bought(&house, &buyer, &[0]).await.remove(0);
    let fact = json!({"code": code, "device": "off", "nonce": "1", "at": "2026-05-01T10:00:00Z"});
    let with = |field: &str, value: Value| {
        let mut fact = fact.clone();
        fact[field] = value;
        fact
    };
    for (field, wrong) in [
        ("code", json!("")),
        ("device", json!("")),
        ("nonce", json!("x".repeat(65))),
        ("direction", json!("up")),
        ("at", json!("yesterday")),
        ("gate", json!("\u{1b}[31m")),
    ] {
        let items = json!({"items": [fact, with(field, wrong)]});
        let refused = post(&house, "/uploads", items).await.expect_problem("validation", 400);
        assert_eq!(refused["errors"][0]["field"], format!("items[1].{field}"));
    }
    assert_eq!(get(&house, "").await["items"], json!([]), "all or none");
    let nonce = |number: usize| with("nonce", json!(format!("{number:0>64}")));
    let many = |count: usize| json!({"items": (0..count).map(nonce).collect::<Vec<_>>()});
    post(&house, "/uploads", many(501)).await.expect_problem("validation", 400);
    let taken = post(&house, "/uploads", many(500)).await.expect(200);
    assert_eq!(taken["items"].as_array().unwrap().len(), 500);
    for wrong in [
        json!({}),
        json!({"scan_id": "x", "reason": "y"}),
        json!({"scan_id": "0190f4a2-0000-7000-8000-000000000006"}),
    ] {
        post(&house, "/annul", wrong).await.expect_problem("validation", 400);
    }
    let unknown = json!({"scan_id": "0190f4a2-0000-7000-8000-000000000006", "reason": "a mistake"});
    post(&house, "/annul", unknown).await.expect_problem("not-found", 404);
}
