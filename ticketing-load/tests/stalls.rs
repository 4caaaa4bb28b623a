//! Whether a generator tells the truth about a server that stands still, and about itself.
//!
//! A hundred a second for thirty seconds, ten milliseconds each. One test freezes the server for
//! five seconds, one the pacer for two: what people felt follows from arithmetic. A closed loop
//! beside it hides the outage, which is why nothing here is measured by one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use ticketing_client::clock;
use ticketing_load::arrivals::{Arrival, Curve, Schedule, Spacing};
use ticketing_load::buyers::progress::Progress;
use ticketing_load::clock::RunClock;
use ticketing_load::health::Meter;
use ticketing_load::http::{Request, Target};
use ticketing_load::quick::{Quick, Senders};
use ticketing_load::record::{Outcome, Recorder, StepReport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;

const LASTS: Duration = Duration::from_secs(30);
const RATE: f64 = 100.0;
const SERVICE: Duration = Duration::from_millis(10);

/// The server stands still from the tenth to the fifteenth second.
const FREEZES_AT: Duration = Duration::from_secs(10);
const FROZEN_FOR: Duration = Duration::from_secs(5);

/// A server that takes ten milliseconds for each request, and stands still for a while.
fn stub(clock: RunClock, freezes_at: Duration) -> Arc<Target> {
    // Whoever was held up connects in one moment, and the usual 128 may wait.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let listener = socket.listen(4_096).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (connection, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(connection, clock, freezes_at));
        }
    });
    Arc::new(Target::new(&address).unwrap())
}

async fn serve(mut connection: TcpStream, clock: RunClock, freezes_at: Duration) {
    let mut request = Vec::new();
    while connection.read_buf(&mut request).await.is_ok_and(|read| read > 0) {
        if !request.ends_with(b"\r\n\r\n") {
            continue;
        }
        request.clear();
        tokio::time::sleep(SERVICE).await;
        let frozen = freezes_at..freezes_at + FROZEN_FOR;
        if frozen.contains(&clock.now()) {
            clock.sleep_until(frozen.end).await;
        }
        let answered = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        if answered.is_err() {
            return;
        }
    }
}

fn get() -> Request {
    Request {
        method: Method::GET,
        path: "/".to_owned(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
    }
}

/// Even arrivals over the whole time; whatever `passing` does delays the pacer.
fn arriving(passing: impl Fn(&Arrival) + Send + 'static) -> Senders {
    let schedule = Schedule::Along {
        curve: Curve::new().line(LASTS, RATE, RATE),
        spacing: Spacing::Even,
        seed: 0,
    };
    let arrivals = Box::new(schedule.arrivals().inspect(passing));
    Senders::Arriving { arrivals, at_once_max: 5_000, lanes: 5_000 }
}

async fn measured(target: Arc<Target>, clock: RunClock, senders: Senders) -> StepReport {
    let quick = Quick {
        target,
        request: get(),
        within: Duration::from_secs(10),
        no_keep_alive: false,
        warmup: Duration::ZERO,
    };
    let recorder = Arc::new(Recorder::new());
    let (_stop, stop) = watch::channel(false);
    let progress = Arc::new(Progress::default());
    quick.run(senders, clock, Arc::clone(&recorder), progress, stop).await.unwrap();
    let [request] = recorder.report().try_into().unwrap();
    assert_eq!(request.ended(Outcome::Ok), request.count, "nothing broke");
    request
}

fn near(measured_ms: f64, expected_ms: f64) {
    let share = (measured_ms - expected_ms).abs() / expected_ms;
    assert!(share < 0.08, "{measured_ms:.0} ms is not near {expected_ms} ms");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_is_felt_for_as_long_as_it_stood_still() {
    let clock = RunClock::start(clock::now());
    let target = stub(clock, FREEZES_AT);
    let arriving = arriving(|_| {});
    let closed = Senders::Users { count: 1, lasts: LASTS };
    let (open, closed) = tokio::join!(
        measured(Arc::clone(&target), clock, arriving),
        measured(target, clock, closed)
    );
    assert_eq!(open.count, 3_000);
    let felt = open.response.unwrap();
    near(felt.p90_ms, 2_000.0);
    near(felt.p99_ms, 4_700.0);
    near(felt.max_ms, 5_000.0);
    assert!(closed.service.p99_ms < 100.0, "one who asks, waits and asks again sees no outage");
    assert!(closed.service.max_ms > 4_500.0, "it met it once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_pacer_is_felt_and_makes_the_run_invalid() {
    const FROZEN_FOR: Duration = Duration::from_secs(2);
    let clock = RunClock::start(clock::now());
    // It never stands still while anybody asks.
    let target = stub(clock, LASTS * 10);
    let frozen = arriving(|arrival| {
        if arrival.number == 1_000 {
            std::thread::sleep(FROZEN_FOR);
        }
    });
    let request = measured(target, clock, frozen).await;
    assert_eq!(request.count, 3_000);
    near(request.response.unwrap().p99_ms, 1_700.0);
    near(request.dispatch.p99_ms, 1_700.0);
    assert!(request.service.p99_ms < 100.0, "a clock that begins with the request sees nothing");
    let validity = Meter::new().health(request.dispatch, 0, 0).judge();
    assert!(!validity.valid && validity.reasons[0].contains("requests left late"));
}
