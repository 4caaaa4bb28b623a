//! `capacity`: never more people inside than the line's capacity, counted so that an excess is
//! real: each buyer for the shortest time that it was surely inside.

use std::time::Duration;

use super::{Check, Evidence, Testimony};
use crate::buyers::told::Pass;

/// A pass does not count in its last second: clocks differ a little.
const EXPIRY_MARGIN: Duration = Duration::from_secs(1);

pub(super) fn check(evidence: &Evidence) -> Check {
    let inside = max_inside(&evidence.told);
    let capacity = evidence.told.capacity as usize;
    let detail = format!("at most {inside} inside at once, {capacity} allowed");
    Check { name: "capacity".into(), ok: inside <= capacity, detail }
}

/// The most buyers that were surely inside at one moment.
pub fn max_inside(told: &Testimony) -> usize {
    let passes =
        told.buyers.iter().flat_map(|buyer| &buyer.places).filter_map(|place| place.pass.as_ref());
    let spans: Vec<_> = passes.filter_map(|pass| span(pass, told)).collect();
    let mut arrivals: Vec<_> = spans.iter().map(|(from, _)| *from).collect();
    let mut ends: Vec<_> = spans.iter().map(|(_, until)| *until).collect();
    arrivals.sort_unstable();
    ends.sort_unstable();
    // At each arrival: those who came so far, less those who were gone by then. Who goes at the
    // very moment when another comes is gone.
    let gone_by = |moment: Duration| ends.partition_point(|end| *end <= moment);
    let inside = arrivals.iter().enumerate().map(|(before, at)| before + 1 - gone_by(*at));
    inside.max().unwrap_or(0)
}

/// From the arrival of the answer that showed the pass until the earliest of: it sends a
/// payment, it sends leave, the pass's end less a second. One who sent neither counts until it
/// sent its last request that bore the pass and was answered 2xx.
fn span(pass: &Pass, told: &Testimony) -> Option<(Duration, Duration)> {
    let sent = [pass.payment_sent, pass.leave_sent].into_iter().flatten().min();
    let last_seen = sent.or(pass.last_proven)?;
    let until = last_seen.min(pass.expires.saturating_sub(EXPIRY_MARGIN));
    let until = told.surely_until(until);
    (pass.arrived < until).then_some((pass.arrived, until))
}

#[cfg(test)]
mod tests {
    use super::super::history::{self, buyer, seconds};
    use super::*;
    use crate::buyers::told::Buyer;

    fn inside<const N: usize>(buyers: [Buyer; N]) -> usize {
        max_inside(&Testimony { buyers: buyers.into(), ..history::green().told })
    }

    fn pass_of(buyer: &mut Buyer) -> &mut Pass {
        buyer.places[0].pass.as_mut().unwrap()
    }

    #[test]
    fn one_after_the_other_is_green() {
        let mut evidence = history::green();
        evidence.told.buyers = vec![buyer(1, 1.0), buyer(2, 2.0)];
        assert!(check(&evidence).ok, "the first sent its payment when the second came");
    }

    #[test]
    fn two_inside_where_one_may_be_turns_red() {
        let mut evidence = history::green();
        evidence.told.buyers = vec![buyer(1, 1.0), buyer(2, 1.9)];
        assert!(!check(&evidence).ok);
        evidence.told.capacity = 2;
        assert!(check(&evidence).ok);
    }

    #[test]
    fn one_who_left_does_not_count_from_then_on() {
        let mut first = buyer(1, 1.0);
        pass_of(&mut first).leave_sent = Some(seconds(1.5));
        assert_eq!(inside([first, buyer(2, 1.9)]), 1);
    }

    #[test]
    fn one_who_vanished_counts_until_its_last_proof() {
        let mut first = buyer(1, 1.0);
        pass_of(&mut first).payment_sent = None;
        assert_eq!(inside([first.clone(), buyer(2, 1.4)]), 2, "it proved its pass at 1.5");
        assert_eq!(inside([first.clone(), buyer(2, 1.6)]), 1);
        pass_of(&mut first).last_proven = None;
        assert_eq!(inside([first, buyer(2, 1.1)]), 1);
    }

    #[test]
    fn a_pass_does_not_count_in_its_last_second() {
        let mut first = buyer(1, 1.0);
        pass_of(&mut first).payment_sent = Some(seconds(40.0));
        assert_eq!(inside([first.clone(), buyer(2, 29.9)]), 2);
        assert_eq!(inside([first, buyer(2, 30.1)]), 1);
    }
}
