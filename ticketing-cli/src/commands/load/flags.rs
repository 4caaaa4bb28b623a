//! What the flags of the load commands mean.

use std::time::Duration;

use ticketing_load::arrivals::{Shape, Shard, Spacing, Stage};
use ticketing_load::report::SHARDS_MAX;
use ticketing_load::scenario::of_buyers;
use ticketing_load::slo::Slo;
use ticketing_load::span;

/// Recorded arrivals are read whole; this is millions of them.
const TRACE_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// `90s`, `1m30s`, `250ms`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    span::parse(text)
}

/// `500/s`, `30/min`, or a number per second.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is no rate, such as 500/s or 30/min");
    let (number, per) = match text.split_once('/') {
        None | Some((_, "s")) => (text.trim_end_matches("/s"), 1.0),
        Some((number, "min")) => (number, 60.0),
        Some(_) => return Err(wrong()),
    };
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    if number.is_finite() && number > 0.0 { Ok(number / per) } else { Err(wrong()) }
}

/// `0:0,30s:500,5m:500`: rates per second at times, with straight lines between them.
pub(super) fn stages(text: &str) -> Result<Shape, String> {
    let stage = |stage: &str| {
        let (at, rate) = stage
            .split_once(':')
            .ok_or_else(|| format!("`{stage}` is no stage, such as 30s:500"))?;
        let at = if at == "0" { Duration::ZERO } else { span::parse(at)? };
        let rate: f64 =
            rate.trim_end_matches("/s").parse().map_err(|_| format!("`{rate}` is no rate"))?;
        Ok::<_, String>(Stage { at, rate })
    };
    let stages = text.split(',').map(|text| stage(text.trim())).collect::<Result<_, _>>()?;
    let shape = Shape::Stages { stages };
    shape.schedule(Spacing::Even, 0)?;
    Ok(shape)
}

/// A file of recorded arrivals: a line each, in seconds since whenever.
pub(super) fn trace(path: &str) -> Result<Shape, String> {
    let size = std::fs::metadata(path).map_err(|error| format!("{path}: {error}"))?.len();
    if size > TRACE_MAX_BYTES {
        return Err(format!("{path} has {size} bytes, more than {TRACE_MAX_BYTES}"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    recorded(&text).map_err(|why| format!("{path}: {why}"))
}

fn recorded(text: &str) -> Result<Shape, String> {
    let mut times_ms = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let seconds: f64 =
            line.trim().parse().map_err(|_| format!("line {number}: `{line}` is no second"))?;
        let time = Duration::try_from_secs_f64(seconds)
            .map_err(|error| format!("line {number}: {error}"))?;
        times_ms.push(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    }
    times_ms.sort_unstable();
    let first = times_ms.first().copied().unwrap_or_default();
    let times_ms = times_ms.into_iter().map(|time| time - first).collect();
    let shape = Shape::Recorded { times_ms };
    shape.schedule(Spacing::Even, 0)?;
    Ok(shape)
}

/// `20000` or `20k`.
pub(super) fn count(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.strip_suffix('k') {
        Some(thousands) => (thousands, 1_000),
        None => (text, 1),
    };
    let number: u64 = number.parse().map_err(|_| format!("`{text}` is no number"))?;
    number
        .checked_mul(unit)
        .filter(|number| *number > 0)
        .ok_or_else(|| format!("`{text}` does not fit"))
}

/// `1/4`: the first of four.
pub(super) fn shard(text: &str) -> Result<Shard, String> {
    let wrong = || format!("`{text}` is no shard, such as 1/4");
    let (number, of) = text.split_once('/').ok_or_else(wrong)?;
    let shard = Shard {
        number: number.parse().map_err(|_| wrong())?,
        of: of.parse().map_err(|_| wrong())?,
    };
    let is_one = (1..=shard.of).contains(&shard.number) && shard.of <= SHARDS_MAX;
    if is_one { Ok(shard) } else { Err(wrong()) }
}

/// An objective of a scenario.
pub(super) fn slo_of_buyers(text: &str) -> Result<Slo, String> {
    Slo::parse(text).and_then(of_buyers)
}

/// An objective.
pub(super) fn slo(text: &str) -> Result<Slo, String> {
    Slo::parse(text)
}

/// `name: value`, or `name: @VARIABLE` for what no argument should show.
pub(super) fn header(text: &str) -> Result<(http::HeaderName, http::HeaderValue), String> {
    let (name, value) =
        text.split_once(':').ok_or_else(|| "a header is `name: value`".to_owned())?;
    let name = name.trim().parse().map_err(|_| format!("`{}` is no header's name", name.trim()))?;
    let value = match value.trim().strip_prefix('@') {
        Some(variable) => {
            std::env::var(variable).map_err(|_| format!("the variable {variable} is not set"))?
        }
        None => value.trim().to_owned(),
    };
    // It may be secret: it is not said.
    let mut value: http::HeaderValue =
        value.parse().map_err(|_| format!("the value of `{name}` cannot be sent"))?;
    value.set_sensitive(true);
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_counts_and_shards_are_read_as_people_write_them() {
        assert_eq!((rate("500/s"), rate("500"), rate("30/min")), (Ok(500.0), Ok(500.0), Ok(0.5)));
        assert_eq!((count("20k"), count("7")), (Ok(20_000), Ok(7)));
        assert_eq!(shard("2/3"), Ok(Shard { number: 2, of: 3 }));
        assert!(stages("0:0,30s:500,5m:500,6m:0").is_ok());
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for text in ["", "fast", "0/s", "-1", "5/h", "NaN", "inf"] {
            assert!(rate(text).is_err(), "{text}");
        }
        for text in ["", "0", "-1", "99999999999999999999", "18446744073709551615k"] {
            assert!(count(text).is_err(), "{text}");
        }
        for text in ["", "0/3", "4/3", "1/0", "1"] {
            assert!(shard(text).is_err(), "{text}");
        }
        for text in ["", "5s:1,9s:1", "0:1", "0:1,x", "0:1,9s:fast", "0:1,9s:5,3s:5"] {
            assert!(stages(text).is_err(), "{text}");
        }
    }

    #[test]
    fn recorded_arrivals_begin_with_the_first_and_keep_their_distances() {
        let shape = recorded("1700000002.5\n\n 1700000000.25\n1700000002.5\n").unwrap();
        assert_eq!(shape, Shape::Recorded { times_ms: vec![0, 2_250, 2_250] });
        for (text, why) in
            [("", "nobody"), ("1\nsoon", "line 2"), ("-1", "line 1"), ("NaN", "line 1")]
        {
            assert!(recorded(text).unwrap_err().contains(why), "{text}");
        }
        assert!(trace("/nowhere/trace").unwrap_err().contains("/nowhere/trace"));
    }

    #[test]
    fn a_header_that_cannot_be_sent_is_refused_without_its_value() {
        assert_eq!(header("X-A: b").unwrap().1, "b");
        assert!(!header("authorization: Bearer a\u{7}b").unwrap_err().contains("Bearer"));
        assert!(header("nothing").is_err() && header("a b: c").is_err());
    }
}
