//! What is passed over, so that it holds up nothing else: reported, counted, and not logged without end.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::{Error, Result};

/// Passes over what cannot be read: it is reported and counted, and holds up nothing else.
pub(crate) fn readable<T>(read: Result<T>) -> Option<T> {
    read.map_err(|error| report(&error)).ok()
}

/// Reports and counts what one row, sale or event could not do. Steps meet the same row several
/// times a second, so it is counted each time and logged once a minute.
pub(crate) fn report(error: &Error) {
    let table = match error {
        Error::Unreadable { table, .. } => table,
        _ => "other",
    };
    metrics::counter!("ticketing_passed_over_total", "table" => table).increment(1);
    if LOGGED.lock().is_due(error.to_string(), Instant::now()) {
        let source = std::error::Error::source(error).map(ToString::to_string);
        if error.is_passing() {
            tracing::warn!(%error, source, "passed over; it comes by again");
        } else {
            tracing::error!(%error, source, "passed over");
        }
    }
}

static LOGGED: Mutex<Logged> = Mutex::new(Logged(BTreeMap::new()));

/// What was logged, and when.
struct Logged(BTreeMap<String, Instant>);

impl Logged {
    const QUIET_FOR: Duration = Duration::from_secs(60);
    /// More different ones than this are only counted until some are a minute old.
    const KEPT_MAX: usize = 1_024;

    fn is_due(&mut self, what: String, now: Instant) -> bool {
        let is_quiet = |logged: &Instant| now.duration_since(*logged) < Self::QUIET_FOR;
        if self.0.get(&what).is_some_and(is_quiet) {
            return false;
        }
        if self.0.len() >= Self::KEPT_MAX {
            self.0.retain(|_, logged| is_quiet(logged));
        }
        let room = self.0.len() < Self::KEPT_MAX;
        if room {
            self.0.insert(what, now);
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_row_is_logged_once_a_minute() {
        let (mut logged, now) = (Logged(BTreeMap::new()), Instant::now());
        assert!(logged.is_due("orders 1".into(), now));
        assert!(!logged.is_due("orders 1".into(), now));
        assert!(logged.is_due("orders 2".into(), now));
        assert!(logged.is_due("orders 1".into(), now + Logged::QUIET_FOR));
    }

    #[test]
    fn a_flood_of_rows_is_logged_up_to_a_bound() {
        let (mut logged, now) = (Logged(BTreeMap::new()), Instant::now());
        let due = (0..2 * Logged::KEPT_MAX).filter(|row| logged.is_due(row.to_string(), now));
        assert_eq!(due.count(), Logged::KEPT_MAX);
        assert!(logged.is_due("later".into(), now + Logged::QUIET_FOR));
        assert_eq!(logged.0.len(), 1);
    }
}
