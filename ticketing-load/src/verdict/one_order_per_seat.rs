//! `one_order_per_seat`: no seat is in two paid orders, neither in the organizer's list nor in
//! what the buyers were told.

use std::collections::{BTreeMap, BTreeSet};

use ticketing_wire::orders::OrderStatus;
use uuid::Uuid;

use super::{Check, Evidence};
use crate::buyers::told::Buyer;

pub(super) fn check(evidence: &Evidence) -> Check {
    let paid = evidence.aftermath.orders.iter().filter(|order| order.status == OrderStatus::Paid);
    let listed = paid.flat_map(|order| order.kept_seats().map(|seat| (seat, order.id)));
    let answers = evidence.told.buyers.iter().flat_map(Buyer::paid);
    let told = answers.flat_map(|told| told.seats.iter().map(|seat| (*seat, told.order)));

    let (listed_seats, mut faults) = owners(listed, "in the organizer's list");
    let (told_seats, told_faults) = owners(told, "in the buyers' answers");
    faults.extend(told_faults);
    let detail = format!("{listed_seats} seats in paid orders, {told_seats} in buyers' answers");
    Check::from_faults("one_order_per_seat", &faults, detail)
}

/// Counts the seats and names those with more than one order. The same order may be told often.
fn owners(pairs: impl Iterator<Item = (u32, Uuid)>, place: &str) -> (usize, Vec<String>) {
    let mut owners: BTreeMap<u32, BTreeSet<Uuid>> = BTreeMap::new();
    for (seat, order) in pairs {
        owners.entry(seat).or_default().insert(order);
    }
    let shared = owners.iter().filter(|(_, orders)| orders.len() > 1);
    let faults = shared.map(|(seat, orders)| {
        let (count, mut orders) = (orders.len(), orders.iter());
        let (first, second) = (orders.next().expect("two at least"), orders.next_back());
        let second = second.expect("two at least");
        format!("seat {seat} is in {count} orders {place}, such as {first} and {second}")
    });
    (owners.len(), faults.collect())
}

#[cfg(test)]
mod tests {
    use super::super::history;
    use super::*;

    #[test]
    fn a_seat_per_order_is_green_however_often_it_is_told() {
        let mut evidence = history::green();
        let again = evidence.told.buyers[0].orders[0].clone();
        evidence.told.buyers[0].orders.push(again);
        assert!(check(&evidence).ok);
    }

    #[test]
    fn a_seat_that_was_given_back_and_sold_again_is_green() {
        let mut evidence = history::green();
        let [first, second] = [0, 1].map(|place| evidence.aftermath.orders[place].seats.clone());
        evidence.aftermath.orders[1].seats.extend(&first);
        evidence.aftermath.orders[1].returned = first;
        assert!(check(&evidence).ok);
        evidence.aftermath.orders[1].returned = second;
        assert!(!check(&evidence).ok);
    }

    #[test]
    fn two_paid_orders_with_one_seat_turn_red() {
        let mut evidence = history::green();
        evidence.aftermath.orders[1].seats = vec![0];
        assert!(!check(&evidence).ok);
    }

    #[test]
    fn an_unpaid_order_with_a_sold_seat_is_green() {
        let mut evidence = history::green();
        evidence.aftermath.orders[2].seats = vec![0];
        assert!(check(&evidence).ok);
    }

    #[test]
    fn two_buyers_told_that_one_seat_is_theirs_turn_red() {
        let mut evidence = history::green();
        evidence.told.buyers[1].orders[0].seats = vec![0];
        assert!(!check(&evidence).ok);
    }
}
