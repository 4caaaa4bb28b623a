//! The run's clock: every time in a record is an offset from the run's beginning.

use std::time::Duration;

use ticketing_wire::Time;
use tokio::time::Instant;

use ticketing_client::clock::later;

/// Monotonic time since the run began, with the wall time of the beginning beside it.
#[derive(Debug, Clone, Copy)]
pub struct RunClock {
    start: Instant,
    start_wall: Time,
}

impl RunClock {
    /// A run that begins now; whoever begins it says what the wall shows.
    pub fn start(wall: Time) -> Self {
        Self { start: Instant::now(), start_wall: wall }
    }

    /// A run that begins once the wall shows `begins`, as several generators do together; now it
    /// shows `wall`. Until then it has not lasted at all.
    pub fn beginning_at(begins: Time, wall: Time) -> Self {
        let early = begins.as_millis().saturating_sub(wall.as_millis());
        let early = Duration::from_millis(u64::try_from(early).unwrap_or(0));
        Self { start: Instant::now() + early, start_wall: begins }
    }

    /// True once the run has begun.
    pub fn has_begun(&self) -> bool {
        Instant::now() >= self.start
    }

    /// How long the run has lasted.
    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// What the wall shows now, as far as this clock can tell.
    pub fn wall(&self) -> Time {
        later(self.start_wall, self.now())
    }

    /// When, on the run's clock, the wall shows this time; zero for what was before the run.
    pub fn of_wall(&self, time: Time) -> Duration {
        let millis = time.as_millis().saturating_sub(self.start_wall.as_millis());
        u64::try_from(millis).map_or(Duration::ZERO, Duration::from_millis)
    }

    /// Sleeps until the run has lasted this long.
    pub async fn sleep_until(&self, offset: Duration) {
        tokio::time::sleep_until(self.start + offset).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_before_the_run_is_its_beginning() {
        let clock = RunClock::start(Time::from_millis(1_000));
        assert_eq!(clock.of_wall(Time::from_millis(0)), Duration::ZERO);
    }

    #[test]
    fn a_run_that_begins_later_shows_its_beginning_until_then() {
        let begins = Time::from_millis(3_600_000);
        let clock = RunClock::beginning_at(begins, Time::from_millis(1_000));
        assert!(!clock.has_begun());
        assert_eq!((clock.now(), clock.wall()), (Duration::ZERO, begins));
        assert!(RunClock::beginning_at(begins, begins).has_begun());
    }

    #[test]
    fn a_deadline_keeps_its_distance() {
        let begun = Time::from_millis(1_000);
        let clock = RunClock::start(begun);
        let distance = Duration::from_secs(30);
        assert_eq!(clock.of_wall(later(begun, distance)), distance);
        assert!(clock.wall() >= begun);
    }
}
