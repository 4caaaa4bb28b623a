//! Reads an objective.

use super::metric::{Clock, Ending, Metric, Statistic, Unit};
use super::{Bound, Slo};
use crate::record::{Outcome, Step};
use crate::span;

/// Longest first, so that `<=` is not read as `<`.
const SIGNS: [&str; 5] = ["<=", ">=", "<", ">", "="];

/// How near an `=` has to be where it does not say.
const NEAR: f64 = 0.0;

pub(super) fn parse(text: &str) -> Result<Slo, String> {
    let sign = SIGNS.iter().find_map(|sign| text.split_once(sign).map(|parts| (parts, *sign)));
    let Some(((metric, value), sign)) = sign else {
        return Err(format!("`{text}` compares nothing: write `hold:p99<250ms`"));
    };
    let metric = self::metric(metric.trim()).map_err(|why| format!("`{text}`: {why}"))?;
    let bound =
        bound(sign, value.trim(), metric.unit()).map_err(|why| format!("`{text}`: {why}"))?;
    Ok(Slo { text: text.to_owned(), metric, bound })
}

fn metric(text: &str) -> Result<Metric, String> {
    let (scope, name) =
        text.split_once(':').map_or((None, text), |(scope, name)| (Some(scope), name));
    match (scope, name) {
        (None, "line.admit_rate") => return Ok(Metric::AdmitRate),
        (None, "sold") => return Ok(Metric::Sold),
        (None, "bought") => return Ok(Metric::Bought),
        _ => {}
    }
    let scope = scope.map(self::scope).transpose()?;
    let step = scope.map(|(step, _)| step);
    match name {
        "rate" => return Ok(Metric::Rate { step }),
        "count" => return Ok(Metric::Count { step }),
        "errors" => return Ok(Metric::Share { step, ending: Ending::Errors }),
        _ => {}
    }
    if let Some(outcome) = Outcome::ALL.into_iter().find(|outcome| outcome.name() == name) {
        return Ok(Metric::Share { step, ending: Ending::Exactly(outcome) });
    }
    let statistic = Statistic::ALL.iter().find(|(known, _)| *known == name);
    match (statistic, scope) {
        (Some((_, statistic)), Some((step, clock))) => {
            Ok(Metric::Latency { step, clock, statistic: *statistic })
        }
        (Some(_), None) => Err(format!("say of which step `{name}` is: `hold:{name}`")),
        (None, _) => Err(format!("`{name}` is not measured; {}", known())),
    }
}

fn scope(text: &str) -> Result<(Step, Clock), String> {
    let (step, clock) =
        text.split_once('.').map_or((text, None), |(step, clock)| (step, Some(clock)));
    let found = Step::named(step).ok_or_else(|| format!("`{step}` is no step; {}", known()))?;
    let Some(clock) = clock else { return Ok((found, Clock::Felt)) };
    match Clock::ALL.iter().find(|(name, _)| *name == clock) {
        Some((_, Clock::Response)) if !found.is_scheduled() => {
            Err(format!("`{step}` has no response time: nothing but the last answer says when"))
        }
        Some((_, clock)) => Ok((found, *clock)),
        None => Err(format!("`{clock}` is no clock: dispatch, service or response")),
    }
}

/// What there is to choose from.
fn known() -> String {
    let steps = Step::ALL.map(Step::name).join(", ");
    let statistics = Statistic::ALL.map(|(name, _)| name).join(", ");
    let outcomes = Outcome::ALL.map(Outcome::name).join(", ");
    format!(
        "steps are {steps}; of each there are {statistics}, rate, count, errors, {outcomes}; of \
         the whole run rate, count, errors, line.admit_rate, sold and bought"
    )
}

fn bound(sign: &str, text: &str, unit: Unit) -> Result<Bound, String> {
    let itself = sign.ends_with('=');
    let limit = |text| value(text, unit);
    match sign {
        "<" | "<=" => Ok(Bound::Below { limit: limit(text)?, itself }),
        ">" | ">=" => Ok(Bound::Above { limit: limit(text)?, itself }),
        _ => {
            let (aim, share) = match text.split_once("+-") {
                Some((aim, share)) => (aim.trim(), value(share.trim(), Unit::Percent)? / 100.0),
                None => (text, NEAR),
            };
            Ok(Bound::Near { value: limit(aim)?, share })
        }
    }
}

fn value(text: &str, unit: Unit) -> Result<f64, String> {
    let wrong = || format!("`{text}` does not fit: write it as `{}`", unit.example());
    if unit == Unit::Millis {
        return span::parse(text).map(|span| span.as_secs_f64() * 1e3).map_err(|_| wrong());
    }
    let number = text.strip_suffix(unit.symbol()).ok_or_else(wrong)?.trim();
    let number: f64 = number.parse().map_err(|_| wrong())?;
    if number.is_finite() && number >= 0.0 { Ok(number) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objectives_of_every_kind_are_read() {
        for text in [
            "hold:p99<250ms",
            "poll.response:p99.9 <= 1s",
            "poll.dispatch:max<5ms",
            "errors<0.1%",
            "hold:shed<1%",
            "request:rate>=1000/s",
            "line.admit_rate=20/s+-5%",
            "sold=1500",
            "join:count>0",
        ] {
            assert_eq!(parse(text).unwrap().text(), text);
        }
    }

    #[test]
    fn what_is_not_measured_is_refused_with_what_is() {
        let error = parse("hold:p98<1s").unwrap_err();
        assert!(error.contains("`p98` is not measured") && error.contains("p99.9"), "{error}");
        let error = parse("holds:p99<1s").unwrap_err();
        assert!(error.contains("`holds` is no step") && error.contains("hold,"), "{error}");
        assert!(parse("p99<1s").unwrap_err().contains("say of which step"));
        assert!(parse("hold.response:p99<1s").unwrap_err().contains("no response time"));
        assert!(parse("hold.wall:p99<1s").unwrap_err().contains("is no clock"));
        assert!(parse("errors").unwrap_err().contains("compares nothing"));
    }

    #[test]
    fn a_value_in_another_unit_is_refused_with_the_right_one() {
        assert!(parse("hold:p99<250").unwrap_err().contains("`250ms`"));
        assert!(parse("errors<0.1").unwrap_err().contains("`0.1%`"));
        assert!(parse("rate>5ms").unwrap_err().contains("`20/s`"));
        assert!(parse("errors<NaN%").is_err() && parse("errors<-1%").is_err());
    }

    #[test]
    fn a_bound_holds_up_to_its_limit_and_with_it_where_it_says_so() {
        let holds = |text: &str, value| parse(text).unwrap().bound.holds(value);
        assert!(holds("hold:p99<250ms", 249.9) && !holds("hold:p99<250ms", 250.0));
        assert!(holds("hold:p99<=250ms", 250.0) && holds("sold>=3", 3.0) && !holds("sold>3", 3.0));
        assert!(holds("rate=200/s+-5%", 190.0) && !holds("rate=200/s+-5%", 189.0));
        assert!(holds("sold=3", 3.0) && !holds("sold=3", 4.0));
    }
}
