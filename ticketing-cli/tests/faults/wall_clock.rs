//! The wall clock of one of two servers is set forward by five minutes; its monotonic clock goes on.
//! Nobody's hold is freed by it, and nobody's pass ends.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use ticketing_client::{Client, IdempotencyKey, accounts, clock, line, orders, sales, seats};
use ticketing_load::clock::RunClock;
use ticketing_load::fleet::Fleet;
use ticketing_load::stage::{self, Script, Stage};
use ticketing_wire::Time;
use ticketing_wire::accounts::SignIn;
use ticketing_wire::line::PlaceState;
use ticketing_wire::performances::PolicyTerms;
use ticketing_wire::seats::NewHold;
use ticketing_wire::secrets::{AccessToken, PassToken, Password, PlaceToken};
use ticketing_wire::venues::SeatingPlan;

use crate::deployment::{ADMIN_EMAIL, Deployment, some_number};

const FORWARD_SECONDS: i64 = 300;
/// Longer than a test takes, and shorter than the clock is set forward.
const DEADLINE_SECONDS: u32 = 120;
/// How often something that must come is looked for.
const LOOKS: u32 = 200;
/// Time enough for several ticks and sweeps of either server.
const LOOKS_AFTERWARDS: u32 = 20;

struct Inside {
    token: AccessToken,
    place: PlaceToken,
    pass: PassToken,
    ends: Time,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn a_wall_clock_set_forward_frees_nobodys_hold_and_ends_nobodys_pass() {
    let folder = tempfile::tempdir().unwrap();
    let offset = folder.path().join("offset");
    fs::write(&offset, "+0").unwrap();
    let fake = [
        ("LD_PRELOAD", libfaketime().display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", offset.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    let deployment = tokio::task::block_in_place(|| Deployment::start_with(None, &fake));
    let servers: Vec<String> = deployment.servers.iter().map(|server| server.url.clone()).collect();
    let fleet = Fleet::new(&servers, 4).unwrap();
    let stage = set_stage(&fleet, &deployment.password).await;
    let inside = admitted(fleet.client(0), &stage).await;
    let id = stage.performance.id;
    let key = IdempotencyKey::from_random(7);
    let wish = NewHold::of(vec![0, 1]);
    let hold = seats::hold(&inside.token, &inside.pass, id, &wish, &key);
    let held = fleet.client(0).send(&hold).await.unwrap();
    // Somebody who would come in if a pass ended, and whom a freed seat would show.
    let other = &stage.buyers[1].access_token;
    let waits = fleet.client(0).send(&line::join(other, id)).await.unwrap().place_token;

    fs::write(&offset, format!("+{FORWARD_SECONDS}")).unwrap();
    until_ahead(&servers[0], &servers[1]).await;

    for look in 0..LOOKS_AFTERWARDS {
        let server = fleet.client(look as usize);
        let told = server.send(&line::ask(&inside.token, &inside.place, id)).await.unwrap();
        assert_eq!((told.state, told.pass_expires_at), (PlaceState::Admitted, Some(inside.ends)));
        let told = server.send(&line::ask(other, &waits, id)).await.unwrap();
        assert_eq!(told.state, PlaceState::Waiting);
        let report = server.send(&sales::sales(&stage.organizer, id)).await.unwrap();
        assert_eq!(report.held, 2);
        let again = server.send(&hold).await.unwrap();
        assert_eq!((again.id, again.expires_at), (held.id, held.expires_at));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let key = IdempotencyKey::from_random(8);
    let order = orders::place(&inside.token, &inside.pass, held.id, &key);
    let order = fleet.client(0).send(&order).await.unwrap();
    assert_eq!(order.seats, [0, 1]);
}

async fn set_stage(fleet: &Fleet, password: &str) -> Stage {
    let who = SignIn { email: ADMIN_EMAIL.to_owned(), password: password.to_owned().into() };
    let session = fleet.send(&accounts::sign_in(&who)).await.unwrap();
    let plan = "name = \"Hall\"\n[[categories]]\nname = \"All\"\n[[sections]]\nname = \"Floor\"\n\
                category = \"All\"\nrows = [{ label = \"1\", seats = \"1-10\" }]\n";
    let script = Script {
        tag: some_number(),
        organizer: Password::from(format!("password-{}", some_number())).into(),
        hall: "Hall".into(),
        seat_map: SeatingPlan(json!(plan)),
        categories: vec!["All".into()],
        policy: PolicyTerms {
            line_capacity: Some(1),
            pass_lease_seconds: Some(DEADLINE_SECONDS),
            hold_seconds: Some(DEADLINE_SECONDS),
            ..PolicyTerms::default()
        },
        opens_in: Duration::ZERO,
        starts_in: Duration::from_hours(24),
        buyers: 2,
    };
    let clock = RunClock::start(clock::now());
    stage::set(fleet, &session.access_token, &script, clock).await.unwrap()
}

/// Joins and asks as it is told to until it is in.
async fn admitted(client: &Client, stage: &Stage) -> Inside {
    let (token, id) = (stage.buyers[0].access_token.clone(), stage.performance.id);
    let place = client.send(&line::join(&token, id)).await.unwrap().place_token;
    for _ in 0..LOOKS {
        let told = client.send(&line::ask(&token, &place, id)).await.unwrap();
        if let (Some(pass), Some(ends)) = (told.pass_token, told.pass_expires_at) {
            return Inside { token, place, pass, ends };
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nobody was admitted to an empty line");
}

/// Until one server's answers are dated minutes after the other's.
async fn until_ahead(ahead: &str, other: &str) {
    let http = reqwest::Client::new();
    let date = async |server: &str| {
        let answer = http.get(format!("{server}/livez")).send().await.unwrap();
        let date = answer.headers()["date"].to_str().unwrap().to_owned();
        jiff::fmt::rfc2822::parse(&date).unwrap().timestamp().as_second()
    };
    for _ in 0..LOOKS {
        if date(ahead).await - date(other).await > FORWARD_SECONDS - 30 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the wall clock of {ahead} was not set forward");
}

fn libfaketime() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").expect("a Debian system");
    let libraries = folders.flatten().map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    let found = libraries.into_iter().find(|library| library.exists());
    found.expect("libfaketime is installed: ./services up installs it")
}
