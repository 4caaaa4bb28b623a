//! The embedded server: box office, HTTP and sandbox gateway in one process, on loopback ports of
//! its own. The demo runs on it, and so does a server that finds no service settings.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use base64::Engine;
use secrecy::SecretString;
#[cfg(feature = "broken-guards")]
pub use ticketing_core::Broken;
use ticketing_core::payments::{PortOne, PortOneSettings, WebhookSecrets};
use ticketing_core::pictures::PictureStore;
use ticketing_core::{BoxOffice, Clock, EmbeddedSettings, Randomness, SigningKey};
use ticketing_gateway::Webhooks;
pub use ticketing_gateway::{Fault, FaultPlan};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::serve::{Server, reached_at};

/// What may differ between embedded servers.
#[derive(Debug, Default)]
pub struct Options {
    /// What goes wrong at the gateway.
    pub faults: FaultPlan,
    /// Guards taken out.
    #[cfg(feature = "broken-guards")]
    pub broken: Broken,
}

/// An embedded server that accepts requests, with synthetic buyers allowed.
pub struct Running {
    /// Where it listens.
    pub base_url: String,
    /// Where its gateway listens.
    pub gateway_url: String,
    /// The first administrator.
    pub admin_email: String,
    /// Random, new at every start.
    pub admin_password: SecretString,
    server: Server,
    gateway: Gateway,
}

/// Any free port of this machine's own.
const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Starts an embedded server on free loopback ports.
pub async fn start(options: Options) -> anyhow::Result<Running> {
    let randomness = Randomness::from_system();
    let listener = ticketing_gateway::listen(LOOPBACK).context("no loopback port is free")?;
    let gateway = Gateway::start(&randomness, options.faults, listener.local_addr()?)?;
    let signing_key = SigningKey::new(randomness.bytes());
    let admin_password = random_secret(&randomness);
    let office = BoxOffice::embedded(EmbeddedSettings {
        clock: Clock::system(),
        randomness,
        signing_key,
        provider: Arc::new(PortOne::new(gateway.settings())?),
        picture_store: PictureStore::in_memory(),
        #[cfg(feature = "broken-guards")]
        broken: options.broken,
    });
    let admin_email = "administrator@embedded.invalid".to_owned();
    office.ensure_administrator(&admin_email, &admin_password).await?;
    let app = App::new(office, true).with_webhooks(Some(gateway.webhook_secrets()?));
    let server = Server::start(app, listener, None)?;
    Ok(Running {
        base_url: server.url(),
        gateway_url: gateway.url.clone(),
        admin_email,
        admin_password,
        server,
        gateway,
    })
}

impl Running {
    /// Drains and ends the server and its gateway, and removes the gateway's ledger.
    pub async fn stop(self) {
        self.server.stop().await;
        self.gateway.stop().await;
    }
}

/// The sandbox gateway in this process, with a ledger file of its own.
pub(crate) struct Gateway {
    pub(crate) url: String,
    pub(crate) ledger: PathBuf,
    secret: SecretString,
    webhook_secret: SecretString,
    shutdown: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Gateway {
    /// It tells the server that listens there of every payment.
    pub(crate) fn start(
        randomness: &Randomness,
        faults: FaultPlan,
        server: SocketAddr,
    ) -> anyhow::Result<Self> {
        let listener = ticketing_gateway::listen(LOOPBACK).context("no loopback port is free")?;
        let url = format!("http://{}", listener.local_addr()?);
        let (secret, webhook_secret) = (random_secret(randomness), webhook_secret(randomness));
        let name = u64::from_be_bytes(randomness.bytes());
        let ledger = std::env::temp_dir().join(format!("ticketing-{name:016x}.ledger.jsonl"));
        let options = ticketing_gateway::Options {
            ledger: Some(ledger.clone()),
            faults,
            control: true,
            webhooks: Some(Webhooks {
                urls: vec![format!("{}/v1/webhooks/portone", reached_at(server))],
                confirm_url: None,
                secret: webhook_secret.clone(),
            }),
            ..ticketing_gateway::Options::plain(secret.clone())
        };
        let (shutdown, stopped) = oneshot::channel::<()>();
        let stopped = async move {
            let _ = stopped.await;
        };
        let serving = tokio::spawn(async move {
            if let Err(error) = ticketing_gateway::serve(listener, options, stopped).await {
                tracing::error!(%error, "the sandbox gateway ended");
            }
        });
        Ok(Self { url, ledger, secret, webhook_secret, shutdown, serving })
    }

    pub(crate) fn settings(&self) -> PortOneSettings {
        PortOneSettings::live(&self.url, self.secret.clone())
    }

    /// What its webhooks are signed with.
    pub(crate) fn webhook_secrets(&self) -> anyhow::Result<WebhookSecrets> {
        Ok(WebhookSecrets::new(std::slice::from_ref(&self.webhook_secret))?)
    }

    pub(crate) async fn stop(self) {
        let _ = self.shutdown.send(());
        let _ = self.serving.await;
        if let Err(error) = std::fs::remove_file(&self.ledger) {
            tracing::debug!(%error, "the embedded gateway's ledger stays");
        }
    }
}

fn webhook_secret(randomness: &Randomness) -> SecretString {
    let bytes: [u8; 24] = randomness.bytes();
    base64::engine::general_purpose::STANDARD.encode(bytes).into()
}

fn random_secret(randomness: &Randomness) -> SecretString {
    let bytes: [u8; 24] = randomness.bytes();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes).into()
}
