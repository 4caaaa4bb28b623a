//! `places_kept`: nobody loses its place in the line, and no number is given to two.
//!
//! A place may end by its buyer's own doing (it left, it did not claim its turn, its pass ran out or
//! led to a purchase) and by nothing else. A buyer has another number only after that.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Check, Evidence};
use crate::buyers::told::{Buyer, Place};

pub(super) fn check(evidence: &Evidence) -> Check {
    let mut owners: HashMap<u64, Uuid> = HashMap::new();
    let mut faults = Vec::new();
    for buyer in &evidence.told.buyers {
        for place in &buyer.places {
            let owner = *owners.entry(place.number).or_insert(buyer.account);
            if owner != buyer.account {
                faults.push(format!("number {} was given to two", place.number));
            }
        }
        faults.extend(lost(buyer));
    }
    Check::from_faults(
        "places_kept",
        &faults,
        format!("{} numbers, each of one buyer", owners.len()),
    )
}

/// The first place of a buyer that was taken from it.
fn lost(buyer: &Buyer) -> Option<String> {
    let answered_left = |place: &&Place| {
        let left_itself = place.pass.as_ref().is_some_and(|pass| pass.leave_sent.is_some());
        place.asked.left && !left_itself
    };
    if let Some(place) = buyer.places.iter().find(answered_left) {
        return Some(format!("place {} was left, and not by its buyer", place.number));
    }
    let (_, given_up) = buyer.places.split_last()?;
    let gone = given_up.iter().find(|place| !has_ended(place))?;
    Some(format!("place {} was replaced while it waited", gone.number))
}

fn has_ended(place: &Place) -> bool {
    place.asked.ended || place.pass.is_some()
}

#[cfg(test)]
mod tests {
    use ticketing_wire::line::PlaceState;

    use super::super::history::{self, asked, buyer, poll};
    use super::*;

    #[test]
    fn everyone_with_a_number_of_its_own_is_green() {
        let check = check(&history::green());
        assert!(check.ok);
        assert_eq!(check.detail, "2 numbers, each of one buyer");
    }

    #[test]
    fn a_number_given_to_two_turns_red() {
        let mut evidence = history::green();
        evidence.told.buyers[1].places[0].number = 1;
        assert!(!check(&evidence).ok);
    }

    #[test]
    fn a_place_that_its_buyer_did_not_leave_and_that_was_left_turns_red() {
        let mut evidence = history::green();
        let place = &mut evidence.told.buyers[0].places[0];
        place.pass = None;
        place.asked = asked(&[poll(1.0, PlaceState::Left)]);
        assert!(!check(&evidence).ok);
    }

    #[test]
    fn another_number_is_fine_after_a_turn_that_lapsed_and_red_while_waiting() {
        let mut evidence = history::green();
        let mut first = buyer(7, 1.0);
        first.places[0].pass = None;
        first.places[0].asked = asked(&[poll(1.0, PlaceState::Lapsed)]);
        evidence.told.buyers[0].places.insert(0, first.places.remove(0));
        assert!(check(&evidence).ok);
        evidence.told.buyers[0].places[0].asked = asked(&[poll(1.0, PlaceState::Waiting)]);
        assert!(!check(&evidence).ok);
    }
}
