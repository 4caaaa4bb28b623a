//! Several runs: parts of one, and one after the other.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use crate::{Stub, load, path, run_of, said};

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
