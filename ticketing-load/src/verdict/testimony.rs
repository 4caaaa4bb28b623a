//! What the buyers of one generator, or of several, were told of one sale.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::buyers::told::Buyer;
use crate::record::Breaks;

/// How far the clocks of several generators may be apart, each of which tells times by its own.
const CLOCKS_WITHIN: Duration = Duration::from_millis(250);

/// What buyers were told of a sale, and by which rules it was sold.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Testimony {
    /// What was sold.
    pub performance: Uuid,
    /// How many may be inside at once.
    pub capacity: u32,
    /// How many may come in per minute; none for no limit.
    pub admit_per_minute: Option<u32>,
    /// How long a turn waits to be claimed.
    pub claim_seconds: u32,
    /// What each buyer was told.
    pub buyers: Vec<Buyer>,
    /// How many generators the buyers were of.
    pub generators: u32,
    /// True where the run's limit sent some of them away.
    pub ended_by_limit: bool,
    /// Requests that got no answer at once.
    pub breaks: Breaks,
}

impl Testimony {
    /// That of several generators together, whose clocks begin at one moment. The error says why
    /// they have none.
    pub fn together(parts: impl IntoIterator<Item = Self>) -> Result<Self, String> {
        let mut parts = parts.into_iter();
        let mut whole = parts.next().ok_or("nobody was told anything")?;
        for part in parts {
            if part.performance != whole.performance {
                let (one, other) = (whole.performance, part.performance);
                return Err(format!("buyers came to {one} and to {other}: these are two sales"));
            }
            whole.buyers.extend(part.buyers);
            whole.generators += part.generators;
            whole.ended_by_limit |= part.ended_by_limit;
            let Breaks { errors, shed, given_up, examples } = part.breaks;
            whole.breaks.errors += errors;
            whole.breaks.shed += shed;
            whole.breaks.given_up += given_up;
            whole.breaks.examples.extend(examples);
        }
        Ok(whole)
    }

    /// What surely lasted until this moment, by the clock of whoever it happened to, surely lasted
    /// until then by the clock of everybody.
    pub(super) fn surely_until(&self, moment: Duration) -> Duration {
        if self.generators > 1 { moment.saturating_sub(CLOCKS_WITHIN) } else { moment }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{history, judge};
    use super::*;
    use crate::verdict::Evidence;

    /// As it is read from the file that it was written to.
    fn kept(told: &Testimony) -> Testimony {
        serde_json::from_slice(&serde_json::to_vec(told).unwrap()).unwrap()
    }

    /// The buyers of the green history, one generator each.
    fn parts() -> Vec<Testimony> {
        let buyers = history::green().told.buyers.into_iter();
        let part = |buyer| Testimony { buyers: vec![buyer], ..history::green().told };
        buyers.map(|buyer| kept(&part(buyer))).collect()
    }

    #[test]
    fn what_two_generators_were_told_is_what_one_would_have_been() {
        let whole = Testimony { generators: 2, ..history::green().told };
        assert_eq!(Testimony::together(parts()).unwrap(), kept(&whole));
    }

    #[test]
    fn a_fault_that_neither_generator_can_see_is_seen_in_both_together() {
        let alone = |told| judge(&Evidence { told, ..history::green() });
        let is_ok = |checks: Vec<crate::verdict::Check>| {
            checks.iter().find(|check| check.name == "capacity").unwrap().ok
        };
        let early = |mut parts: Vec<Testimony>, at| {
            // The second is inside before the first has paid.
            parts[1].buyers[0] = history::buyer(2, at);
            parts
        };
        assert!(early(parts(), 1.7).into_iter().all(|part| is_ok(alone(part))));
        assert!(!is_ok(alone(Testimony::together(early(parts(), 1.7)).unwrap())));
        // As far as their clocks may be apart, it was none.
        assert!(is_ok(alone(Testimony::together(early(parts(), 1.8)).unwrap())));
    }

    #[test]
    fn two_sales_are_not_put_together_and_what_broke_is_added() {
        let mut parts = parts();
        for part in &mut parts {
            let examples = vec!["it broke".to_owned()];
            part.breaks = Breaks { errors: 1, shed: 2, given_up: 3, examples };
        }
        let breaks = Testimony::together(parts).unwrap().breaks;
        assert_eq!((breaks.errors, breaks.shed, breaks.given_up), (2, 4, 6));
        assert_eq!(breaks.examples.len(), 2);
        let mut parts = self::parts();
        parts[1].performance = Uuid::from_u128(9);
        assert!(Testimony::together(parts).unwrap_err().contains("two sales"));
        assert!(Testimony::together([]).is_err());
    }
}
