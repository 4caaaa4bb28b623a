//! `holds_kept`: nobody was given a seat that somebody else surely had on hold.
//!
//! A hold surely lasts from the arrival of the answer that gave it until its deadline, less a
//! second, or until its buyer sent that it lets the seats go or orders them. The only promise that a store of holds
//! breaks when it loses its last seconds; the claim of an order is another check's.

use std::collections::BTreeMap;
use std::time::Duration;

use uuid::Uuid;

use super::{Check, Evidence, Testimony};
use crate::buyers::told::{Buyer, ToldHold};

/// A hold does not count in its last second: clocks differ a little.
const EXPIRY_MARGIN: Duration = Duration::from_secs(1);

/// When a seat surely was somebody's.
type Span = (Duration, Duration, Uuid);

pub(super) fn check(evidence: &Evidence) -> Check {
    let mut seats: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    let mut holds = 0;
    for (buyer, hold) in holds_of(&evidence.told.buyers) {
        holds += 1;
        let Some((from, until)) = span(hold, &evidence.told) else { continue };
        for seat in &hold.seats {
            seats.entry(*seat).or_default().push((from, until, buyer.account));
        }
    }
    let faults: Vec<_> = seats.iter_mut().filter_map(|(seat, spans)| fault(*seat, spans)).collect();
    Check::from_faults("holds_kept", &faults, format!("{holds} holds of {} seats", seats.len()))
}

fn holds_of(buyers: &[Buyer]) -> impl Iterator<Item = (&Buyer, &ToldHold)> {
    buyers.iter().flat_map(|buyer| buyer.holds.iter().map(move |hold| (buyer, hold)))
}

fn span(hold: &ToldHold, told: &Testimony) -> Option<(Duration, Duration)> {
    let deadline = hold.expires.saturating_sub(EXPIRY_MARGIN);
    let until = hold.let_go.map_or(deadline, |let_go| let_go.min(deadline));
    let until = told.surely_until(until);
    (hold.from < until).then_some((hold.from, until))
}

/// The first two who had a seat at one time.
fn fault(seat: u32, spans: &mut [Span]) -> Option<String> {
    spans.sort_unstable();
    let mut longest = *spans.first()?;
    for next in &spans[1..] {
        if next.0 < longest.1 && next.2 != longest.2 {
            return Some(format!(
                "seat {seat} was held by two from {:.1} s on",
                next.0.as_secs_f64()
            ));
        }
        if next.1 > longest.1 {
            longest = *next;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::history::{self, seconds};
    use super::*;

    fn hold(seats: &[u32], from: f64) -> ToldHold {
        let expires = seconds(from + 10.0);
        ToldHold { seats: seats.to_vec(), from: seconds(from), expires, let_go: None }
    }

    /// The first buyer held seats 1 and 2 from 1 to 11 s; the second was given seat 2 then.
    fn second_at(given: f64) -> Evidence {
        let mut evidence = history::green();
        evidence.told.buyers[0].holds = vec![hold(&[1, 2], 1.0)];
        evidence.told.buyers[1].holds = vec![hold(&[2, 3], given)];
        evidence
    }

    #[test]
    fn one_after_the_other_is_green() {
        let check = check(&second_at(11.0));
        assert!(check.ok);
        assert_eq!(check.detail, "2 holds of 3 seats");
    }

    #[test]
    fn a_seat_that_was_given_to_two_turns_red_but_not_in_the_last_second() {
        assert!(!check(&second_at(5.0)).ok);
        assert!(check(&second_at(10.1)).ok);
    }

    #[test]
    fn who_let_go_and_who_chose_again_are_in_nobodys_way() {
        let mut evidence = second_at(5.0);
        evidence.told.buyers[0].holds[0].let_go = Some(seconds(4.9));
        assert!(check(&evidence).ok);
        evidence.told.buyers[0].holds = vec![hold(&[2], 1.0), hold(&[2], 2.0)];
        evidence.told.buyers[1].holds.clear();
        assert!(check(&evidence).ok, "its own hold was replaced");
    }

    #[test]
    fn a_hold_ends_earlier_by_as_much_as_the_clocks_of_two_generators_may_differ() {
        let mut evidence = second_at(5.0);
        evidence.told.buyers[0].holds[0].let_go = Some(seconds(5.2));
        assert!(!check(&evidence).ok);
        evidence.told.generators = 2;
        assert!(check(&evidence).ok);
    }

    #[test]
    fn a_long_hold_is_not_forgotten_behind_a_short_one() {
        let mut evidence = second_at(8.0);
        let mut short = hold(&[2], 2.0);
        short.let_go = Some(seconds(3.0));
        evidence.told.buyers[0].holds.push(short);
        assert!(!check(&evidence).ok);
    }
}
