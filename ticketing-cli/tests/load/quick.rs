//! One request, again and again.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use crate::{Stub, load, path, run_of, said};

#[test]
fn a_quick_run_is_written_down_and_read_in_every_way() {
    let (stub, folder) = (Stub::new(Duration::from_millis(1)), TempDir::new().unwrap());
    let out = folder.path().join("one");
    let slo = ["--slo", "errors<0.1%", "--slo", "request:count=60"];
    let asked = ["quick", "get", &stub.url, "-r", "60/s", "-d", "1s", "--out", path(&out)];
    let output = load(&[&asked[..], &slo].concat());
    assert_eq!(stub.asked(), 60);
    let run = run_of(&out);
    assert_eq!(run["arrivals"]["arrived"], 60);
    assert_eq!(run["steps"][0]["outcomes"]["ok"], 60);
    assert_eq!(run["slos"][1]["met"], true, "{run:#}");
    let code = if run["validity"]["valid"] == true { 0 } else { 22 };
    assert_eq!(output.status.code(), Some(code), "{}", said(&output));

    for (format, expected) in [
        ("text", "SLO     ok"),
        ("html", "<h2>Generator</h2>"),
        ("md", "| request | response | 60 |"),
        ("json", "\"ticketing-run/1\""),
        ("junit", "<testsuites name="),
        ("jtl", "timeStamp,elapsed,label,"),
    ] {
        let shown = load(&["report", path(&out), "--format", format]);
        assert!(shown.status.success() && said(&shown).contains(expected), "{}", said(&shown));
    }
    let again = load(&["quick", "get", &stub.url, "-r", "9/s", "-d", "1s", "--out", path(&out)]);
    assert_eq!(again.status.code(), Some(2), "what was measured is not written over");
    assert_eq!(stub.asked(), 60);
}

#[test]
fn wrong_usage_is_said_before_anything_is_asked() {
    let stub = Stub::new(Duration::ZERO);
    for wrong in [
        &["quick", "get", &stub.url, "-r", "9/s", "--slo", "request:p98<1s"][..],
        &["quick", "get", &stub.url, "-r", "9/s", "--users", "3"],
        &["quick", "get", &stub.url],
        &["quick", "get", "http://192.0.2.1/", "-r", "9/s"],
        &["quick", "get", "127.0.0.1:80", "-r", "9/s"],
        &["quick", "get", &stub.url, "-r", "9/s", "--slo", "hold:p99<1s"],
        &["quick", "get", &stub.url, "--users", "3", "--shard", "1/2"],
        &["quick", "get", "http://me:secret@127.0.0.1:1/", "-r", "9/s"],
        &["run", "arena", "--slo", "request:p99<1s"],
        &["run", "arenas"],
        &["run", "arena", "--for", "9s"],
        &["report", "x", "--server", "http://127.0.0.1:1"],
        &["run", "arena", "--server", "http://192.0.2.1"],
        &["scenario", "show", "arenas"],
        &["report", "x", "--format", "pdf"],
        &["quick", "get", &stub.url, "-r", "9/s", "--abort-on-breach", "1s"],
        &["run", "arena", "--trace", "/nowhere/trace"],
        &["watch", "x", "--speed", "0"],
        &["schema", "sale"],
    ] {
        let output = load(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {}", said(&output));
    }
    assert_eq!(stub.asked(), 0);
}

#[test]
fn a_missed_objective_and_a_late_generator_have_codes_of_their_own() {
    let stub = Stub::new(Duration::from_millis(20));
    let missed =
        load(&["quick", "get", &stub.url, "--users", "2", "-d", "1s", "--slo", "rate>9000/s"]);
    assert_eq!(missed.status.code(), Some(20), "{}", said(&missed));
    let late = load(&["quick", "get", &stub.url, "-r", "100/s", "-d", "1s", "--lanes", "1"]);
    assert_eq!(late.status.code(), Some(22), "{}", said(&late));
    assert!(said(&late).contains("requests left late"), "{}", said(&late));
}

#[test]
fn a_server_that_answers_nothing_is_no_pass_and_secrets_of_an_address_are_not_kept() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("dead");
    let asked = ["quick", "get", "http://127.0.0.1:1/x?token=s3cr3t", "-r", "9/s", "-d", "1s"];
    let output = load(&[&asked[..], &["--out", path(&out)]].concat());
    assert_eq!(output.status.code(), Some(22), "{}", said(&output));
    let document = fs::read_to_string(out.join("run.json")).unwrap();
    assert!(document.contains("/x?token=..") && !document.contains("s3cr3t"), "{document}");
}

#[test]
fn what_warms_up_is_sent_and_not_counted() {
    let (stub, folder) = (Stub::new(Duration::ZERO), TempDir::new().unwrap());
    let out = folder.path().join("warm");
    let asked = ["quick", "get", &stub.url, "-r", "40/s", "-d", "2s", "--warmup", "1s"];
    load(&[&asked[..], &["--out", path(&out)]].concat());
    let run = run_of(&out);
    assert_eq!((stub.asked(), &run["steps"][0]["count"]), (80, &40.into()));
    assert_eq!((&run["arrivals"]["arrived"], &run["warmup_seconds"]), (&80.into(), &1.0.into()));
}
