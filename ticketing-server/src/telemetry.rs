//! Request log and metrics.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Instant;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use foldhash::fast::RandomState;
use metrics::{Counter, Histogram, counter, gauge, histogram};
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
pub(crate) async fn observe(
    method: &Method,
    route: &str,
    answer: impl Future<Output = Response>,
) -> Response {
    let started = Instant::now();
    let response = answer.await;
    let status = response.status();
    let seconds = started.elapsed().as_secs_f64();
    // A crowd polls a hundred thousand times a minute: that is for the metrics, not for the log.
    tracing::debug!(status = status.as_u16(), seconds, "request");
    MEASURES.with_borrow_mut(|measures| measures.count(method, route, status, seconds));
    response
}

thread_local! {
    /// Looking a metric up by its labels costs more than answering a poll, so each thread keeps
    /// those that it has met: as many as there are routes, methods and statuses.
    static MEASURES: RefCell<Measures> = RefCell::default();
}

#[derive(Default)]
struct Measures(HashMap<String, Vec<Measure>, RandomState>);

struct Measure {
    method: Method,
    status: StatusCode,
    seconds: Histogram,
    requests: Counter,
}

impl Measures {
    fn count(&mut self, method: &Method, route: &str, status: StatusCode, seconds: f64) {
        let of_route = match self.0.get_mut(route) {
            Some(of_route) => of_route,
            None => self.0.entry(route.to_owned()).or_default(),
        };
        let method = if is_known(method) { method } else { &Method::OPTIONS };
        let known = |known: &Measure| known.method == *method && known.status == status;
        let at = of_route.iter().position(known).unwrap_or_else(|| {
            of_route.push(Measure::new(method, route, status));
            of_route.len() - 1
        });
        of_route[at].seconds.record(seconds);
        of_route[at].requests.increment(1);
    }
}

impl Measure {
    fn new(method: &Method, route: &str, status: StatusCode) -> Self {
        let name = if is_known(method) { method.as_str() } else { "other" };
        let labels = [
            ("method", name.to_owned()),
            ("route", route.to_owned()),
            ("status", status.as_str().to_owned()),
        ];
        Self {
            method: method.clone(),
            status,
            seconds: histogram!(REQUEST_SECONDS, &labels),
            requests: counter!("http_requests_total", &labels),
        }
    }
}

/// Anybody can make methods up; only those that routes have get a series of their own, and all
/// others share one.
fn is_known(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::POST | Method::PUT | Method::PATCH | Method::DELETE)
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
