//! What somebody else wrote is printed as text: no title steers the terminal that shows it.

use std::process::{Command, Output};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use serde_json::{Value, json};

/// Writes into the clipboard, turns red, ends the line and turns the direction of the text.
const HOSTILE: &str = "\u{1b}]52;c;cm0=\u{7}\u{1b}[31m X\u{9b}2J\u{202e}\r\n\u{7f}";
const ID: &str = "0190f4a2-0000-7000-8000-000000000003";

fn performance() -> Value {
    json!({
        "id": ID, "organizer_id": ID, "venue_id": ID, "title": HOSTILE, "genre": HOSTILE,
        "listed_at": "2026-04-01T00:00:00Z", "on_sale_at": "2026-05-01T09:00:00Z",
        "starts_at": "2026-06-01T18:00:00Z", "time_zone": "Asia/Seoul",
        "prices": [
            {"category": HOSTILE, "price": {"amount": 1_999, "currency": "USD"}},
            {"category": "Stalls", "price": {"amount": 1_999, "currency": "KRW"}},
        ],
        "policy": {
            "line_capacity": 300, "claim_seconds": 30, "pass_lease_seconds": 600,
            "hold_seconds": 300, "pay_seconds": 600, "seats_per_buyer": 4, "reentry": "keep",
        },
        "seats_total": 10, "seats_free": 10, "status": HOSTILE,
    })
}

/// A server that says such things about every performance, and refuses to show a line.
async fn server() -> String {
    let json = |status: u16, body: &Value| {
        let status = axum::http::StatusCode::from_u16(status).unwrap();
        (status, [(CONTENT_TYPE, "application/json")], body.to_string())
    };
    let list = json(200, &json!({"items": [performance()], "next_cursor": null}));
    let shown = json(200, &performance());
    let refusal = json(
        404,
        &json!({"type": "/problems/not-found", "title": HOSTILE,
        "detail": HOSTILE, "errors": [{"field": HOSTILE, "message": HOSTILE}]}),
    );
    let routes = Router::new()
        .route("/v1/performances", get(async move || list))
        .route("/v1/performances/{id}", get(async move || shown))
        .route("/v1/performances/{id}/line/draw", get(async move || refusal));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    url
}

async fn ticketing(server: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TICKETING_") {
            command.env_remove(name);
        }
    }
    let nowhere = tempfile::tempdir().unwrap();
    command.env("XDG_CONFIG_HOME", nowhere.path()).args(arguments).args(["--server", server]);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn assert_clean(printed: &[u8]) -> String {
    let text = String::from_utf8(printed.to_vec()).unwrap();
    let obeyed = |letter: char| {
        (letter.is_control() && letter != '\n') || ('\u{202a}'..='\u{202e}').contains(&letter)
    };
    assert!(!text.chars().any(obeyed), "{text:?}");
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_title_is_printed_as_text_in_every_format() {
    let server = server().await;
    let commands: [&[&str]; 2] = [&["performance", "list"], &["performance", "show", ID]];
    for command in commands {
        let table = ticketing(&server, command).await;
        assert!(table.status.success(), "{}", String::from_utf8_lossy(&table.stderr));
        let table = assert_clean(&table.stdout);
        assert!(table.contains("]52;c;cm0="), "{table}");
        assert!(table.contains("2026-06-02 03:00 +09:00"), "{table}");

        let json = ticketing(&server, &[command, &["-o", "json"]].concat()).await;
        let json: Value = serde_json::from_str(&assert_clean(&json.stdout)).unwrap();
        let shown = json.get(0).unwrap_or(&json);
        assert_eq!(shown["title"], HOSTILE, "it means the same");
    }
    let shown = ticketing(&server, &["performance", "show", ID]).await;
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("19.99 USD") && shown.contains("Stalls 1,999 KRW"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_refusal_is_said_as_text() {
    let refused = ticketing(&server().await, &["queue", "verify", ID]).await;
    assert_eq!(refused.status.code(), Some(1));
    let talk = assert_clean(&refused.stderr);
    assert!(talk.contains("404") && talk.contains("]52;c;cm0="), "{talk}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_prices_and_times_are_wrong_usage() {
    let create = |on_sale_at, price, more: &[&'static str]| {
        let line = ["performance", "create", "--venue", ID, "--title", "T", "--genre", "G"];
        let line = [&line[..], &["--on-sale-at", on_sale_at, "--price", price]].concat();
        [&line[..], &["--starts-at", "2027-01-01T00:00:00Z"], more].concat()
    };
    let on_sale_at = "2026-12-01T00:00:00Z";
    let zoned = "2026-03-29T02:30:00+09:00[America/New_York]";
    let lines = [
        (create(on_sale_at, "A=0.5", &["--currency", "KRW"]), "KRW has 0 decimals"),
        (create(on_sale_at, "A=-1", &["--currency", "KRW"]), "no amount such as"),
        (create(on_sale_at, "A=1", &[]), "--currency"),
        (create(zoned, "A=1", &["--currency", "KRW"]), "expected an RFC 3339 time"),
    ];
    for (line, why) in lines {
        let refused = ticketing("http://127.0.0.1:1", &line).await;
        assert_eq!(refused.status.code(), Some(2), "{line:?}");
        let talk = String::from_utf8_lossy(&refused.stderr);
        assert!(talk.contains(why), "{talk}");
    }
}
