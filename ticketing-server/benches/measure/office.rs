//! A box office with one sale, and buyers in it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use secrecy::SecretString;
use ticketing_core::accounts::{Caller, Role, SignUp};
use ticketing_core::catalog::{CategoryPrice, NewPerformance, Policy, VenueDetails};
use ticketing_core::payments::{PortOne, PortOneSettings};
use ticketing_core::pictures::PictureStore;
use ticketing_core::{
    BoxOffice, Clock, Currency, EmbeddedSettings, KafkaSettings, Money, PerformanceId, Randomness,
    ServicesSettings, SigningKey,
};
use ticketing_gateway::Options;
use tokio::net::TcpListener;

/// The word by which this program is the gateway, and where its secret is.
pub(crate) const GATEWAY: &str = "gateway";
const GATEWAY_SECRET: &str = "MEASURED_GATEWAY_SECRET";
const ORGANIZER: &str = "organizer@example.org";
const PASSWORD: &str = "a password of the measurement";
/// Longer than any measurement.
const A_YEAR_SECONDS: u32 = 365 * 24 * 3600;

/// A box office that is being measured.
pub(crate) struct Measured {
    pub(crate) office: BoxOffice,
    pub(crate) namespace: String,
    pub(crate) gateway: GatewayProcess,
}

impl Measured {
    pub(crate) fn embedded() -> anyhow::Result<Self> {
        let randomness = Randomness::from_system();
        let signing_key = SigningKey::new(randomness.bytes());
        let (gateway, provider) = provider(&randomness)?;
        let office = BoxOffice::embedded(EmbeddedSettings {
            clock: Clock::system(),
            provider,
            picture_store: PictureStore::in_memory(),
            randomness,
            signing_key,
            #[cfg(feature = "broken-guards")]
            broken: ticketing_core::Broken::default(),
        });
        Ok(Self { office, namespace: String::new(), gateway })
    }

    pub(crate) async fn on_services() -> anyhow::Result<Self> {
        Self::on_services_with(KafkaSettings::at(setting("TICKETING_KAFKA"))).await
    }

    pub(crate) async fn on_services_with(kafka: KafkaSettings) -> anyhow::Result<Self> {
        let randomness = Randomness::from_system();
        let namespace = format!("ratios_{:016x}", u64::from_be_bytes(randomness.bytes()));
        let (gateway, provider) = provider(&randomness)?;
        let office = connected(&namespace, kafka, provider).await?;
        office.migrate().await?;
        Ok(Self { office, namespace, gateway })
    }

    /// One more server of the same deployment.
    pub(crate) async fn another_server(&self, kafka: KafkaSettings) -> anyhow::Result<BoxOffice> {
        let settings =
            PortOneSettings::live(self.gateway.url.clone(), "of nobody".to_owned().into());
        connected(&self.namespace, kafka, Arc::new(PortOne::new(settings)?)).await
    }

    /// Who owns the sales.
    pub(crate) async fn organizer(&self) -> anyhow::Result<Caller> {
        self.sign_in(ORGANIZER, &SecretString::from(PASSWORD)).await
    }

    /// A standing hall that is on sale, by an organizer of its own.
    pub(crate) async fn sale(&self, places: u32, capacity: u32) -> anyhow::Result<PerformanceId> {
        let password = SecretString::from(PASSWORD);
        self.office.ensure_administrator("administrator@example.org", &password).await?;
        let administrator = self.sign_in("administrator@example.org", &password).await?;
        let organizer = self
            .office
            .sign_up(SignUp {
                email: ORGANIZER.into(),
                password: password.clone(),
                name: "Organizer".into(),
                nickname: "organizer".into(),
                birthdate: None,
            })
            .await?;
        self.office.set_role(&administrator, organizer.id, Role::Organizer).await?;
        self.another_sale(places, capacity).await
    }

    /// One more, by the organizer of the first.
    pub(crate) async fn another_sale(
        &self,
        places: u32,
        capacity: u32,
    ) -> anyhow::Result<PerformanceId> {
        let organizer = self.organizer().await?;
        let plan = format!(
            "name = 'Hall'\n[[categories]]\nname = 'Standing'\n\
             [[areas]]\nname = 'Floor'\ncategory = 'Standing'\nplaces = {places}\n"
        );
        let venue = VenueDetails {
            name: "Hall".into(),
            address: String::new(),
            time_zone: None,
            seat_map: plan.into(),
        };
        let (venue, _) = self.office.add_venue(&organizer, venue, None).await?;
        let now = Clock::system().now();
        let price = Money { amount: 1000, currency: Currency::KRW };
        let new = NewPerformance {
            production_id: None,
            venue_id: venue.id,
            title: "Measured".into(),
            description: String::new(),
            genre: String::new(),
            age_limit: 0,
            running_minutes: 0,
            listed_at: now,
            on_sale_at: now,
            starts_at: now.plus_seconds(A_YEAR_SECONDS),
            prices: vec![CategoryPrice { category: "Standing".into(), price: Some(price) }],
            policy: Policy {
                line_capacity: capacity,
                seats_per_buyer: 100,
                pass_lease_seconds: 3600,
                ..Policy::default()
            },
        };
        Ok(self.office.add_performance(&organizer, new, None).await?.performance.id)
    }

    /// Synthetic buyers, signed in.
    pub(crate) async fn buyers(&self, count: u32) -> anyhow::Result<Vec<(Caller, String)>> {
        let password = SecretString::from(PASSWORD);
        let administrator = self.sign_in("administrator@example.org", &password).await?;
        let buyers = self.office.add_synthetic_buyers(&administrator, count).await?;
        buyers
            .into_iter()
            .map(|buyer| Ok((self.office.authenticate(&buyer.access_token)?, buyer.access_token)))
            .collect()
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.office.drop_namespace().await?;
        self.office.close().await;
        Ok(())
    }

    async fn sign_in(&self, email: &str, password: &SecretString) -> anyhow::Result<Caller> {
        let session = self.office.sign_in(email, password).await?;
        Ok(self.office.authenticate(&session.access_token)?)
    }
}

async fn connected(
    namespace: &str,
    kafka: KafkaSettings,
    provider: Arc<PortOne>,
) -> anyhow::Result<BoxOffice> {
    let randomness = Randomness::from_system();
    let office = BoxOffice::connect(ServicesSettings {
        postgres: setting("TICKETING_POSTGRES").into(),
        redis: setting("TICKETING_REDIS").into(),
        kafka,
        namespace: namespace.to_owned(),
        keep_connections: true,
        clock: None,
        signing_key: SigningKey::new(randomness.bytes()),
        provider,
        picture_store: PictureStore::in_memory(),
        randomness,
        #[cfg(feature = "broken-guards")]
        broken: ticketing_core::Broken::default(),
    });
    Ok(office.await?)
}

pub(crate) fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: eval \"$(./services env)\""))
}

/// The sandbox gateway as a process of its own, as on services, its ledger in memory; it ends with
/// this one.
pub(crate) struct GatewayProcess {
    pub(crate) url: String,
    child: Child,
}

impl GatewayProcess {
    fn start(secret: &str) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(GATEWAY)
            .env(GATEWAY_SECRET, secret)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        let stdout = child.stdout.take().context("it is piped")?;
        BufReader::new(stdout).read_line(&mut url)?;
        Ok(Self { url: url.trim().to_owned(), child })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for GatewayProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// This program as the gateway, until nobody holds the other end of its input.
pub(crate) async fn serve_gateway() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let options = Options::plain(std::env::var(GATEWAY_SECRET)?.into());
    let left = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]));
    let left = async { drop(left.await) };
    ticketing_gateway::serve(listener, options, left).await?;
    Ok(())
}

fn provider(randomness: &Randomness) -> anyhow::Result<(GatewayProcess, Arc<PortOne>)> {
    let secret = format!("{:032x}", u128::from_be_bytes(randomness.bytes()));
    let gateway = GatewayProcess::start(&secret)?;
    let settings = PortOneSettings::live(gateway.url.clone(), secret.into());
    Ok((gateway, Arc::new(PortOne::new(settings)?)))
}
