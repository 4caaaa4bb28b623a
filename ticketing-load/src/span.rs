//! Durations as people write them: `90s`, `1m30s`, `250ms`.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize as _, Deserializer, Serializer};

/// The longest that anything here lasts.
pub(crate) const LONGEST: Duration = Duration::from_hours(31 * 24);

/// Reads a duration.
pub fn parse(text: &str) -> Result<Duration, String> {
    let span: SignedDuration =
        text.parse().map_err(|_| format!("`{text}` is no duration, such as 90s or 1m30s"))?;
    let duration = Duration::try_from(span).map_err(|_| format!("`{text}` is negative"))?;
    if duration > LONGEST {
        return Err(format!("`{text}` is longer than a month"));
    }
    Ok(duration)
}

/// Writes one so that it is read again as it was, to the microsecond.
pub fn write(duration: Duration) -> String {
    let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    format!("{:#}", SignedDuration::from_micros(micros))
}

pub(crate) fn serialize<S: Serializer>(duration: &Duration, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&write(*duration))
}

pub(crate) fn deserialize<'a, D: Deserializer<'a>>(input: D) -> Result<Duration, D::Error> {
    parse(&String::deserialize(input)?).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_they_were_written() {
        for millis in [0, 1, 250, 90_000, 3_600_000, 86_400_000] {
            let duration = Duration::from_millis(millis);
            assert_eq!(parse(&write(duration)), Ok(duration), "{}", write(duration));
        }
        assert_eq!(parse("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(write(Duration::from_secs(90)), "1m 30s");
    }

    #[test]
    fn what_is_no_duration_is_refused_with_its_text() {
        for text in ["", "5", "-5s", "fast", "9000h"] {
            assert!(parse(text).unwrap_err().contains(text), "{text}");
        }
    }
}
