//! The demo as a program: what it prints, and how it exits.

use std::process::{Command, Output};

use serde_json::Value;

fn ticketing(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing"));
    // The person who runs the tests may have settings of their own.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TICKETING_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).output().unwrap()
}

#[test]
fn a_small_demo_is_green_and_prints_one_object() {
    let output = ticketing(&["demo", "--buyers", "60", "--seed", "1", "-o", "json"]);
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{talk}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    assert!(checks.len() == 13 && checks.iter().all(|check| check["ok"] == true), "{report:#}");
    assert_eq!(report["sale"]["seats_total"], 1500);
    assert_eq!(report["sale"]["arrived"], 60);
    assert!(report["sale"]["bought"].as_u64() > Some(40), "{report:#}");
    assert!(talk.contains("0 errors"), "{talk}");
}

#[test]
fn a_demo_at_running_servers_says_which_settings_it_needs() {
    let output = ticketing(&["demo", "--server", "http://127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("TICKETING_GATEWAY"));
    assert!(output.stdout.is_empty());
}

#[test]
fn an_unknown_option_is_wrong_usage() {
    assert_eq!(ticketing(&["demo", "--bidders", "3"]).status.code(), Some(2));
}
