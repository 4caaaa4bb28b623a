//! Time as an argument: one clock per box office, read once per operation.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in milliseconds since the Unix epoch. On the wire it is RFC 3339 in UTC; in
/// PostgreSQL and Redis it is the bare number, so that all three compare alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// What a claim on something scarce waits beyond its deadline before others may have it: an owner
/// may use it while `now < deadline`, others from `deadline + GRACE_MS`.
pub const GRACE_MS: i64 = 250;

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);

    /// From milliseconds since the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This instant moved forward (or, negative, back) by milliseconds.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This instant moved forward by whole seconds.
    #[must_use]
    pub const fn plus_seconds(self, seconds: u32) -> Self {
        self.plus_millis(seconds as i64 * 1000)
    }

    /// The owner of a deadline may act: strictly before it.
    pub const fn is_before(self, deadline: Self) -> bool {
        self.0 < deadline.0
    }

    /// Others may have what the deadline protected: from the deadline plus the grace.
    pub const fn is_past_grace(self, deadline: Self) -> bool {
        self.0 >= deadline.0.saturating_add(GRACE_MS)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(time) = jiff::Timestamp::from_millisecond(self.0) else {
            return write!(formatter, "{} ms", self.0);
        };
        write!(formatter, "{time:.3}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time: jiff::Timestamp = text.parse().map_err(|_| {
            serde::de::Error::custom("expected an RFC 3339 time such as 2026-05-01T10:00:00Z")
        })?;
        Ok(Self(time.as_millisecond()))
    }
}

/// Where `now` comes from. Clones share one time line, and it never runs backwards.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    /// A base read once, then monotonic time: a wall clock that jumps changes nothing.
    Running {
        started: Instant,
        base_ms: AtomicI64,
        latest_ms: AtomicI64,
    },
    Manual(AtomicI64),
}

impl Clock {
    /// The machine's time at this moment, then monotonic.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    pub fn system() -> Self {
        let wall = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Self::running_from(Timestamp(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX)))
    }

    /// A running clock that shows `base` now.
    pub fn running_from(base: Timestamp) -> Self {
        Self(Arc::new(Source::Running {
            started: Instant::now(),
            base_ms: AtomicI64::new(base.0),
            latest_ms: AtomicI64::new(base.0),
        }))
    }

    /// A clock that stands still until a test moves it.
    pub fn manual(start: Timestamp) -> Self {
        Self(Arc::new(Source::Manual(AtomicI64::new(start.0))))
    }

    /// The time now; never less than an earlier answer.
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Source::Manual(at) => Timestamp(at.load(Ordering::SeqCst)),
            Source::Running { started, base_ms, latest_ms } => {
                let elapsed = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
                let now = base_ms.load(Ordering::Relaxed).saturating_add(elapsed);
                Timestamp(latest_ms.fetch_max(now, Ordering::Relaxed).max(now))
            }
        }
    }

    /// Moves a manual clock forward. A running clock is not moved.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(at) = &*self.0 {
            at.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }

    /// Sets a running clock so that it shows `reference` now; a manual clock is not touched.
    #[cfg(feature = "services")]
    pub(crate) fn follow(&self, reference: Timestamp) {
        if let Source::Running { started, base_ms, .. } = &*self.0 {
            let elapsed = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
            base_ms.store(reference.0.saturating_sub(elapsed), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_serves_its_owner_before_and_others_only_after_the_grace() {
        let deadline = Timestamp::from_millis(1_000);
        assert!(Timestamp::from_millis(999).is_before(deadline));
        assert!(!Timestamp::from_millis(1_000).is_before(deadline));
        assert!(!Timestamp::from_millis(1_249).is_past_grace(deadline));
        assert!(Timestamp::from_millis(1_250).is_past_grace(deadline));
    }

    #[test]
    fn a_time_is_rfc_3339_on_the_wire() {
        let time = Timestamp::from_millis(1_777_629_600_123);
        let wire = serde_json::to_string(&time).expect("a time serialises");
        assert_eq!(wire, "\"2026-05-01T10:00:00.123Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&wire).expect("and parses"), time);
    }
}
