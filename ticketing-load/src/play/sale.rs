//! An on-sale in numbers, from what each buyer was told and what is true afterwards.

use std::time::Duration;

use super::met;
use crate::buyers::told::{Buyer, Fate, Place};
use crate::record::Latencies;
use crate::report::Sale;
use crate::verdict::{Evidence, Testimony, max_inside};

pub(crate) fn of(evidence: &Evidence) -> Sale {
    let Evidence { told, aftermath } = evidence;
    let Testimony { buyers, capacity, .. } = told;
    let mut wait = Latencies::of_run();
    for (place, admitted) in admissions(buyers) {
        wait.add(admitted.saturating_sub(place.joined));
    }
    Sale {
        seats_total: aftermath.sales.seats_total,
        sold: aftermath.sales.sold,
        free: aftermath.sales.free,
        arrived: buyers.len() as u64,
        bought: met(buyers, Fate::Bought),
        gave_up: met(buyers, Fate::GaveUp),
        turned_away: met(buyers, Fate::TurnedAway),
        capacity: *capacity,
        max_inside: max_inside(told) as u64,
        admit_rate: admit_rate(buyers),
        joins_shed: buyers.iter().filter(|buyer| buyer.join_shed).count() as u64,
        shed_and_overtaken: shed_and_overtaken(buyers),
        wait: wait.quantiles(),
    }
}

/// Every place that led to a pass, and when that arrived.
fn admissions(buyers: &[Buyer]) -> impl Iterator<Item = (&Place, Duration)> {
    let places = buyers.iter().flat_map(|buyer| &buyer.places);
    places.filter_map(|place| Some((place, place.pass.as_ref()?.arrived)))
}

/// Per second, among those who had waited: who found an empty line says nothing about its speed.
fn admit_rate(buyers: &[Buyer]) -> Option<f64> {
    let waited = admissions(buyers).filter(|(place, _)| place.asked.waited_until.is_some());
    let mut at: Vec<_> = waited.map(|(_, admitted)| admitted).collect();
    at.sort_unstable();
    let lasted = at.last()?.saturating_sub(*at.first()?).as_secs_f64();
    (lasted > 0.0).then(|| (at.len() - 1) as f64 / lasted)
}

/// Those whose join was shed and who have a number behind one who was due later.
fn shed_and_overtaken(buyers: &[Buyer]) -> u64 {
    let mut first_places: Vec<_> = buyers
        .iter()
        .filter_map(|buyer| Some((buyer.due, buyer.join_shed, buyer.places.first()?.number)))
        .collect();
    first_places.sort_unstable_by(|one, other| other.cmp(one));
    let mut lowest_later = u64::MAX;
    let mut overtaken = 0;
    for (_, shed, number) in first_places {
        overtaken += u64::from(shed && lowest_later < number);
        lowest_later = lowest_later.min(number);
    }
    overtaken
}

#[cfg(test)]
mod tests {
    use ticketing_wire::line::PlaceState;

    use super::*;
    use crate::buyers::told::{Asked, Pass, Poll};

    fn admitted(second: u64, waited: bool) -> Buyer {
        let at = Duration::from_secs(second);
        let mut asked = Asked::default();
        if waited {
            let state = Some(PlaceState::Waiting);
            asked.add(&Poll { due: at, written: at, answered: at, state, broke: false });
        }
        let pass = Pass {
            arrived: at,
            expires: at,
            payment_sent: None,
            leave_sent: None,
            last_proven: None,
        };
        let (number, rank) = (second, Some(second));
        let joined = Duration::ZERO;
        let place = Place { number, rank, receipt: None, joined, asked, pass: Some(pass) };
        Buyer { places: vec![place], ..Buyer::default() }
    }

    #[test]
    fn who_was_turned_away_and_then_overtaken_is_counted() {
        let buyer = |due, shed, number| Buyer {
            due: Duration::from_secs(due),
            join_shed: shed,
            ..admitted(number, false)
        };
        let buyers = [
            buyer(1, true, 5),
            buyer(2, false, 2),
            buyer(3, true, 3),
            buyer(4, true, 7),
            buyer(5, false, 6),
        ];
        assert_eq!(shed_and_overtaken(&buyers), 2, "5 by 2, and 7 by 6");
    }

    #[test]
    fn the_rate_is_that_of_those_who_waited() {
        let buyers: Vec<_> = [(0, false), (10, true), (12, true), (14, true), (15, false)]
            .map(|(second, waited)| admitted(second, waited))
            .into();
        assert_eq!(admit_rate(&buyers), Some(0.5));
        assert_eq!(admit_rate(&buyers[..2]), None, "one alone has no rate");
    }
}
