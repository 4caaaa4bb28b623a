//! One of two servers is killed with SIGKILL in the middle of a demo on the services: every check
//! but `errors` stays green.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

const SERVICES: [&str; 3] = ["TICKETING_POSTGRES", "TICKETING_REDIS", "TICKETING_KAFKA"];
const ADMIN_EMAIL: &str = "administrator@example.org";
const BUYERS: u64 = 1_500;
/// Fixes the buyers, and with them the moment of the kill.
const SEED: u64 = 11;

/// A program that is ended with the test, however the test ends.
struct Program {
    child: Child,
    url: String,
    _stdout: BufReader<ChildStdout>,
}

impl Program {
    /// Starts a program of this workspace and waits for its one line.
    fn start(name: &str, arguments: &[&str], settings: &[(&str, String)]) -> Self {
        let mut child = Command::new(sibling(name))
            .args(arguments)
            .envs(settings.iter().map(|(name, value)| (*name, value)))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the program says where it listens");
        let url = line.trim().strip_prefix("listening on ").expect("its one line").to_owned();
        Self { child, url, _stdout: stdout }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that cargo built beside this package's own.
fn sibling(name: &str) -> PathBuf {
    let own = Path::new(env!("CARGO_BIN_EXE_ticketing"));
    let path = own.with_file_name(name);
    assert!(path.exists(), "{} is not built: cargo build --workspace", path.display());
    path
}

#[expect(clippy::disallowed_methods, reason = "a name that no other run has")]
fn some_number() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after the epoch").as_nanos()
}

#[test]
#[ignore = "needs ./services up"]
fn a_server_killed_in_the_middle_of_a_demo_costs_nobody_anything_but_broken_requests() {
    for name in SERVICES {
        assert!(std::env::var_os(name).is_some(), "{name} is not set: eval \"$(./services env)\"");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = folder.path().join("gateway.ledger.jsonl");
    let secret = format!("gateway-{}", some_number());
    let gateway = Program::start(
        "ticketing-sandbox-gateway",
        &["--listen", "127.0.0.1:0", "--ledger", ledger.to_str().expect("a plain path")],
        &[("TICKETING_GATEWAY_SECRET", secret.clone())],
    );
    let password = format!("password-{}", some_number());
    let settings = [
        ("TICKETING_GATEWAY", gateway.url.clone()),
        ("TICKETING_GATEWAY_SECRET", secret),
        ("TICKETING_NAMESPACE", format!("sigkill_{}", some_number())),
        // 32 bytes in base64: digits are letters of it, and a final 0 leaves no stray bits.
        ("TICKETING_SIGNING_KEY", format!("{:0<43}=", some_number())),
        ("TICKETING_ADMIN_EMAIL", ADMIN_EMAIL.to_owned()),
        ("TICKETING_ADMIN_PASSWORD", password.clone()),
    ];
    let listen = ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
    let listen = [&listen[..], &["--allow-synthetic-buyers"]].concat();
    let mut first = Program::start("ticketing-server", &listen, &settings);
    let second = Program::start("ticketing-server", &listen, &settings);

    let (buyers, seed) = (BUYERS.to_string(), SEED.to_string());
    let mut demo = Command::new(env!("CARGO_BIN_EXE_ticketing"))
        .args(["demo", "-o", "json", "--buyers", &buyers, "--seed", &seed])
        .args(["--server", &first.url, "--server", &second.url])
        .env("TICKETING_GATEWAY", &gateway.url)
        .env("TICKETING_ADMIN_EMAIL", ADMIN_EMAIL)
        .env("TICKETING_ADMIN_PASSWORD", password)
        .env_remove("TICKETING_SERVERS")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the demo starts");
    let at = BUYERS / 4 + SEED * 37 % (BUYERS / 2);
    let killed_at = kill_when_arrived(&mut demo, &mut first.child, at);
    let mut report = String::new();
    demo.stdout.take().expect("a pipe").read_to_string(&mut report).expect("the report is read");
    demo.wait().expect("the demo ends");

    let report: serde_json::Value = serde_json::from_str(&report).expect("the report is JSON");
    assert!(killed_at < BUYERS, "the kill came after the last arrival");
    for check in report["checks"].as_array().expect("checks") {
        let name = check["name"].as_str().expect("a name");
        let ok = check["ok"].as_bool().expect("a verdict");
        assert!(ok || name == "errors", "killed at {killed_at} buyers: {check}");
    }
    assert!(report["buyers"]["bought"].as_u64().expect("a count") > 0);
}

/// Kills the server once so many buyers have arrived, and reads the demo's talk to its end.
fn kill_when_arrived(demo: &mut Child, server: &mut Child, at: u64) -> u64 {
    let talk = BufReader::new(demo.stderr.take().expect("stderr is a pipe"));
    let mut killed_at = None;
    for line in talk.lines() {
        let line = line.expect("the demo's talk is text");
        eprintln!("{line}");
        let Some(arrived) = line.trim().strip_prefix("arrived") else { continue };
        let arrived = arrived.split_whitespace().next().and_then(|count| count.parse().ok());
        let arrived: u64 = arrived.unwrap_or(0);
        if killed_at.is_none() && arrived >= at {
            server.kill().expect("the server is killed");
            killed_at = Some(arrived);
        }
    }
    killed_at.expect("so many buyers arrived")
}
