//! Where a campaign plays: a gateway in this process, a namespace of its own on the services, a
//! performance on sale, and buyers.

use std::fmt::Write as _;
use std::sync::Arc;

use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;
use ticketing_core::accounts::Role;
use ticketing_core::catalog::{CategoryPrice, NewPerformance, Policy, VenueDetails};
use ticketing_core::{BoxOffice, Currency, Money, Timestamp};
use ticketing_gateway::{FaultPlan, Gateway, Options, Webhooks};
use tokio::net::TcpListener;

use crate::buyers::{Places, SEATS};
use crate::judge::{Judge, Verdict};
use crate::server::{Common, free_port, url};
use crate::time::Time;

const PRICE: i64 = 10_000;
const DAY_SECONDS: u32 = 24 * 3_600;
const SERVERS: usize = 2;
/// By how much time is moved on between two looks, and how often: past every watch's end.
const MOVED_SECONDS: u64 = 300;
const MOVES: u64 = 26 * 12;
/// How often time is moved on, and every how many times it is judged.
const MOVED_EVERY: std::time::Duration = std::time::Duration::from_millis(100);
const JUDGED_EVERY: u64 = 10;
/// What must have gone by before a judgement counts: longer than anything that comes late.
const QUIET_SECONDS: u64 = 1_800;

pub(crate) struct Stage {
    pub(crate) common: Common,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) judge: Judge,
    pub(crate) places: Places,
    pub(crate) ports: [u16; SERVERS],
    /// The buyers' access tokens.
    pub(crate) buyers: Vec<String>,
    /// The administrator's.
    pub(crate) administrator: String,
    _folder: TempDir,
}

impl Stage {
    pub(crate) async fn set(name: &str, buyers: u32, pay_seconds: u32, faults: FaultPlan) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let moved_on = folder.path().join("moved_on");
        let time = Time::begin(&moved_on);
        let ports = [(); SERVERS].map(|()| free_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let common = Common {
            namespace: format!("campaign_{}_{name}", time.origin_ms()),
            moved_on,
            gateway: format!("http://{}", listener.local_addr().expect("an address")),
            secret: format!("{:032}", time.origin_ms()),
            time,
        };
        let gateway = gateway(&common, &ports, faults);
        let forever = std::future::pending();
        tokio::spawn(ticketing_gateway::serve_opened(listener, Arc::clone(&gateway), forever));
        let office = common.office("").await;
        office.migrate().await.expect("the namespace is new");
        let (judge, administrator, buyers) = open(&office, &common, buyers, pay_seconds).await;
        let places = Places {
            servers: ports.iter().map(|port| url(*port)).collect(),
            gateway: common.gateway.clone(),
            performance: judge.performance.to_string(),
        };
        Self { common, gateway, judge, places, ports, buyers, administrator, _folder: folder }
    }

    /// Time moves on until everything has found its end, or too much of it has gone by.
    pub(crate) async fn quiet(&self) -> Verdict {
        let mut verdict = Verdict::default();
        for moved in 1..=MOVES {
            self.common.time.move_on_to(moved * MOVED_SECONDS);
            tokio::time::sleep(MOVED_EVERY).await;
            if moved * MOVED_SECONDS < QUIET_SECONDS || moved % JUDGED_EVERY != 0 {
                continue;
            }
            verdict = self.judge.judge().await;
            if verdict.is_green() {
                break;
            }
        }
        verdict
    }

    /// Nothing of it is left.
    pub(crate) async fn clear(self) {
        let office = self.judge.office;
        office.drop_namespace().await.expect("the namespace can be dropped");
        office.close().await;
    }
}

fn gateway(common: &Common, ports: &[u16], faults: FaultPlan) -> Arc<Gateway> {
    let hears = |port: &u16| format!("{}/v1/webhooks/portone", url(*port));
    let options = Options {
        faults,
        clock: common.time.gateway_clock(),
        control: true,
        webhooks: Some(Webhooks {
            urls: ports.iter().map(hears).collect(),
            confirm_url: None,
            secret: common.webhook_secret(),
        }),
        ..Options::plain(SecretString::from(&*common.secret))
    };
    Gateway::open(options).expect("a ledger in memory")
}

/// A performance on sale, the administrator's token, and those of its buyers.
async fn open(
    office: &BoxOffice,
    common: &Common,
    buyers: u32,
    pay_seconds: u32,
) -> (Judge, String, Vec<String>) {
    let (email, password) = ("root@example.org", SecretString::from(&*common.secret));
    office.ensure_administrator(email, &password).await.expect("an administrator");
    let session = office.sign_in(email, &password).await.expect("a session");
    let administrator = office.authenticate(&session.access_token).expect("it is ours");
    let made = office.add_synthetic_buyers(&administrator, buyers + 1).await.expect("buyers");
    let mut made = made.into_iter();
    let organizer = made.next().expect("one is the organizer");
    office.set_role(&administrator, organizer.account_id, Role::Organizer).await.expect("a role");
    let organizer = office.authenticate(&organizer.access_token).expect("it is ours");

    let seat_map = Value::String(plan());
    let venue = VenueDetails { name: "House".into(), seat_map, ..VenueDetails::default() };
    let venue_id = office.add_venue(&organizer, venue, None).await.expect("a venue").0.id;
    let now = Timestamp::from_millis(common.time.now_ms());
    let price =
        CategoryPrice { category: "Regular".into(), price: Some(Money::new(PRICE, Currency::KRW)) };
    let performance = NewPerformance {
        production_id: None,
        venue_id,
        title: "A contested evening".into(),
        description: String::new(),
        genre: String::new(),
        age_limit: 0,
        running_minutes: 90,
        listed_at: now,
        on_sale_at: now,
        starts_at: now.plus_seconds(60 * DAY_SECONDS),
        prices: vec![price],
        policy: Policy { pay_seconds, seats_per_buyer: 8, ..Policy::default() },
    };
    let performance = office.add_performance(&organizer, performance, None).await.expect("a sale");
    let judge = Judge {
        office: office.clone(),
        administrator,
        organizer,
        performance: performance.performance.id,
        gateway: common.gateway.clone(),
    };
    (judge, session.access_token, made.map(|buyer| buyer.access_token).collect())
}

fn plan() -> String {
    let mut rows = String::new();
    for row in 1..=SEATS / 20 {
        write!(rows, "{{ label = \"{row}\", seats = \"1-20\" }}, ").expect("it is a text");
    }
    format!(
        "name = \"Hall\"\n[[categories]]\nname = \"Regular\"\n\
         [[sections]]\nname = \"Stalls\"\ncategory = \"Regular\"\nrows = [{rows}]\n"
    )
}
