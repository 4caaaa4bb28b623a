//! The verdict can turn red: each guard of the box office is taken away once, in a build made for
//! that, and the demo's own verdict names what went wrong.

#![cfg(feature = "broken-guards")]

use std::process::Command;

use serde_json::Value;

/// The exit code of a broken invariant.
const RED: i32 = 21;

struct Demo {
    code: i32,
    report: Value,
}

impl Demo {
    fn with_broken(guard: &str) -> Self {
        let output = Command::new(env!("CARGO_BIN_EXE_ticketing"))
            .args(["demo", "--break", guard, "--seed", "1", "-o", "json"])
            .output()
            .unwrap();
        let talk = String::from_utf8_lossy(&output.stderr);
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{talk}"));
        Self { code: output.status.code().unwrap(), report }
    }

    fn red_checks(&self) -> Vec<&str> {
        let checks = self.report["checks"].as_array().unwrap().iter();
        let red = checks.filter(|check| check["ok"] == false);
        red.map(|check| check["name"].as_str().unwrap()).collect()
    }

    fn assert_red(&self, check: &str) {
        assert!(self.red_checks().contains(&check), "{:#}", self.report);
        assert_eq!(self.report["verdict"], "invariant_broken");
        assert_eq!(self.code, RED);
    }

    fn assert_green(&self) {
        assert!(self.red_checks().is_empty(), "{:#}", self.report);
        assert_ne!(self.report["verdict"], "invariant_broken");
        assert_eq!(self.code, 0);
    }
}

#[test]
fn a_box_office_that_sells_seats_twice_turns_red() {
    Demo::with_broken("seats").assert_red("one_order_per_seat");
}

#[test]
fn the_claim_alone_sells_no_seat_twice_and_holds_that_were_given_twice_turn_red() {
    let demo = Demo::with_broken("hold-conflict");
    demo.assert_red("holds_kept");
    assert_eq!(demo.red_checks(), ["holds_kept"]);
}

#[test]
fn the_holds_conflict_alone_keeps_the_verdict_green() {
    Demo::with_broken("claim").assert_green();
}

#[test]
fn a_line_that_lets_everybody_in_turns_red() {
    Demo::with_broken("capacity").assert_red("capacity");
}

#[test]
fn a_wrong_amount_that_nobody_checks_turns_red() {
    Demo::with_broken("amount").assert_red("charges");
}

#[test]
fn a_wrong_amount_that_is_given_back_keeps_the_verdict_green() {
    Demo::with_broken("wrong-amount").assert_green();
}
