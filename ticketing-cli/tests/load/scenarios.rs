//! Buyers, in a sale.

use std::fs;

use tempfile::TempDir;

use crate::{command, load, path, run_of, said};

#[test]
fn a_payment_gateway_elsewhere_is_refused_as_a_server_is() {
    let mut foreign = command(&["run", "arena", "--server", "http://127.0.0.1:1"]);
    foreign.env("TICKETING_GATEWAY", "http://192.0.2.1");
    let output = foreign.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("http://192.0.2.1 is not on this machine"), "{}", said(&output));
}

#[test]
fn a_scenario_of_ones_own_is_checked_and_played() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("own.toml");
    assert!(load(&["scenario", "init", path(&file)]).status.success());
    assert_eq!(load(&["scenario", "init", path(&file)]).status.code(), Some(1), "it is there");
    let text = fs::read_to_string(&file).unwrap();
    let text = text.replace("rate = 250, lasts = \"20s\"", "rate = 50, lasts = \"1s\"");
    fs::write(&file, text).unwrap();
    let checked = load(&["scenario", "check", path(&file)]);
    assert!(said(&checked).contains("50 buyers within 1.0 s"), "{}", said(&checked));

    let (out, trace) = (folder.path().join("run"), folder.path().join("trace"));
    let times = (0..40).map(|number| format!("{}\n", 1_700_000_000.0 + f64::from(number) / 50.0));
    fs::write(&trace, times.collect::<String>()).unwrap();
    let asked = ["run", path(&file), "--seed", "3", "--trace", path(&trace), "--out", path(&out)];
    let output = load(&asked);
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

#[test]
fn what_the_benchmarks_play_are_scenarios() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/load");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let scenarios = files.filter(|file| file.extension().is_some_and(|kind| kind == "toml"));
    let mut checked = 0;
    for scenario in scenarios {
        let output = load(&["scenario", "check", path(&scenario)]);
        assert!(output.status.success(), "{}: {}", scenario.display(), said(&output));
        checked += 1;
    }
    assert!(checked > 0);
}
