//! The run's clock: every time in a record is an offset from the run's beginning.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Monotonic time since the run began, with the wall time of the beginning beside it.
#[derive(Debug, Clone, Copy)]
pub struct RunClock {
    start: Instant,
    start_wall: Timestamp,
}

impl RunClock {
    /// A run that begins now.
    pub fn start() -> Self {
        Self { start: Instant::now(), start_wall: wall_now() }
    }

    /// How long the run has lasted.
    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// When, on the run's clock, the wall shows this time; zero for what was before the run.
    pub fn of_wall(&self, time: Timestamp) -> Duration {
        Duration::try_from(time.duration_since(self.start_wall)).unwrap_or(Duration::ZERO)
    }

    /// Sleeps until the run has lasted this long.
    pub async fn sleep_until(&self, offset: Duration) {
        tokio::time::sleep_until(self.start + offset).await;
    }
}

/// The wall time; needed to say when a sale begins, and to place a server's deadlines on the
/// run's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "a load test runs in real time, and this is its edge"
)]
pub fn wall_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_before_the_run_is_its_beginning() {
        let clock = RunClock::start();
        assert_eq!(clock.of_wall(Timestamp::UNIX_EPOCH), Duration::ZERO);
    }

    #[test]
    fn a_deadline_keeps_its_distance() {
        let clock = RunClock::start();
        let deadline = clock.start_wall + Duration::from_secs(30);
        assert_eq!(clock.of_wall(deadline), Duration::from_secs(30));
    }
}
