//! Where the gateway's time comes from: the machine, the machine's time sped up, or a test.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::edge;

/// How often somebody who waits for a time looks at the clock: it may be one that jumps.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// However fast the clock runs, nobody on the network is given less.
const SHORTEST_TIME_OUT: Duration = Duration::from_secs(1);

/// A source of time. Clones share it.
#[derive(Clone)]
pub struct Clock {
    read: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    speed: u32,
}

impl Clock {
    /// The machine's.
    pub fn system() -> Self {
        Self { read: Arc::new(edge::now), speed: 1 }
    }

    /// The machine's, running `speed` times as fast since `origin`: every process that is given
    /// the same two shows the same time.
    pub fn scaled(origin: Timestamp, speed: u32) -> Self {
        let speed = speed.max(1);
        let factor = i32::try_from(speed).unwrap_or(i32::MAX);
        let read = move || origin + edge::now().duration_since(origin) * factor;
        Self { read: Arc::new(read), speed }
    }

    /// The same, since now.
    pub fn scaled_from_now(speed: u32) -> Self {
        Self::scaled(edge::now(), speed)
    }

    /// Any other, such as one that a test moves.
    pub fn from_fn(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { read: Arc::new(read), speed: 1 }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.read)()
    }

    /// How long a network call may really take that may take so long by this clock.
    pub(crate) fn time_out(&self, by_clock: Duration) -> Duration {
        (by_clock / self.speed).max(SHORTEST_TIME_OUT)
    }

    /// Until it is then.
    pub(crate) async fn wait_until(&self, then: Timestamp) {
        while self.now() < then {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Clock").field("speed", &self.speed).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn clocks_of_one_origin_and_speed_show_one_time() {
        let origin = edge::now() - SignedDuration::from_secs(10);
        let (one, other) = (Clock::scaled(origin, 60), Clock::scaled(origin, 60));
        let (first, second) = (one.now(), other.now());
        assert!(first <= second && first >= origin + SignedDuration::from_mins(10));
        assert!(second.duration_since(first) < SignedDuration::from_mins(1));
    }

    #[test]
    fn a_fast_clock_leaves_the_network_a_second() {
        let clock = Clock::scaled(edge::now(), 600);
        assert_eq!(clock.time_out(Duration::from_secs(30)), SHORTEST_TIME_OUT);
        assert_eq!(Clock::system().time_out(Duration::from_secs(30)), Duration::from_secs(30));
    }
}
