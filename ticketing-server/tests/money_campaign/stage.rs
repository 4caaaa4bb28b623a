//! Where a campaign plays: a gateway in this process, a namespace of its own on the services, a
//! performance on sale, one that is moved and cancelled, and buyers.

use std::fmt::Write as _;
use std::iter::repeat_n;
use std::sync::Arc;

use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;
use ticketing_core::accounts::Role;
use ticketing_core::catalog::{CategoryPrice, NewPerformance, Policy, RefundRule, VenueDetails};
use ticketing_core::{BoxOffice, Clock, Currency, Money, Step, Timestamp};
use ticketing_gateway::{FaultPlan, Gateway, Options, Webhooks};
use ticketing_server::{App, router};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

#[cfg(feature = "broken-guards")]
use crate::books::Books;
use crate::buyers::Places;
use crate::commands::Commands;
use crate::judge::{Judge, Verdict};
use crate::server::{Common, free_port, url};
use crate::time::{Time, gateway_clock};

/// Who may do everything.
pub(crate) const ADMINISTRATOR: &str = "root@example.org";
/// Of the hall.
pub(crate) const HALL_SEATS: u32 = 520;
const PRICE: i64 = 10_000;
/// What is added to each ticket.
const FEE: i64 = 700;
pub(crate) const DAY_SECONDS: u32 = 24 * 3_600;
const SERVERS: usize = 2;
/// By how much time is moved on at the end, and how often: at first in small steps, then past every
/// watch's end.
const MOVES: [(u32, usize); 2] = [(300, 12), (1_800, 52)];
/// Every how many moves it is judged: the first judgement comes later than anything that comes late.
const JUDGED_EVERY: usize = 8;
/// How often every step of a box office is taken until none finds anything to do: Kafka may need
/// seconds to give the topic to one of another's consumers, at a tenth of a second each.
const ROUNDS_MAX: u32 = 600;

pub(crate) struct Stage {
    pub(crate) common: Common,
    clock: Clock,
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
    pub(crate) async fn set(
        name: &str,
        guard: &str,
        buyers: u32,
        pay_seconds: u32,
        faults: FaultPlan,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let standing = folder.path().join("time");
        let time = Time::begin(&standing);
        let clock = time.clock();
        let ports = [(); SERVERS].map(|()| free_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let common = Common {
            namespace: format!("campaign_{}_{name}", time.origin_ms()),
            standing,
            gateway: format!("http://{}", listener.local_addr().expect("an address")),
            secret: format!("{:032}", time.origin_ms()),
            time,
        };
        let gateway = gateway(&common, clock.clone(), &ports, faults);
        let forever = std::future::pending();
        tokio::spawn(ticketing_gateway::serve_opened(listener, Arc::clone(&gateway), forever));
        let office = common.office(clock.clone(), guard).await;
        office.migrate().await.expect("the namespace is new");
        #[cfg(feature = "broken-guards")]
        match guard {
            "live_attempt" => Books::open(&common.namespace).await.allow_two_attempts().await,
            "void" => Books::open(&common.namespace).await.keep_tickets().await,
            "quota" => Books::open(&common.namespace).await.keep_quotas().await,
            _ => {}
        }
        let (judge, administrator, buyers) = open(&office, &common, buyers, pay_seconds).await;
        // What was made is told before anybody comes: what is told then is about them.
        while office.step_events().await.expect("Kafka answers") == Step::Worked {}
        let places = Places {
            servers: ports.iter().map(|port| url(*port)).collect(),
            gateway: common.gateway.clone(),
            performance: judge.performance.to_string(),
            doomed: judge.doomed.to_string(),
        };
        Self {
            common,
            clock,
            gateway,
            judge,
            places,
            ports,
            buyers,
            administrator,
            _folder: folder,
        }
    }

    /// A server in this process, the first of the stage's, which does nothing by itself.
    pub(crate) async fn serve(&self) -> (Places, JoinHandle<()>) {
        let listener = TcpListener::bind(("127.0.0.1", self.ports[0])).await;
        let listener = listener.expect("nobody listens there any more");
        let app = App::new(self.judge.office.clone(), true);
        let app = app.with_webhooks(Some(self.common.webhook_secrets()));
        let serving = tokio::spawn(async move {
            axum::serve(listener, router(app)).await.expect("it serves");
        });
        let mut places = self.places.clone();
        places.servers.truncate(1);
        (places, serving)
    }

    /// The command line, at that server.
    pub(crate) fn commands(&self) -> Commands {
        let server = self.places.servers[0].clone();
        Commands { server, password: self.common.secret.clone() }
    }

    /// Time stands from now on, so many seconds later than it is, and everything is done that can
    /// be done then.
    pub(crate) async fn stand_later(&self, seconds: u32) {
        let then = self.common.time.stand_later(seconds);
        while self.clock.now() < then {
            tokio::task::yield_now().await;
        }
        self.gateway.step().await;
        for _ in 0..ROUNDS_MAX {
            if self.round().await == Step::Idle {
                return;
            }
        }
        panic!("the background work has no end");
    }

    /// To when the doomed performance is moved: a month later than it was.
    pub(crate) fn moved_to(&self) -> String {
        let then = Timestamp::from_millis(self.common.time.now_ms()).plus_seconds(90 * DAY_SECONDS);
        let then = jiff::Timestamp::from_millisecond(then.as_millis());
        then.expect("a time of this century").to_string()
    }

    /// Every step of a box office, once.
    async fn round(&self) -> Step {
        let office = &self.judge.office;
        let steps = [
            office.step_lines().await.map(|_| Step::Idle),
            office.step_expiry().await,
            office.step_payments().await,
            office.step_refunds().await,
            office.step_cancellations().await,
            office.step_movements().await,
            office.step_seats().await,
            office.step_events().await,
            office.step_reactions().await,
        ];
        // What failed is not over.
        let is_idle = |step: &Result<Step, _>| matches!(step, Ok(Step::Idle));
        if steps.iter().all(is_idle) { Step::Idle } else { Step::Worked }
    }

    /// Time moves on until everything has found its end, or too much of it has gone by.
    pub(crate) async fn quiet(&self) -> Verdict {
        let mut verdict = Verdict::default();
        let moves = MOVES.into_iter().flat_map(|(seconds, count)| repeat_n(seconds, count));
        for (moved, seconds) in (1..).zip(moves) {
            self.stand_later(seconds).await;
            if moved % JUDGED_EVERY != 0 {
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

fn gateway(common: &Common, clock: Clock, ports: &[u16], faults: FaultPlan) -> Arc<Gateway> {
    let hears = |port: &u16| format!("{}/v1/webhooks/portone", url(*port));
    let options = Options {
        faults,
        clock: gateway_clock(clock),
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
    let password = SecretString::from(&*common.secret);
    office.ensure_administrator(ADMINISTRATOR, &password).await.expect("an administrator");
    let session = office.sign_in(ADMINISTRATOR, &password).await.expect("a session");
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
    let tenth = RefundRule { fee_percent: 10, keep_booking_fee: true, ..RefundRule::default() };
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
        policy: Policy {
            pay_seconds,
            seats_per_buyer: 8,
            booking_fee: Some(Money::new(FEE, Currency::KRW)),
            refund_terms: vec![tenth],
            ..Policy::default()
        },
    };
    let doomed = office.add_performance(&organizer, performance.clone(), None).await;
    let doomed = doomed.expect("a sale").performance.id;
    let performance = office.add_performance(&organizer, performance, None).await.expect("a sale");
    let judge = Judge {
        office: office.clone(),
        administrator,
        organizer,
        performance: performance.performance.id,
        doomed,
        gateway: common.gateway.clone(),
        namespace: common.namespace.clone(),
    };
    (judge, session.access_token, made.map(|buyer| buyer.access_token).collect())
}

fn plan() -> String {
    let mut rows = String::new();
    for row in 1..=HALL_SEATS / 20 {
        write!(rows, "{{ label = \"{row}\", seats = \"1-20\" }}, ").expect("it is a text");
    }
    format!(
        "name = \"Hall\"\n[[categories]]\nname = \"Regular\"\n\
         [[sections]]\nname = \"Stalls\"\ncategory = \"Regular\"\nrows = [{rows}]\n"
    )
}
