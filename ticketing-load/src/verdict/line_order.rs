//! `line_order`: nobody is admitted past somebody who waits with a lower rank and asks in time. The
//! rank is the number, unless the opening drew it.
//!
//! Per place and run of punctual polls: B's `admitted` arrived at t, and B was itself still waiting
//! more than 2 s after the run began; place A has a lower rank, and a poll of A that was written
//! after t + 2 s was answered `waiting`. Between runs A was absent, and an absent buyer may be
//! passed over; from its next question on it comes first again. Its first run begins with the place.

use std::time::Duration;

use super::{Check, Evidence};
use crate::buyers::told::Place;

/// How far B's admission has to lie back: servers may know of it a little later.
const TOLERANCE: Duration = Duration::from_secs(2);

pub(super) fn check(evidence: &Evidence) -> Check {
    let places = || evidence.told.buyers.iter().flat_map(|buyer| &buyer.places);
    let admissions = Admissions::of(places());
    let is_judged = |place: &&Place| place.rank.is_some() && !place.asked.runs.is_empty();
    let judged = places().filter(is_judged).count();
    let forgotten: u32 = places().map(|place| place.asked.forgotten).sum();
    let faults: Vec<_> = places().filter_map(|place| fault(place, &admissions)).collect();
    let mut detail = format!("{judged} places judged");
    if forgotten > 0 {
        detail = format!("{detail}, {forgotten} of their older runs of questions were not");
    }
    let check = Check::from_faults("line_order", &faults, detail.clone());
    if check.ok { check } else { Check { detail: format!("{detail}; {}", check.detail), ..check } }
}

fn fault(place: &Place, admissions: &Admissions) -> Option<String> {
    let rank = place.rank?;
    place.asked.runs.iter().find_map(|run| {
        let since = if run.first { Duration::ZERO } else { run.began + TOLERANCE };
        let (other, admitted) = admissions.earliest_behind(rank, since)?;
        let waiting = run.waited_until.filter(|written| *written > admitted + TOLERANCE)?;
        Some(format!(
            "rank {rank} was waiting at {:.1} s, rank {other} was admitted at {:.1} s",
            waiting.as_secs_f64(),
            admitted.as_secs_f64()
        ))
    })
}

/// Who was admitted when, such that one can ask for the earliest behind a rank.
struct Admissions {
    /// Rank, when it was admitted, and when it was last told to wait.
    by_rank: Vec<(u64, Duration, Duration)>,
    /// For each, the earliest from there on.
    earliest_from: Vec<(u64, Duration)>,
}

impl Admissions {
    fn of<'a>(places: impl Iterator<Item = &'a Place>) -> Self {
        let admitted = |place: &Place| {
            let pass = place.pass.as_ref()?;
            Some((place.rank?, pass.arrived, place.asked.waited_until.unwrap_or_default()))
        };
        let mut by_rank: Vec<_> = places.filter_map(admitted).collect();
        by_rank.sort_unstable();
        let mut earliest_from: Vec<_> =
            by_rank.iter().map(|(number, admitted, _)| (*number, *admitted)).collect();
        for at in (1..earliest_from.len()).rev() {
            let behind = earliest_from[at];
            let here = &mut earliest_from[at - 1];
            if behind.1 < here.1 {
                *here = behind;
            }
        }
        Self { by_rank, earliest_from }
    }

    /// The earliest of those who still waited at `since`.
    fn earliest_behind(&self, rank: u64, since: Duration) -> Option<(u64, Duration)> {
        let behind = self.by_rank.partition_point(|(other, ..)| *other <= rank);
        if since.is_zero() {
            return self.earliest_from.get(behind).copied();
        }
        let waited = self.by_rank[behind..].iter().filter(|(_, _, waited)| *waited >= since);
        let earliest = waited.min_by_key(|(_, admitted, _)| *admitted)?;
        Some((earliest.0, earliest.1))
    }
}

#[cfg(test)]
mod tests {
    use ticketing_wire::line::PlaceState;

    use super::super::history::{self, asked, buyer, poll, seconds};
    use super::*;
    use crate::buyers::told::Poll;

    /// Questions at 0, 1, 2, .., all answered with "wait".
    fn waiting(polls: u32) -> Vec<Poll> {
        (0..polls).map(|second| poll(f64::from(second), PlaceState::Waiting)).collect()
    }

    /// Place 1 asks so and waits all the time; place 2 is admitted at 1.
    fn overtaken(polls: &[Poll]) -> Evidence {
        let mut waiting = buyer(1, 1.0);
        waiting.places[0].pass = None;
        waiting.places[0].asked = asked(polls);
        let mut evidence = history::green();
        evidence.told.buyers = vec![waiting, buyer(2, 1.0)];
        evidence
    }

    #[test]
    fn admission_in_the_order_of_numbers_is_green_and_says_how_many_were_judged() {
        let check = check(&history::green());
        assert!(check.ok);
        assert_eq!(check.detail, "2 places judged");
    }

    #[test]
    fn a_place_that_waits_two_seconds_after_a_later_one_was_admitted_turns_red() {
        assert!(
            check(&overtaken(&waiting(4))).ok,
            "the last poll was written at 3 s, not after it"
        );
        assert!(!check(&overtaken(&waiting(5))).ok);
    }

    #[test]
    fn a_lower_rank_may_be_admitted_first() {
        let mut evidence = overtaken(&waiting(5));
        evidence.told.buyers[0].places[0].rank = Some(3);
        assert!(check(&evidence).ok);
    }

    #[test]
    fn one_who_was_absent_may_be_passed_over_and_not_again_once_it_asks() {
        for spoil in [
            |poll: &mut Poll| poll.broke = true,
            |poll: &mut Poll| poll.due -= seconds(0.6),
            |poll: &mut Poll| poll.answered += seconds(0.6),
            |poll: &mut Poll| poll.state = None,
        ] {
            let mut polls = waiting(9);
            spoil(&mut polls[1]);
            let mut evidence = overtaken(&polls);
            assert!(check(&evidence).ok, "place 2 came in while place 1 was absent");
            let second = &mut evidence.told.buyers[1].places[0];
            second.pass = Some(history::pass(4.5));
            assert!(check(&evidence).ok, "its turn may have come before");
            let told = [4.1, 3.9].map(|second| {
                asked(&[poll(second, PlaceState::Waiting), poll(4.4, PlaceState::Admitted)])
            });
            let [known, unknown] = told;
            evidence.told.buyers[1].places[0].asked = known;
            assert!(!check(&evidence).ok, "place 1 had been asking since 2 s");
            evidence.told.buyers[1].places[0].asked = unknown;
            assert!(check(&evidence).ok, "place 1 had just begun to ask");
        }
    }

    #[test]
    fn the_earliest_admission_behind_a_rank_is_found() {
        let places: Vec<_> = [buyer(1, 5.0), buyer(2, 9.0), buyer(3, 7.0)]
            .into_iter()
            .flat_map(|buyer| buyer.places)
            .collect();
        let admissions = Admissions::of(places.iter());
        let behind = |number, since| admissions.earliest_behind(number, seconds(since));
        assert_eq!(behind(0, 0.0), Some((1, seconds(5.0))));
        assert_eq!(behind(1, 0.0), Some((3, seconds(7.0))));
        assert_eq!(behind(1, 8.0), None, "nobody is known to have waited then");
        assert_eq!(behind(3, 0.0), None);
    }
}
