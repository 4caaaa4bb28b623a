//! `line_order`: nobody is admitted past somebody who waits with a lower number and asks in time.
//!
//! Per place: B's `admitted` arrived at t; place A has a lower number, and a poll of A that was
//! written after t + 2 s was answered `waiting`. A is judged only as far as all its polls so far
//! were punctual: an absent buyer may be passed over.

use std::time::Duration;

use super::{Check, Evidence};
use crate::line::State;
use crate::load::record::{Place, Poll};

/// How far B's admission has to lie back: servers may know of it a little later.
const TOLERANCE: Duration = Duration::from_secs(2);

/// How late a poll may be written, and how late answered, to be punctual.
const PUNCTUAL: Duration = Duration::from_millis(500);

pub(super) fn check(evidence: &Evidence) -> Check {
    let places = || evidence.buyers.iter().flat_map(|buyer| &buyer.places);
    let admissions = Admissions::of(places());
    let judged = places().filter(|place| judged_polls(place).next().is_some()).count();
    let faults: Vec<_> = places().filter_map(|place| fault(place, &admissions)).collect();
    let detail = format!("{judged} places judged");
    let check = Check::from_faults("line_order", &faults, detail.clone());
    if check.ok { check } else { Check { detail: format!("{detail}; {}", check.detail), ..check } }
}

/// The polls of a place up to the first that was not punctual.
fn judged_polls(place: &Place) -> impl Iterator<Item = &Poll> {
    place.polls.iter().take_while(|poll| {
        !poll.broke
            && poll.state.is_some()
            && poll.written <= poll.due + PUNCTUAL
            && poll.answered <= poll.written + PUNCTUAL
    })
}

fn fault(place: &Place, admissions: &Admissions) -> Option<String> {
    let (other, admitted) = admissions.earliest_behind(place.number)?;
    let waiting = judged_polls(place)
        .filter(|poll| poll.state == Some(State::Waiting))
        .find(|poll| poll.written > admitted + TOLERANCE)?;
    Some(format!(
        "place {} was waiting at {:.1} s, place {other} was admitted at {:.1} s",
        place.number,
        waiting.written.as_secs_f64(),
        admitted.as_secs_f64()
    ))
}

/// Who was admitted when, such that one can ask for the earliest behind a number.
struct Admissions {
    /// By number; each with the earliest admission from there on.
    earliest_from: Vec<(u64, (u64, Duration))>,
}

impl Admissions {
    fn of<'a>(places: impl Iterator<Item = &'a Place>) -> Self {
        let admitted = |place: &Place| place.pass.as_ref().map(|pass| (place.number, pass.arrived));
        let mut earliest_from: Vec<_> =
            places.filter_map(admitted).map(|(number, at)| (number, (number, at))).collect();
        earliest_from.sort_unstable_by_key(|(number, _)| *number);
        for at in (1..earliest_from.len()).rev() {
            let behind = earliest_from[at].1;
            let here = &mut earliest_from[at - 1].1;
            if behind.1 < here.1 {
                *here = behind;
            }
        }
        Self { earliest_from }
    }

    fn earliest_behind(&self, number: u64) -> Option<(u64, Duration)> {
        let behind = self.earliest_from.partition_point(|(other, _)| *other <= number);
        self.earliest_from.get(behind).map(|(_, earliest)| *earliest)
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::{self, buyer, poll, seconds};
    use super::*;

    /// Place 1 asks at 0, 1, 2, .. and waits all the time; place 2 is admitted at 1.
    fn overtaken(polls: u32) -> Evidence {
        let mut waiting = buyer(1, 1.0);
        waiting.places[0].pass = None;
        waiting.places[0].polls =
            (0..polls).map(|second| poll(f64::from(second), State::Waiting)).collect();
        Evidence { buyers: vec![waiting, buyer(2, 1.0)], ..history::green() }
    }

    #[test]
    fn admission_in_the_order_of_numbers_is_green_and_says_how_many_were_judged() {
        let check = check(&history::green());
        assert!(check.ok);
        assert_eq!(check.detail, "2 places judged");
    }

    #[test]
    fn a_place_that_waits_two_seconds_after_a_later_one_was_admitted_turns_red() {
        assert!(check(&overtaken(4)).ok, "the last poll was written at 3 s, not after it");
        assert!(!check(&overtaken(5)).ok);
    }

    #[test]
    fn a_lower_number_may_be_admitted_first() {
        let mut evidence = overtaken(5);
        evidence.buyers[0].places[0].number = 3;
        assert!(check(&evidence).ok);
    }

    #[test]
    fn a_place_is_judged_only_as_far_as_it_was_punctual() {
        for spoil in [
            |poll: &mut Poll| poll.broke = true,
            |poll: &mut Poll| poll.due -= seconds(0.6),
            |poll: &mut Poll| poll.answered += seconds(0.6),
            |poll: &mut Poll| poll.state = None,
        ] {
            let mut evidence = overtaken(5);
            spoil(&mut evidence.buyers[0].places[0].polls[1]);
            assert!(check(&evidence).ok);
        }
    }

    #[test]
    fn the_earliest_admission_behind_a_number_is_found() {
        let places: Vec<_> = [buyer(1, 5.0), buyer(2, 9.0), buyer(3, 7.0)]
            .into_iter()
            .flat_map(|buyer| buyer.places)
            .collect();
        let admissions = Admissions::of(places.iter());
        assert_eq!(admissions.earliest_behind(0), Some((1, seconds(5.0))));
        assert_eq!(admissions.earliest_behind(1), Some((3, seconds(7.0))));
        assert_eq!(admissions.earliest_behind(3), None);
    }
}
