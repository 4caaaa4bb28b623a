//! Runs that end before their time, and who watches them.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::{Stub, command, load, path, run_of, said};

#[test]
fn nobody_who_listens_is_no_reason_to_lose_a_run() {
    let (stub, folder) = (Stub::new(Duration::ZERO), TempDir::new().unwrap());
    let out = folder.path().join("alone");
    let asked = ["quick", "get", &stub.url, "-r", "9/s", "-d", "2s", "--out", path(&out)];
    let mut running = command(&asked).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(running.stderr.take());
    assert!([Some(0), Some(22)].contains(&running.wait().unwrap().code()));
    assert_eq!(run_of(&out)["arrivals"]["arrived"], 18);
}

#[test]
fn an_interrupted_run_writes_what_there_is() {
    let (stub, folder) = (Stub::new(Duration::ZERO), TempDir::new().unwrap());
    let out = folder.path().join("cut");
    let asked = ["quick", "get", &stub.url, "-r", "20/s", "-d", "1h", "--out", path(&out)];
    let mut running = command(&asked).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut talk = BufReader::new(running.stderr.take().unwrap());
    let mut first = String::new();
    talk.read_line(&mut first).unwrap();
    let id = running.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let mut rest = String::new();
    talk.read_to_string(&mut rest).unwrap();
    let code = running.wait().unwrap().code();
    let run = run_of(&out);
    assert_eq!(run["interrupted"], true);
    assert!(run["arrivals"]["arrived"].as_u64() > Some(0), "{rest}");
    let expected = if run["validity"]["valid"] == true { 130 } else { 22 };
    assert_eq!(code, Some(expected), "{rest}");
}

#[test]
fn a_run_that_misses_an_objective_is_ended_for_it_and_one_that_meets_it_is_not() {
    let (stub, folder) = (Stub::new(Duration::from_millis(20)), TempDir::new().unwrap());
    let run = |name: &str, slo: &str, lasts: &str| {
        let out = folder.path().join(name);
        let asked = ["quick", "get", &stub.url, "-r", "20/s", "-d", lasts, "--slo", slo];
        let ends = ["--abort-on-breach", "1s", "--out", path(&out)];
        let output = load(&[&asked[..], &ends].concat());
        (output.status.code(), run_of(&out))
    };
    let (code, missed) = run("missed", "request:p50<1ms", "1h");
    assert_eq!(missed["aborted_by"], "request:p50<1ms", "{missed:#}");
    assert_eq!(missed["slos"][0]["met"], false);
    assert_eq!(code, Some(if missed["validity"]["valid"] == true { 20 } else { 22 }));
    let (_, met) = run("met", "request:p50<10s", "2s");
    assert_eq!((&met["aborted_by"], &met["arrivals"]["arrived"]), (&Value::Null, &40.into()));
}

#[test]
fn a_run_is_watched_while_it_is_played_and_once_more_afterwards() {
    let (stub, folder) = (Stub::new(Duration::ZERO), TempDir::new().unwrap());
    let out = folder.path().join("watched");
    let asked = ["quick", "get", &stub.url, "-r", "20/s", "-d", "3s", "--out", path(&out)];
    let mut running = command(&asked).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(running.stderr.as_mut().unwrap()).read_line(&mut first).unwrap();
    assert!(!out.join("run.json").exists(), "it is played: {first}");
    let attached = load(&["watch", path(&out), "-o", "json"]);
    let code = running.wait().unwrap().code();
    assert_eq!(attached.status.code(), code, "{}", said(&attached));
    let shown: Value = serde_json::from_slice(&attached.stdout).unwrap();
    assert_eq!(shown, run_of(&out));

    let again = load(&["watch", path(&out), "--speed", "1000", "--progress", "ndjson"]);
    assert_eq!(again.status.code(), code, "{}", said(&again));
    let seconds = String::from_utf8_lossy(&again.stderr).lines().count();
    assert!(seconds >= 3, "{}", said(&again));
    assert_eq!(load(&["watch", path(&folder.path().join("none"))]).status.code(), Some(1));
}
