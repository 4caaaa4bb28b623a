//! `ticketing queue` as a program, against a server whose clock stands still.

use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use ticketing_core::accounts::{Caller, Role};
use ticketing_core::catalog::{CategoryPrice, NewPerformance, Policy, VenueDetails};
use ticketing_core::payments::{PortOne, PortOneSettings};
use ticketing_core::pictures::PictureStore;
use ticketing_core::text::OneLine;
use ticketing_core::{
    BoxOffice, Clock, Currency, EmbeddedSettings, Money, Randomness, SigningKey, Timestamp,
};
use ticketing_server::{App, router};
use uuid::Uuid;

const EMAIL: &str = "root@example.org";
const PASSWORD: &str = "a long password";
const PLAN: &str = "name = \"Hall\"\n[[categories]]\nname = \"All\"\n\
    [[areas]]\nname = \"Floor\"\ncategory = \"All\"\nplaces = 50\n";

struct House {
    office: BoxOffice,
    clock: Clock,
    url: String,
    administrator: Caller,
    performance: Uuid,
    folder: tempfile::TempDir,
}

impl House {
    /// A performance that goes on sale in a minute, with a draw.
    async fn open(entropy: Option<&str>) -> Self {
        let clock = Clock::manual(Timestamp::from_millis(1_777_629_600_000));
        let secret = SecretString::from("nobody pays here");
        let gateway = PortOneSettings::live("http://127.0.0.1:1", secret);
        let office = BoxOffice::embedded(EmbeddedSettings {
            clock: clock.clone(),
            randomness: Randomness::seeded(1),
            signing_key: SigningKey::new([7; 32]),
            provider: Arc::new(PortOne::new(gateway).unwrap()),
            picture_store: PictureStore::in_memory(),
            #[cfg(feature = "broken-guards")]
            broken: ticketing_server::embedded::Broken::default(),
        });
        let password = SecretString::from(PASSWORD);
        office.ensure_administrator(EMAIL, &password).await.unwrap();
        let session = office.sign_in(EMAIL, &password).await.unwrap();
        let administrator = office.authenticate(&session.access_token).unwrap();
        office
            .set_role(&administrator, administrator.account(), Role::Administrator)
            .await
            .unwrap();
        let venue = VenueDetails {
            name: "Hall".into(),
            address: String::new(),
            time_zone: None,
            seat_map: Value::String(PLAN.into()),
        };
        let venue = office.add_venue(&administrator, venue, None).await.unwrap().0.id;
        let now = clock.now();
        let new = NewPerformance {
            production_id: None,
            venue_id: venue,
            title: "Drawn".into(),
            description: String::new(),
            genre: String::new(),
            age_limit: 0,
            running_minutes: 90,
            listed_at: now,
            on_sale_at: now.plus_seconds(60),
            starts_at: now.plus_seconds(24 * 3600),
            prices: vec![CategoryPrice {
                category: "All".into(),
                price: Some(Money { amount: 1_000, currency: Currency::from_code("EUR").unwrap() }),
            }],
            policy: Policy {
                pre_queue_seconds: Some(600),
                draw_entropy: entropy.map(|source| OneLine::new(source, 1..=200).unwrap()),
                ..Policy::default()
            },
        };
        let performance = office.add_performance(&administrator, new, None).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = router(App::new(office.clone(), true));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            office,
            clock,
            url,
            administrator,
            performance: performance.performance.id.uuid(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Joins, and keeps the answer's receipt in a file.
    async fn join(&self, name: &str) -> Caller {
        let made = self.office.add_synthetic_buyers(&self.administrator, 1).await.unwrap();
        let caller = self.office.authenticate(&made[0].access_token).unwrap();
        let joined = self.office.join(&caller, self.performance.into()).await.unwrap();
        std::fs::write(self.folder.path().join(name), joined.receipt.unwrap()).unwrap();
        caller
    }

    async fn opens(&self) {
        self.clock.advance(Duration::from_secs(60));
        self.office.step_lines().await.unwrap();
        self.clock.advance(Duration::from_secs(1));
        self.office.step_lines().await.unwrap();
    }

    async fn queue(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TICKETING_") {
                command.env_remove(name);
            }
        }
        command.args(["queue", arguments[0], &self.performance.to_string()]);
        command.args(&arguments[1..]).args(["--server", &self.url]);
        command.env("TICKETING_EMAIL", EMAIL).env("TICKETING_PASSWORD", PASSWORD);
        command.current_dir(self.folder.path());
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    async fn said(&self, arguments: &[&str]) -> String {
        let output = self.queue(arguments).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draw_is_verified_from_what_is_public_and_a_receipt() {
    let house = House::open(Some("the lottery of 2 May")).await;
    let caller = house.join("first").await;
    house.join("second").await;
    let early = house.queue(&["verify"]).await;
    assert_eq!(early.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&early.stderr).contains("nothing to verify yet"));
    house.opens().await;
    house.said(&["entropy", "1 2 3"]).await;
    house.opens().await;
    let said = house.said(&["verify", "--receipt", "first", "--receipt", "second"]).await;
    assert!(said.contains("PROVEN"), "{said}");
    assert!(said.contains("the lottery of 2 May said \"1 2 3\""), "{said}");
    assert!(said.contains("place 1 has rank"), "{said}");
    // The rank that the buyer was shown is compared where it was kept.
    let shown = house.office.join(&caller, house.performance.into()).await.unwrap();
    let receipt = shown.receipt.unwrap();
    for (rank, code) in [(shown.rank.unwrap(), 0), (3 - shown.rank.unwrap(), 10)] {
        let kept = serde_json::json!({"receipt": receipt, "rank": rank}).to_string();
        std::fs::write(house.folder.path().join("kept"), kept).unwrap();
        let verified = house.queue(&["verify", "--receipt", "kept", "-o", "json"]).await;
        assert_eq!(verified.status.code(), Some(code), "rank {rank}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_is_steered_and_every_change_is_in_the_audit() {
    let house = House::open(None).await;
    let buyer = house.join("receipt").await;
    house.opens().await;
    assert!(house.said(&["status"]).await.contains("open"));
    let paused = house.said(&["pause", "--message", "back at ten"]).await;
    assert!(paused.contains("paused") && paused.contains("back at ten"), "{paused}");
    assert!(house.said(&["resume"]).await.contains("open"));
    house.said(&["rate", "120"]).await;
    house.said(&["rate", "none"]).await;
    house.said(&["capacity", "7"]).await;
    house.said(&["revoke", "--account", &buyer.account().to_string(), "--yes"]).await;
    assert!(house.said(&["drain"]).await.contains("draining"));
    house.clock.advance(Duration::from_millis(1_001));
    assert!(house.said(&["status"]).await.contains("of 7"));
    let watched = house.said(&["watch", "--looks", "1", "-o", "json"]).await;
    let watched: Value = serde_json::from_str(&watched).unwrap();
    assert_eq!(watched["report"]["capacity"], 7);
    let audit: Value = serde_json::from_str(&house.said(&["audit", "-o", "json"]).await).unwrap();
    let actions: Vec<_> =
        audit["items"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    let expected = ["drain", "revoke", "capacity", "rate", "rate", "resume", "pause"];
    assert_eq!(actions, expected);
    let wrong = house.queue(&["rate", "fast"]).await;
    assert_eq!(wrong.status.code(), Some(2));
}
