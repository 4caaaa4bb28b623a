//! A sandbox payment gateway: a process of its own that speaks `PortOne` V2 and keeps a durable
//! ledger of every capture and cancel, so that a test can compare what a shop believes with what
//! was charged.
//!
//! It knows nothing of tickets. A shop pre-registers a payment, somebody authorizes it (a person at
//! [`/checkout/{payment_id}`](router), a program at `/sandbox/payments/{payment_id}/authorize`), and
//! the shop confirms it with the token it was handed: that is the charge.
//!
//! Every change is one line of the ledger, on disk before it is answered or shown. The payments in
//! memory are nothing but the ledger replayed, so a restart forgets only stored answers of
//! idempotency keys.

mod awaited;
mod clock;
mod edge;
mod entry;
mod faults;
mod gateway;
mod idempotency;
mod ledger;
mod listening;
mod payment;
mod payments;
mod refusal;
mod routes;
mod sessions;
mod trouble;
mod webhooks;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use crate::clock::Clock;
pub use crate::faults::{ALWAYS, Fault, FaultPlan};
pub use crate::gateway::Gateway;
pub use crate::ledger::Error as LedgerError;
pub use crate::listening::listen;
pub use crate::routes::router;
pub use crate::webhooks::{UnusableWebhookSecret, Webhooks};

/// How long open connections may take to finish after the shutdown was asked for.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);
/// How often the gateway looks at what is due by itself.
const TICK: Duration = Duration::from_millis(20);
/// The one store there is.
const STORE: &str = "store-sandbox";

/// What a gateway is started with.
#[derive(Debug)]
pub struct Options {
    /// What callers present as `Authorization: PortOne <secret>`.
    pub secret: SecretString,
    /// The ledger file; without one the ledger is in memory and ends with the process.
    pub ledger: Option<PathBuf>,
    /// What shall go wrong on purpose.
    pub faults: FaultPlan,
    /// Where time comes from.
    pub clock: Clock,
    /// Whether anybody may make things happen at the provider (`/sandbox/control/..`): faults,
    /// payments that no shop confirmed, cancels at the console, disputes.
    pub control: bool,
    /// Where the shop listens, if it does.
    pub webhooks: Option<Webhooks>,
}

impl Options {
    /// A gateway in memory that nothing goes wrong with and nobody controls.
    pub fn plain(secret: SecretString) -> Self {
        Self {
            secret,
            ledger: None,
            faults: FaultPlan::default(),
            clock: Clock::system(),
            control: false,
            webhooks: None,
        }
    }
}

/// Why a gateway did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger cannot be used.
    #[error("the ledger cannot be used")]
    Ledger(#[from] LedgerError),
    /// The listener failed.
    #[error("the listener failed")]
    Listen(#[from] std::io::Error),
}

/// Opens a gateway and serves it as [`serve_opened`] does.
pub async fn serve(
    listener: TcpListener,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let gateway = Gateway::open(options)?;
    Ok(serve_opened(listener, gateway, shutdown).await?)
}

/// Serves a gateway on the listener until `shutdown` completes, then lets open requests finish.
/// For programs that say something between opening the ledger and serving.
pub async fn serve_opened(
    listener: TcpListener,
    gateway: Arc<Gateway>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY on a connection");
        }
    });
    let (stopping, stopped) = oneshot::channel();
    let moving = tokio::spawn(keep_moving(Arc::clone(&gateway)));
    let server = axum::serve(listener, router(gateway)).with_graceful_shutdown(async move {
        shutdown.await;
        // The receiver is gone only when the server itself has ended.
        let _ = stopping.send(());
    });
    let drain = async {
        if stopped.await.is_ok() {
            tokio::time::sleep(DRAIN_LIMIT).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    let ended = tokio::select! {
        ended = server.into_future() => ended,
        () = drain => {
            tracing::warn!(limit_s = DRAIN_LIMIT.as_secs(), "connections were cut at the limit");
            Ok(())
        }
    };
    moving.abort();
    ended
}

/// What happens by itself.
async fn keep_moving(gateway: Arc<Gateway>) {
    loop {
        gateway.tick().await;
        tokio::time::sleep(TICK).await;
    }
}

fn transaction_id(payment: &str) -> String {
    format!("sandbox-{payment}")
}

fn cancellation_id(entry: u64) -> String {
    format!("cancellation-{entry}")
}
