//! Serving: listeners, background loops, and an orderly end.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use axum::serve::ListenerExt;
use metrics_exporter_prometheus::PrometheusHandle;
use ticketing_core::BoxOffice;
use ticketing_core::worker::Workers;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::router::router;
use crate::telemetry;

/// How long a draining server waits for the requests it accepted.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(25);

/// A server that accepts requests.
pub struct Server {
    app: App,
    address: SocketAddr,
    shutdown: watch::Sender<bool>,
    serving: Vec<JoinHandle<()>>,
    workers: Workers,
}

/// The metrics listener, with the process's recorder.
pub struct Metrics {
    /// Where it listens.
    pub listener: TcpListener,
    /// What it shows.
    pub handle: PrometheusHandle,
}

impl Metrics {
    /// Installs the recorder and listens.
    pub fn listen(address: SocketAddr) -> anyhow::Result<Self> {
        let listener = ticketing_gateway::listen(address)
            .with_context(|| format!("cannot listen on {address} for metrics"))?;
        Ok(Self { listener, handle: telemetry::install()? })
    }
}

impl Server {
    /// Starts serving and the background loops.
    pub fn start(
        app: App,
        listener: TcpListener,
        metrics: Option<Metrics>,
    ) -> anyhow::Result<Self> {
        let address = listener.local_addr()?;
        let app =
            if app.public_url.is_empty() { app.reached_at(&reached_at(address)) } else { app };
        let (shutdown, _) = watch::channel(false);
        let workers = Workers::start(&app.office);
        let mut serving = vec![serve(listener, router(app.clone()), shutdown.subscribe())];
        if let Some(Metrics { listener, handle }) = metrics {
            let page = Router::new()
                .route("/metrics", get(metrics_page))
                .with_state((handle, app.office.clone()));
            serving.push(serve(listener, page, shutdown.subscribe()));
        }
        Ok(Self { app, address, shutdown, serving, workers })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// No longer ready, no new connections, the accepted requests finished, then the loops ended.
    pub async fn stop(self) {
        self.app.draining.send_replace(true);
        self.shutdown.send_replace(true);
        let drained = async {
            for serving in self.serving {
                let _ = serving.await;
            }
        };
        if tokio::time::timeout(DRAIN_TIMEOUT, drained).await.is_err() {
            tracing::warn!("requests were still running at the end of the drain");
        }
        self.workers.stop().await;
        self.app.office.close().await;
    }
}

/// How one that listens there is reached from here: one that listens everywhere, on loopback.
pub(crate) fn reached_at(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    format!("http://{address}")
}

async fn metrics_page(State((handle, office)): State<(PrometheusHandle, BoxOffice)>) -> String {
    telemetry::page(&handle, &office).await
}

fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "answers on a connection may be delayed");
        }
    });
    tokio::spawn(async move {
        let stopped = async move {
            let _ = stop.wait_for(|stop| *stop).await;
        };
        let served = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
        if let Err(error) = served {
            tracing::error!(%error, "a listener ended");
        }
    })
}
