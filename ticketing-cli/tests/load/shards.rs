//! One sale that several generators play together.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::Value;
use tempfile::TempDir;
use ticketing_client::clock::{later, now};
use ticketing_server::embedded::{Options, Running, start};

use crate::{command, load, path, run_of, said};

/// How long the generators of a test have for setting their stages.
const READY_WITHIN: Duration = Duration::from_secs(15);

/// One that is allowed to put buyers before this server.
fn generator(server: &Running, arguments: &[&str]) -> Command {
    let mut command = command(&[arguments, &["--server", &server.base_url]].concat());
    command.env("TICKETING_GATEWAY", &server.gateway_url);
    command.env("TICKETING_ADMIN_EMAIL", &server.admin_email);
    command.env("TICKETING_ADMIN_PASSWORD", server.admin_password.expose_secret());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Sixty buyers for the shipped scenario's seats, from its file.
fn scenario(folder: &Path) -> String {
    let file = folder.join("own.toml");
    assert!(load(&["scenario", "init", path(&file)]).status.success());
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("rate = 250, lasts = \"20s\"", "rate = 60, lasts = \"1s\""))
        .unwrap();
    path(&file).to_owned()
}

/// Each plays its part; they have to agree on nothing but the flags.
fn play(server: &Running, scenario: &str, folder: &Path) -> Vec<(String, Output)> {
    let start_at = later(now(), READY_WITHIN).to_string();
    let playing = ["1/3", "2/3", "3/3"].map(|shard| {
        let out = path(&folder.join(shard.replace('/', "-"))).to_owned();
        let asked = ["run", scenario, "--seed", "3", "--shard", shard, "--start-at", &start_at];
        let asked = [&asked[..], &["--out", &out, "--progress", "none"]].concat();
        let child = generator(server, &asked).spawn().unwrap();
        (out, child)
    });
    playing.map(|(out, child)| (out, child.wait_with_output().unwrap())).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_generators_play_one_sale_which_is_judged_once_all_buyers_are_gone() {
    let (server, folder) = (start(Options::default()).await.unwrap(), TempDir::new().unwrap());
    let folder = folder.path();
    let scenario = scenario(folder);
    let parts = play(&server, &scenario, folder);
    for (out, output) in &parts {
        assert!(Path::new(out).join("run.json").exists(), "{}", said(output));
        let run = run_of(Path::new(out));
        assert_eq!(run["arrivals"]["arrived"], 20, "{}", said(output));
        assert_eq!((&run["sale"], &run["checks"]), (&Value::Null, &Value::Array(vec![])));
        assert!(said(output).contains("judged when the shards are merged"), "{}", said(output));
    }
    let outs: Vec<&str> = parts.iter().map(|(out, _)| out.as_str()).collect();

    let all = folder.join("all");
    let merge = [&["merge"], &outs[..], &["--out", path(&all)]].concat();
    let output = generator(&server, &merge).output().unwrap();
    let run = run_of(&all);
    assert_eq!(run["sale"]["arrived"], 60, "{}", said(&output));
    let checks = run["checks"].as_array().unwrap();
    let all_ok = checks.iter().all(|check| check["ok"] == true);
    assert!(checks.len() == 13 && all_ok, "{}", said(&output));
    assert!(run["sale"]["sold"].as_u64() > Some(0), "{}", said(&output));

    let unasked = folder.join("unasked");
    let output = load(&[&["merge"], &outs[..], &["--out", path(&unasked)]].concat());
    assert_eq!(run_of(&unasked)["sale"], Value::Null);
    assert!(said(&output).contains("not judged: what was sold"), "{}", said(&output));

    // An order that a buyer saw paid, and that nobody can find in the books.
    let told = Path::new(outs[0]).join("told.json");
    let text = fs::read_to_string(&told).unwrap();
    let mut part: Value = serde_json::from_str(&text).unwrap();
    let buyers = part["buyers"].as_array_mut().unwrap();
    let orders = buyers.iter_mut().flat_map(|buyer| buyer["orders"].as_array_mut().unwrap());
    let paid = orders.into_iter().find(|order| order["status"] == "paid").unwrap();
    paid["order"] = "00000000-0000-7000-8000-000000000000".into();
    fs::write(&told, part.to_string()).unwrap();
    let spoilt = folder.join("spoilt");
    let merge = [&["merge"], &outs[..], &["--out", path(&spoilt)]].concat();
    let output = generator(&server, &merge).output().unwrap();
    assert_eq!(output.status.code(), Some(21), "{}", said(&output));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_generator_measured_is_not_lost_where_what_it_was_told_cannot_be_written() {
    let (server, folder) = (start(Options::default()).await.unwrap(), TempDir::new().unwrap());
    let scenario = scenario(folder.path());
    let out = folder.path().join("part");
    // Where the file belongs is a folder already.
    fs::create_dir_all(out.join("told.json")).unwrap();
    let start_at = later(now(), READY_WITHIN).to_string();
    let asked = ["run", &scenario, "--shard", "1/2", "--start-at", &start_at, "--out", path(&out)];
    let output = generator(&server, &asked).output().unwrap();
    assert!(said(&output).contains("what was sold cannot be judged"), "{}", said(&output));
    assert_eq!(run_of(&out)["arrivals"]["arrived"], 30, "{}", said(&output));
    server.stop().await;
}

#[test]
fn a_closed_population_is_one_generators() {
    let folder = TempDir::new().unwrap();
    let scenario = scenario(folder.path());
    let text = fs::read_to_string(&scenario).unwrap();
    let open = text.lines().find(|line| line.starts_with("arrivals")).unwrap();
    let closed = text.replace(open, r#"arrivals = { shape = "users", users = 2, buyers = 4 }"#);
    fs::write(&scenario, closed).unwrap();
    let soon = later(now(), READY_WITHIN).to_string();
    let asked = ["run", &scenario, "--shard", "1/2", "--start-at", &soon];
    let output = load(&[&asked[..], &["--server", "http://127.0.0.1:1"]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("a closed population"), "{}", said(&output));
}

#[test]
fn a_generator_that_cannot_play_with_the_others_says_why() {
    let soon = later(now(), READY_WITHIN).to_string();
    let shard = |rest: &[&str]| load(&[&["run", "arena", "--shard", "1/2"], rest].concat());
    let server = ["--server", "http://127.0.0.1:1"];
    for (output, why) in [
        (shard(&[]), "--start-at"),
        (shard(&["--start-at", &soon]), "--server"),
        (shard(&["--start-at", "2020-01-01T00:00:00Z", server[0], server[1]]), "is over"),
        (shard(&["--start-at", "2999-01-01T00:00:00Z", server[0], server[1]]), "12 hours away"),
        (shard(&["--start-at", &soon, "--users", "3"]), "--users"),
        (shard(&["--start-at", &soon, "--verify"]), "--verify"),
        (load(&["run", "arena", "--shard", "1/1", "--start-at", &soon]), "part of several"),
    ] {
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(why), "{}", said(&output));
    }
}
