//! Sends every arrival off when it is due, from a thread of its own.
//!
//! It never skips: what is overdue leaves at once, with the time at which it was due. What it
//! feeds has no bound of its own, since a full channel would delay the schedule; it holds at most
//! the arrivals that the run has.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::arrivals::Arrival;
use crate::clock::RunClock;

/// It sleeps no shorter than this: whoever is due within leaves together, that much late at most.
/// To wake for each of a hundred thousand a second would cost more than to send them.
const SHORTEST_SLEEP: Duration = Duration::from_micros(250);

/// How soon it notices that nobody wants any more.
const NOTICE_WITHIN: Duration = Duration::from_millis(100);

/// The pacer's thread; it ends when this is dropped.
#[derive(Debug)]
pub struct Pacer {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Begins to send arrivals off, `begins` being zero on their clock. Each comes out with its due
/// time on the run's clock.
pub fn start(
    arrivals: impl Iterator<Item = Arrival> + Send + 'static,
    clock: RunClock,
    begins: Duration,
) -> std::io::Result<(Pacer, UnboundedReceiver<Arrival>)> {
    let (send, receive) = unbounded_channel();
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let pace = move || {
        for arrival in arrivals {
            let due = begins + arrival.due;
            if !sleep_until(due, clock, &stopped) || send.send(Arrival { due, ..arrival }).is_err()
            {
                return;
            }
        }
    };
    let thread = thread::Builder::new().name("pacer".to_owned()).spawn(pace)?;
    Ok((Pacer { stop, thread: Some(thread) }, receive))
}

/// False where it was stopped.
fn sleep_until(due: Duration, clock: RunClock, stopped: &AtomicBool) -> bool {
    loop {
        if stopped.load(Ordering::Relaxed) {
            return false;
        }
        let early = due.saturating_sub(clock.now());
        if early.is_zero() {
            return true;
        }
        thread::sleep(early.clamp(SHORTEST_SLEEP, NOTICE_WITHIN));
    }
}

impl Drop for Pacer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // One that panicked has said so itself.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use ticketing_wire::Time;

    use super::*;

    fn arrivals(dues: &[u64]) -> Vec<Arrival> {
        let arrival = |(number, due): (usize, &u64)| Arrival {
            number: number as u64,
            due: Duration::from_millis(*due),
        };
        dues.iter().enumerate().map(arrival).collect()
    }

    #[tokio::test]
    async fn everybody_leaves_in_order_with_the_time_at_which_they_were_due() {
        let clock = RunClock::start(Time::from_millis(0));
        let begins = Duration::from_millis(5);
        let (_pacer, mut due) = start(arrivals(&[0, 0, 1, 2]).into_iter(), clock, begins).unwrap();
        let mut seen = Vec::new();
        while let Some(arrival) = due.recv().await {
            assert!(clock.now() >= arrival.due, "nobody leaves early");
            seen.push((arrival.number, arrival.due.as_millis()));
        }
        assert_eq!(seen, [(0, 5), (1, 5), (2, 6), (3, 7)]);
    }

    #[tokio::test]
    async fn what_is_overdue_leaves_at_once_and_none_is_skipped() {
        let clock = RunClock::start(Time::from_millis(0));
        let held_up = arrivals(&[0, 1, 2, 3]).into_iter().inspect(|arrival| {
            if arrival.number == 1 {
                thread::sleep(Duration::from_millis(30));
            }
        });
        let (_pacer, mut due) = start(held_up, clock, Duration::ZERO).unwrap();
        let mut seen = Vec::new();
        while let Some(arrival) = due.recv().await {
            seen.push(arrival.due.as_millis());
        }
        assert_eq!(seen, [0, 1, 2, 3]);
    }

    #[test]
    fn a_pacer_that_is_dropped_ends_long_before_its_next_arrival() {
        let clock = RunClock::start(Time::from_millis(0));
        let (pacer, _due) =
            start(arrivals(&[3_600_000]).into_iter(), clock, Duration::ZERO).unwrap();
        drop(pacer);
        assert!(clock.now() < Duration::from_secs(3_600));
    }
}
