//! A server as its settings say: embedded, or on services.

use std::net::SocketAddr;
use std::sync::Arc;

#[cfg(feature = "services")]
use anyhow::Context;
#[cfg(feature = "services")]
use secrecy::ExposeSecret;
#[cfg(feature = "services")]
use ticketing_core::KafkaSettings;
use ticketing_core::payments::{PortOne, PortOneSettings};
use ticketing_core::pictures::PictureStore;
use ticketing_core::{BoxOffice, Clock, EmbeddedSettings, Randomness, SigningKey};
use tokio::net::TcpListener;

use crate::app::App;
use crate::embedded::{FaultPlan, Gateway};
use crate::serve::{Metrics, Server};
#[cfg(feature = "services")]
use crate::settings::environment;
use crate::settings::{ServiceAddresses, Settings, SettingsError};

/// A server, and the gateway it started if it runs one.
pub struct Deployment {
    server: Server,
    gateway: Option<Gateway>,
}

impl Deployment {
    /// Starts what the settings describe.
    pub async fn start(
        settings: &Settings,
        listener: TcpListener,
        metrics: Metrics,
        synthetic_buyers: bool,
    ) -> anyhow::Result<Self> {
        let (office, gateway) = match settings.services()? {
            Some(addresses) => (on_services(settings, addresses).await?, None),
            None => embedded(settings, listener.local_addr()?)?,
        };
        let email = settings.text("TICKETING_ADMIN_EMAIL");
        match (email, settings.get("TICKETING_ADMIN_PASSWORD")) {
            (Some(email), Some(password)) => office.ensure_administrator(email, password).await?,
            (None, None) => tracing::warn!("no first administrator is set"),
            _ => {
                let why = "the first administrator needs an e-mail address and a password".into();
                let name = "TICKETING_ADMIN_EMAIL";
                return Err(SettingsError::Unusable { name, why }.into());
            }
        }
        let webhooks = match &gateway {
            Some(gateway) => Some(gateway.webhook_secrets()?),
            None => settings.webhook_secrets()?,
        };
        let storefront = settings.storefront()?.is_some();
        let app = App::new(office, synthetic_buyers)
            .with_webhooks(webhooks)
            .with_storefront(storefront)
            .reached_at(settings.public_url()?.unwrap_or_default());
        let server = Server::start(app, listener, Some(metrics))?;
        Ok(Self { server, gateway })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Drains and ends everything that was started.
    pub async fn stop(self) {
        self.server.stop().await;
        if let Some(gateway) = self.gateway {
            gateway.stop().await;
        }
    }
}

fn embedded(
    settings: &Settings,
    server: SocketAddr,
) -> anyhow::Result<(BoxOffice, Option<Gateway>)> {
    eprintln!(
        "embedded: no services are set, so the data live in memory and end with this process"
    );
    let randomness = Randomness::from_system();
    let (portone, gateway) = if let Some(portone) = portone(settings)? {
        (portone, None)
    } else {
        let gateway = Gateway::start(&randomness, FaultPlan::default(), server)?;
        eprintln!(
            "embedded: the sandbox payment gateway is {}, its ledger {}",
            gateway.url,
            gateway.ledger.display()
        );
        (gateway.settings(), Some(gateway))
    };
    let random_key = SigningKey::new(randomness.bytes());
    let office = BoxOffice::embedded(EmbeddedSettings {
        clock: Clock::system(),
        randomness,
        signing_key: settings.signing_key()?.unwrap_or(random_key),
        provider: Arc::new(PortOne::new(portone)?),
        picture_store: PictureStore::in_memory(),
        #[cfg(feature = "broken-guards")]
        broken: ticketing_core::Broken::default(),
    });
    Ok((office, gateway))
}

fn portone(settings: &Settings) -> Result<Option<PortOneSettings>, SettingsError> {
    let Some(base_url) = settings.gateway()? else { return Ok(None) };
    let secret =
        settings.require("TICKETING_GATEWAY_SECRET", "is needed with TICKETING_GATEWAY")?;
    Ok(Some(PortOneSettings {
        base_url: base_url.to_owned(),
        secret: secret.clone(),
        channel: settings.channel()?,
        storefront: settings.storefront()?,
        window_url: settings.gateway_public_url()?.map(str::to_owned),
    }))
}

/// Where the settings say, or below the folder of this user's data.
#[cfg(feature = "services")]
fn picture_store(settings: &Settings) -> Result<PictureStore, SettingsError> {
    let name = "TICKETING_OBJECTS";
    let unusable = |why: String| SettingsError::Unusable { name, why };
    let address = if let Some(address) = settings.text(name) {
        address.to_owned()
    } else {
        let folder = default_objects().ok_or_else(|| unusable("is needed without HOME".into()))?;
        tracing::warn!(folder, "pictures are kept here: servers elsewhere need {name}");
        folder
    };
    let store = PictureStore::at(&address, environment());
    store.map_err(|error| unusable(error.to_string()))
}

/// As programs of a user keep their data.
#[cfg(feature = "services")]
fn default_objects() -> Option<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| value.starts_with('/'));
    let data = set("XDG_DATA_HOME").or_else(|| Some(format!("{}/.local/share", set("HOME")?)))?;
    Some(format!("{data}/ticketing/objects"))
}

#[cfg(not(feature = "services"))]
#[expect(clippy::unused_async, reason = "with the feature it connects")]
async fn on_services(_: &Settings, _: ServiceAddresses) -> anyhow::Result<BoxOffice> {
    let why = "this server was built without the feature `services`".into();
    Err(SettingsError::Unusable { name: "TICKETING_POSTGRES", why }.into())
}

#[cfg(feature = "services")]
async fn on_services(settings: &Settings, services: ServiceAddresses) -> anyhow::Result<BoxOffice> {
    let needed = "is required with services: 32 bytes in base64";
    settings.require("TICKETING_SIGNING_KEY", needed)?;
    let signing_key = settings.signing_key()?.context("just required")?;
    settings.require("TICKETING_GATEWAY", "is required with services")?;
    let portone = PortOne::new(portone(settings)?.context("just required")?)?;
    portone.reachable().await.context("the payment gateway does not answer")?;
    let mut kafka = KafkaSettings::at(services.kafka);
    let partitions = settings.kafka_partitions(KafkaSettings::PARTITIONS_MAX)?;
    kafka.partitions = partitions.unwrap_or(kafka.partitions);
    let replication = settings.kafka_replication(KafkaSettings::REPLICATION_MAX)?;
    kafka.replication = replication.unwrap_or(kafka.replication);
    let office = BoxOffice::connect(ticketing_core::ServicesSettings {
        postgres: services.postgres.expose_secret().to_owned().into(),
        redis: services.redis,
        kafka,
        namespace: settings.text("TICKETING_NAMESPACE").unwrap_or("ticketing").to_owned(),
        keep_connections: true,
        clock: None,
        randomness: Randomness::from_system(),
        signing_key,
        provider: Arc::new(portone),
        picture_store: picture_store(settings)?,
        #[cfg(feature = "broken-guards")]
        broken: ticketing_core::Broken::default(),
    })
    .await?;
    office.migrate().await?;
    Ok(office)
}
