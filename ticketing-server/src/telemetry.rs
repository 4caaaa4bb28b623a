//! Request log and metrics.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use ticketing_core::BoxOffice;

const REQUEST_SECONDS: &str = "http_request_duration_seconds";
/// The upper bounds of the latency histogram.
const LATENCY_BUCKETS: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 20.0];

/// Installs the process's metrics recorder; a second call in one process is refused.
pub(crate) fn install() -> Result<PrometheusHandle, BuildError> {
    let matcher = metrics_exporter_prometheus::Matcher::Full(REQUEST_SECONDS.to_owned());
    PrometheusBuilder::new().set_buckets_for_metric(matcher, &LATENCY_BUCKETS)?.install_recorder()
}

/// Measures and logs one request. Paths are logged as their route, so that no id and no token of a
/// person reaches the log.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("(none)", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    tracing::info!(%method, route, status, seconds, "request");
    let labels = [("method", method.to_string()), ("route", route), ("status", status.to_string())];
    histogram!(REQUEST_SECONDS, &labels).record(seconds);
    counter!("http_requests_total", &labels).increment(1);
    response
}

/// The metrics page: what was counted, and how every running sale is now.
pub(crate) async fn page(handle: &PrometheusHandle, office: &BoxOffice) -> String {
    match office.gauges().await {
        Ok(sales) => {
            for sale in sales {
                let labels = [("performance", sale.performance.to_string())];
                gauge!("ticketing_line_waiting", &labels).set(sale.line.waiting as f64);
                gauge!("ticketing_line_inside", &labels).set(f64::from(sale.line.inside));
                gauge!("ticketing_line_max_inside", &labels).set(f64::from(sale.line.max_inside));
                gauge!("ticketing_seats_free", &labels).set(f64::from(sale.seats.free));
                gauge!("ticketing_seats_held", &labels).set(f64::from(sale.seats.held));
                gauge!("ticketing_seats_reserved", &labels).set(f64::from(sale.seats.reserved));
                gauge!("ticketing_seats_sold", &labels).set(f64::from(sale.seats.sold));
                let counters = [
                    ("placed", sale.counters.orders_placed),
                    ("paid", sale.counters.orders_paid),
                    ("ended", sale.counters.orders_ended),
                ];
                for (what, count) in counters {
                    let labels =
                        [("performance", sale.performance.to_string()), ("what", what.into())];
                    gauge!("ticketing_orders", &labels).set(count as f64);
                }
            }
        }
        Err(error) => tracing::warn!(%error, "the gauges of the running sales are old"),
    }
    handle.render()
}
