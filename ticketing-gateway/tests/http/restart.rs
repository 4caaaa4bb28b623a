//! The ledger file: what a restart keeps, and what it refuses to start from.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use axum::http::StatusCode;
use serde_json::json;
use ticketing_gateway::{FaultPlan, LedgerError};

use crate::shop::{Shop, assert_refused};

fn open(path: &Path) -> Shop {
    Shop::with(Some(path.to_owned()), FaultPlan::default())
}

#[tokio::test]
async fn a_restart_keeps_payments_tokens_and_money() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let shop = open(&path);
    shop.paid("pay1", 1_000).await;
    shop.cancel("pay1", &json!({ "reason": "part", "amount": 300 })).await;
    shop.pre_register("pay2", 500).await;
    let token = shop.authorize("pay2", "approve").await;
    let (before, ledger) = (shop.payment("pay1").await, shop.ledger().await);
    drop(shop);

    let shop = open(&path);
    assert_eq!(shop.payment("pay1").await, before);
    assert_eq!(shop.ledger().await, ledger);
    assert_refused(&shop.confirm("pay1", "any", 1_000).await, 409, "ALREADY_PAID");
    let much = shop.cancel("pay1", &json!({ "reason": "all", "amount": 701 })).await;
    assert_refused(&much, 409, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT");
    assert_eq!(shop.cancel("pay1", &json!({ "reason": "rest" })).await.0, StatusCode::OK);
    assert_eq!(shop.confirm("pay2", &token, 500).await.0, StatusCode::OK);
}

#[tokio::test]
async fn every_answered_capture_is_in_the_file_already() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let shop = open(&path);
    for id in ["a", "b", "c"] {
        shop.paid(id, 10).await;
        let text = fs::read_to_string(&path).unwrap();
        let last = text.lines().last().unwrap();
        assert!(last.contains("\"capture\"") && last.contains(&format!("\"{id}\"")), "{last}");
    }
}

#[tokio::test]
async fn a_torn_last_line_is_cut_off_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let shop = open(&path);
    shop.paid("pay1", 1_000).await;
    drop(shop);
    let whole = fs::read(&path).unwrap();
    fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap()
        .write_all(b"{\"number\":4,\"pay")
        .unwrap();

    let shop = open(&path);
    assert_eq!(fs::read(&path).unwrap(), whole);
    shop.paid("pay2", 5).await;
    drop(shop);
    assert_eq!(open(&path).ledger().await.len(), 2);
}

#[tokio::test]
async fn a_damaged_line_in_the_middle_is_a_refusal_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let shop = open(&path);
    shop.paid("pay1", 1_000).await;
    drop(shop);
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let garbled = format!("{}\n{}\n{}\n", lines[0], "{\"number\":2", lines[2]);
    let missing = format!("{}\n{}\n", lines[0], lines[2]);
    let unfounded = format!("{}\n", lines[2].replace("\"number\":3", "\"number\":1"));
    for (text, expected) in [(garbled, 2), (missing, 2), (unfounded, 1)] {
        fs::write(&path, &text).unwrap();
        let refused = Shop::open(Some(path.clone()), FaultPlan::default()).err();
        assert!(
            matches!(refused, Some(LedgerError::Damaged { line, .. }) if line == expected),
            "{refused:?}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "the file is left as it was");
    }
}

#[tokio::test]
async fn a_ledger_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let shop = open(&path);
    let refused = Shop::open(Some(path.clone()), FaultPlan::default()).err();
    assert!(matches!(refused, Some(LedgerError::InUse { .. })), "{refused:?}");
    drop(shop);
    open(&path);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn captures_at_once_all_reach_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let shop = open(&path);
    let tasks = (0..200).map(|index| {
        let shop = shop.clone();
        tokio::spawn(async move { shop.paid(&format!("pay{index}"), 10).await.0 })
    });
    for status in futures_util::future::join_all(tasks).await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
    drop(shop);
    assert_eq!(open(&path).ledger().await.len(), 200);
}
