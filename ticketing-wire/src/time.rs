//! Instants: RFC 3339 on the wire, the house's own time for people.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// An instant. Written in UTC with milliseconds; read as RFC 3339 and nothing wider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Time(Timestamp);

/// A text that is no instant of RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an RFC 3339 time such as 2026-05-01T10:00:00Z")]
pub struct NoTime;

impl Time {
    /// From milliseconds since the Unix epoch; what no calendar has is the nearest that one has.
    pub fn from_millis(millis: i64) -> Self {
        let nearest = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Self(Timestamp::from_millisecond(millis).unwrap_or(nearest))
    }

    /// Milliseconds since the Unix epoch.
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The instant.
    pub fn instant(self) -> Timestamp {
        self.0
    }

    /// As people of a place read it, with the offset: `2026-06-01 19:30 +09:00`. In UTC where the
    /// zone is not known here.
    pub fn shown_in(self, zone: Option<&str>) -> String {
        let zone = zone.and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
        self.0.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M %:z").to_string()
    }
}

impl From<Timestamp> for Time {
    fn from(instant: Timestamp) -> Self {
        Self(instant)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{:.3}", self.0))
    }
}

impl FromStr for Time {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        if !is_rfc_3339(text) {
            return Err(NoTime);
        }
        text.parse().map(Self).map_err(|_| NoTime)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        String::deserialize(text)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The shape of RFC 3339 5.6: jiff alone also takes zone names in brackets, week dates and more.
fn is_rfc_3339(text: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let Some((head, tail)) = text.as_bytes().split_at_checked(SHAPE.len()) else { return false };
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        b'T' => byte.eq_ignore_ascii_case(&b'T'),
        shape => byte == shape,
    };
    head.iter().zip(SHAPE).all(fits) && is_offset(after_fraction(tail))
}

/// What stands behind the fraction; nothing where the fraction has no digit.
fn after_fraction(tail: &[u8]) -> &[u8] {
    let Some(fraction) = tail.strip_prefix(b".") else { return tail };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 { &[] } else { &fraction[digits..] }
}

fn is_offset(offset: &[u8]) -> bool {
    match offset {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', hours @ .., b':', tens, ones] => {
            let minutes = matches!((tens, ones), (b'0'..=b'5', b'0'..=b'9'));
            let hours = matches!(hours, [b'0' | b'1', b'0'..=b'9'] | [b'2', b'0'..=b'3']);
            hours && minutes
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_utc_with_milliseconds() {
        let time = Time::from_millis(1_777_629_600_123);
        assert_eq!(serde_json::to_string(&time).unwrap(), "\"2026-05-01T10:00:00.123Z\"");
        assert_eq!("2026-05-01t19:00:00.123+09:00".parse(), Ok(time));
    }

    #[test]
    fn only_rfc_3339_is_a_time() {
        for wrong in [
            "2026-03-29T02:30:00+09:00[America/New_York]",
            "2026-03-29T02:30:00Z[UTC]",
            "2026-03-29T02:30:00",
            "2026-03-29T02:30Z",
            "2026-03-29 02:30:00Z",
            "2026-W13-7T02:30:00Z",
            "+002026-03-29T02:30:00Z",
            "20260329T023000Z",
            "2026-03-29T02:30:00.Z",
            "2026-03-29T02:30:00+0900",
            "2026-03-29T02:30:00+09",
            "2026-03-29T02:30:00+24:00",
            "2026-02-30T02:30:00Z",
            "2026-03-29",
            "yesterday",
            "",
        ] {
            assert_eq!(wrong.parse::<Time>(), Err(NoTime), "{wrong}");
        }
    }

    #[test]
    fn people_read_the_time_of_the_house() {
        let time = Time::from_millis(1_777_629_600_000);
        assert_eq!(time.shown_in(Some("Asia/Seoul")), "2026-05-01 19:00 +09:00");
        assert_eq!(time.shown_in(Some("America/New_York")), "2026-05-01 06:00 -04:00");
        assert_eq!(time.shown_in(Some("Nowhere/Land")), "2026-05-01 10:00 +00:00");
        assert_eq!(time.shown_in(None), "2026-05-01 10:00 +00:00");
    }
}
