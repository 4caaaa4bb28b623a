//! A gateway and two servers on the services, and a demo against them.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::Program;

const SERVICES: [&str; 3] = ["TICKETING_POSTGRES", "TICKETING_REDIS", "TICKETING_KAFKA"];
pub(crate) const ADMIN_EMAIL: &str = "administrator@example.org";

/// A demo needs the machine for itself: two at once would only measure each other.
static ALONE: Mutex<()> = Mutex::new(());

pub(crate) struct Deployment {
    pub(crate) servers: Vec<Program>,
    gateway: Program,
    pub(crate) password: String,
    _ledger: TempDir,
    _alone: MutexGuard<'static, ()>,
}

/// What a demo says while it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pub(crate) arrived: u64,
    pub(crate) sold: u64,
}

impl Deployment {
    /// Two servers, on the Redis of the environment or another one.
    pub(crate) fn start(redis: Option<String>) -> Self {
        Self::start_with(redis, &[])
    }

    /// Two servers, the first of them with settings of its own.
    pub(crate) fn start_with(redis: Option<String>, of_the_first: &[(&str, String)]) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        for name in SERVICES {
            assert!(
                std::env::var_os(name).is_some(),
                "{name} is not set: eval \"$(./services env)\""
            );
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
        let mut settings = vec![
            ("TICKETING_GATEWAY", gateway.url.clone()),
            ("TICKETING_GATEWAY_SECRET", secret),
            ("TICKETING_NAMESPACE", format!("faults_{}", some_number())),
            // 32 bytes in base64: digits are letters of it, and a final 0 leaves no stray bits.
            ("TICKETING_SIGNING_KEY", format!("{:0<43}=", some_number())),
            ("TICKETING_ADMIN_EMAIL", ADMIN_EMAIL.to_owned()),
            ("TICKETING_ADMIN_PASSWORD", password.clone()),
            ("TICKETING_LOG", "warn".to_owned()),
        ];
        settings.extend(redis.map(|url| ("TICKETING_REDIS", url)));
        let listen = ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
        let listen = [&listen[..], &["--allow-synthetic-buyers"]].concat();
        let first = [&settings[..], of_the_first].concat();
        let server =
            |settings: &[(&str, String)]| Program::start("ticketing-server", &listen, settings);
        let servers = vec![server(&first), server(&settings)];
        Self { servers, gateway, password, _ledger: folder, _alone: alone }
    }

    /// Runs a demo and breaks something once `when` says so; answers the report.
    pub(crate) fn demo(
        &mut self,
        buyers: u64,
        seed: u64,
        when: impl Fn(Progress) -> bool,
        breaks: impl FnOnce(&mut Self),
    ) -> Value {
        let (buyers, seed) = (buyers.to_string(), seed.to_string());
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing"));
        command.args(["demo", "-o", "json", "--buyers", &buyers, "--seed", &seed]);
        for server in &self.servers {
            command.args(["--server", &server.url]);
        }
        let mut demo = command
            .env("TICKETING_GATEWAY", &self.gateway.url)
            .env("TICKETING_ADMIN_EMAIL", ADMIN_EMAIL)
            .env("TICKETING_ADMIN_PASSWORD", &self.password)
            .env_remove("TICKETING_SERVERS")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the demo starts");
        self.break_in_the_middle(&mut demo, when, breaks);
        let mut report = String::new();
        demo.stdout.take().expect("a pipe").read_to_string(&mut report).expect("it is read");
        demo.wait().expect("the demo ends");
        serde_json::from_str(&report).expect("the report is JSON")
    }

    /// Reads the demo's talk to its end, and breaks something on the way.
    fn break_in_the_middle(
        &mut self,
        demo: &mut Child,
        when: impl Fn(Progress) -> bool,
        breaks: impl FnOnce(&mut Self),
    ) {
        let talk = BufReader::new(demo.stderr.take().expect("stderr is a pipe"));
        let mut breaks = Some(breaks);
        for line in talk.lines() {
            let line = line.expect("the demo's talk is text");
            eprintln!("{line}");
            let Some(progress) = Progress::of(&line) else { continue };
            if when(progress)
                && let Some(breaks) = breaks.take()
            {
                eprintln!("now it breaks: {progress:?}");
                breaks(self);
            }
        }
        assert!(breaks.is_none(), "the demo ended before anything broke");
    }
}

impl Progress {
    fn of(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let mut after = |name: &str| -> Option<u64> {
            words.find(|word| *word == name)?;
            words.next()?.parse().ok()
        };
        Some(Self { arrived: after("arrived")?, sold: after("sold")? })
    }
}

/// Every check must be green, but for requests that broke, and for what this fault may cost.
pub(crate) fn assert_green_but_for(report: &Value, may_break: &[&str]) {
    for check in report["checks"].as_array().expect("checks") {
        let name = check["name"].as_str().expect("a name");
        let ok = check["ok"].as_bool().expect("a verdict");
        eprintln!("{check}");
        assert!(ok || name == "errors" || may_break.contains(&name), "{check}");
    }
    assert!(report["sale"]["bought"].as_u64().expect("a count") > 0);
}

#[expect(clippy::disallowed_methods, reason = "a name that no other run has")]
pub(crate) fn some_number() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after the epoch").as_nanos()
}
