//! The wall clock of programs that use this client. Whatever else needs the time is given it.

use std::time::Duration;

use jiff::Timestamp;
use ticketing_wire::Time;

/// The time of this machine's wall clock.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall")]
pub fn now() -> Time {
    Time::from(Timestamp::now())
}

/// The time so much earlier.
pub fn earlier(time: Time, by: Duration) -> Time {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Time::from_millis(time.as_millis().saturating_sub(by))
}

/// The time so much later.
pub fn later(time: Time, by: Duration) -> Time {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Time::from_millis(time.as_millis().saturating_add(by))
}
