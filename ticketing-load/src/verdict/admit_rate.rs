//! `admit_rate`: in no minute were more let in than the line was told to let in.
//!
//! Counted by when passes arrived. A turn may be claimed as long as it waits for that, so a minute's
//! passes are of turns of that much more than a minute.

use std::time::Duration;

use super::{Check, Evidence};

const MINUTE: Duration = Duration::from_secs(60);

/// Clocks and servers differ a little.
const TOLERANCE: Duration = Duration::from_secs(2);

pub(super) fn check(evidence: &Evidence) -> Check {
    let places = evidence.told.buyers.iter().flat_map(|buyer| &buyer.places);
    let mut admitted: Vec<_> =
        places.filter_map(|place| place.pass.as_ref()).map(|pass| pass.arrived).collect();
    admitted.sort_unstable();
    let most = most_within(&admitted, MINUTE);
    let Some(limit) = evidence.told.admit_per_minute else {
        let detail = format!("no limit; at most {most} in a minute");
        return Check { name: "admit_rate".into(), ok: true, detail };
    };
    let turns = MINUTE + Duration::from_secs(evidence.told.claim_seconds.into()) + TOLERANCE;
    let allowed = f64::from(limit) * turns.as_secs_f64() / MINUTE.as_secs_f64() + 1.0;
    let detail = format!("at most {most} in a minute, {limit} allowed and late claims beside");
    Check { name: "admit_rate".into(), ok: most as f64 <= allowed, detail }
}

/// The most of these moments that lie within a span.
fn most_within(moments: &[Duration], span: Duration) -> usize {
    let count = |(at, from): (usize, &Duration)| {
        moments.partition_point(|moment| *moment < *from + span) - at
    };
    moments.iter().enumerate().map(count).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::Testimony;
    use super::super::history::{self, buyer};
    use super::*;

    /// So many come in, one every second, where ten may in a minute and a turn waits 28 s.
    fn admitted(count: u32) -> Check {
        let buyers = (1..=count).map(|number| buyer(number, f64::from(number))).collect();
        let limit = Some(10);
        let mut evidence = history::green();
        evidence.told =
            Testimony { buyers, admit_per_minute: limit, claim_seconds: 28, ..evidence.told };
        check(&evidence)
    }

    #[test]
    fn as_many_as_may_and_late_claims_are_green_and_one_more_turns_red() {
        assert!(admitted(16).ok, "ten of this minute, five of the half before, one for the edge");
        assert!(!admitted(17).ok);
    }

    #[test]
    fn without_a_limit_it_is_only_said() {
        let check = check(&history::green());
        assert!(check.ok && check.detail.starts_with("no limit; at most 2"), "{check:?}");
    }

    #[test]
    fn a_minute_is_counted_from_every_admission() {
        let seconds = |at: &[u64]| at.iter().map(|at| Duration::from_secs(*at)).collect::<Vec<_>>();
        assert_eq!(most_within(&seconds(&[0, 59, 60, 61, 118]), MINUTE), 4);
        assert_eq!(most_within(&[], MINUTE), 0);
    }
}
