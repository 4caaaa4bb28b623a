//! The load commands as a program: what they write, and how they exit.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// A server that answers everything with 200 after some time, and counts.
struct Stub {
    url: String,
    asked: Arc<AtomicU64>,
}

impl Stub {
    fn new(takes: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&asked);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let counted = Arc::clone(&counted);
                thread::spawn(move || answer(connection.unwrap(), takes, &counted));
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

fn answer(mut connection: TcpStream, takes: Duration, asked: &AtomicU64) {
    let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        if line.is_empty() {
            asked.fetch_add(1, Ordering::Relaxed);
            thread::sleep(takes);
            if connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").is_err() {
                return;
            }
        }
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TICKETING_") {
            command.env_remove(name);
        }
    }
    command.arg("load").args(arguments);
    command
}

fn load(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn run_of(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("run.json")).unwrap()).unwrap()
}

fn path(folder: &Path) -> &str {
    folder.to_str().unwrap()
}

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
fn shards_are_merged_to_the_whole_and_a_run_is_equal_to_itself() {
    let (stub, folder) = (Stub::new(Duration::ZERO), TempDir::new().unwrap());
    let shards = ["1/3", "2/3", "3/3"].map(|shard| {
        let out = folder.path().join(shard.replace('/', "-"));
        let asked = ["quick", "get", &stub.url, "-r", "50/s", "-d", "1s", "--dist", "poisson"];
        load(&[&asked[..], &["--shard", shard, "--out", path(&out)]].concat());
        out
    });
    assert_eq!(stub.asked(), 50);
    let all = folder.path().join("all");
    let shards: Vec<_> = shards.iter().map(|shard| path(shard)).collect();
    let output = load(&[&["merge"], &shards[..], &["--out", path(&all)]].concat());
    assert!([Some(0), Some(22)].contains(&output.status.code()), "{}", said(&output));
    let run = run_of(&all);
    assert_eq!((&run["arrivals"]["arrived"], &run["steps"][0]["count"]), (&50.into(), &50.into()));

    let two = load(&["merge", shards[0], shards[1], "--out", path(&folder.path().join("two"))]);
    assert_eq!(two.status.code(), Some(22), "{}", said(&two));
    assert!(said(&two).contains("[3] are missing"), "{}", said(&two));
    let same = load(&["compare", path(&all), path(&all), "--fail-on", "p99>+0%"]);
    let comparable = if run["validity"]["valid"] == true { 0 } else { 22 };
    assert_eq!(same.status.code(), Some(comparable), "{}", said(&same));
}

#[test]
fn a_payment_gateway_elsewhere_is_refused_as_a_server_is() {
    let mut foreign = command(&["run", "arena", "--server", "http://127.0.0.1:1"]);
    foreign.env("TICKETING_GATEWAY", "http://192.0.2.1");
    let output = foreign.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("http://192.0.2.1 is not on this machine"), "{}", said(&output));
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
fn a_build_that_became_slower_is_named_by_its_step() {
    let folder = TempDir::new().unwrap();
    let runs = [1, 40].map(|millis| {
        let stub = Stub::new(Duration::from_millis(millis));
        let out = folder.path().join(millis.to_string());
        load(&["quick", "get", &stub.url, "--users", "10", "-d", "1s", "--out", path(&out)]);
        // Both are of the same request; only its server's port differs.
        let file = out.join("run.json");
        let text = fs::read_to_string(&file).unwrap().replace(stub.url.trim_end_matches('/'), "x");
        fs::write(&file, text).unwrap();
        out
    });
    let compared = load(&["compare", path(&runs[0]), path(&runs[1]), "--fail-on", "p50>+50%"]);
    assert!(said(&compared).contains("slower: request p50 by"), "{}", said(&compared));
    let valid = runs.iter().all(|run| run_of(run)["validity"]["valid"] == true);
    let code = if valid { 20 } else { 22 };
    assert_eq!(compared.status.code(), Some(code), "{}", said(&compared));
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
fn a_scenario_of_ones_own_is_checked_and_played() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("own.toml");
    assert!(load(&["scenario", "init", path(&file)]).status.success());
    assert_eq!(load(&["scenario", "init", path(&file)]).status.code(), Some(1), "it is there");
    let text = fs::read_to_string(&file).unwrap();
    let text = text.replace("rate = 250, lasts = \"20s\"", "rate = 40, lasts = \"1s\"");
    fs::write(&file, text).unwrap();
    let checked = load(&["scenario", "check", path(&file)]);
    assert!(said(&checked).contains("40 buyers within 1.0 s"), "{}", said(&checked));

    let out = folder.path().join("run");
    let output = load(&["run", path(&file), "--seed", "3", "--out", path(&out)]);
    let run = run_of(&out);
    assert_eq!(run["sale"]["arrived"], 40, "{}", said(&output));
    let checks = run["checks"].as_array().unwrap();
    let all_ok = checks.iter().all(|check| check["ok"] == true);
    assert!(checks.len() == 13 && all_ok, "{}", said(&output));
    let code = if run["validity"]["valid"] == true { 0 } else { 22 };
    assert_eq!(output.status.code(), Some(code), "{}", said(&output));

    fs::write(&file, "name = 'x'\nabout = 'y'\narrivals = { shape = 'round' }").unwrap();
    let wrong = load(&["scenario", "check", path(&file)]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said(&wrong).contains("round"), "{}", said(&wrong));
}
