//! `tickets`: each paid order has exactly its seats' tickets, and the buyer was shown the same.

use std::collections::{BTreeMap, HashSet};

use ticketing_wire::orders::OrderStatus;
use ticketing_wire::sales::{OrganizerOrder, OrganizerTicket};

use super::{Check, Evidence};
use crate::buyers::told::ToldTickets;

pub(super) fn check(evidence: &Evidence) -> Check {
    let orders = &evidence.aftermath.orders;
    let paid: BTreeMap<_, _> = orders
        .iter()
        .filter(|order| order.status == OrderStatus::Paid)
        .map(|order| (order.id, order))
        .collect();
    let mut faults: Vec<_> = paid.values().filter_map(|order| listed_fault(order)).collect();
    faults.extend(shared_tickets(paid.values().flat_map(|order| &order.tickets)));
    for told in evidence.told.buyers.iter().flat_map(|buyer| &buyer.tickets) {
        faults.extend(told_fault(told, paid.get(&told.order).copied()));
    }
    let tickets: usize = paid.values().map(|order| order.tickets.len()).sum();
    let detail = format!("{tickets} tickets of {} paid orders", paid.len());
    Check::from_faults("tickets", &faults, detail)
}

fn listed_fault(order: &OrganizerOrder) -> Option<String> {
    let mut tickets: Vec<_> = order.tickets.iter().map(|ticket| ticket.seat).collect();
    let mut seats: Vec<_> = order.kept_seats().collect();
    tickets.sort_unstable();
    seats.sort_unstable();
    (tickets != seats)
        .then(|| format!("order {} has seats {seats:?} and tickets for {tickets:?}", order.id))
}

fn shared_tickets<'a>(tickets: impl Iterator<Item = &'a OrganizerTicket>) -> Vec<String> {
    let mut seen = HashSet::new();
    let shared = tickets.filter(|ticket| !seen.insert(ticket.id));
    shared.map(|ticket| format!("ticket {} is in two places", ticket.id)).collect()
}

fn told_fault(told: &ToldTickets, listed: Option<&OrganizerOrder>) -> Option<String> {
    let sorted = |tickets: &[OrganizerTicket]| {
        let mut tickets: Vec<_> = tickets.iter().map(|ticket| (ticket.seat, ticket.id)).collect();
        tickets.sort_unstable();
        tickets
    };
    let Some(listed) = listed else {
        return Some(format!("tickets were shown for order {}, which is not paid", told.order));
    };
    (sorted(&told.tickets) != sorted(&listed.tickets))
        .then(|| format!("the buyer of order {} was shown other tickets", told.order))
}

#[cfg(test)]
mod tests {
    use super::super::history;
    use super::*;

    #[test]
    fn a_ticket_per_seat_is_green() {
        assert!(check(&history::green()).ok);
    }

    #[test]
    fn a_missing_or_a_second_ticket_turns_red() {
        let mut evidence = history::green();
        evidence.told.buyers.clear();
        let ticket = evidence.aftermath.orders[0].tickets.pop().unwrap();
        assert!(!check(&evidence).ok);
        let second = history::ticket(9, ticket.seat);
        evidence.aftermath.orders[0].tickets.extend([ticket, second]);
        assert!(!check(&evidence).ok);
    }

    #[test]
    fn a_ticket_for_another_seat_turns_red() {
        let mut evidence = history::green();
        evidence.told.buyers.clear();
        evidence.aftermath.orders[0].tickets[0].seat = 2;
        assert!(!check(&evidence).ok);
    }

    #[test]
    fn other_tickets_than_the_buyer_was_shown_turn_red() {
        let mut evidence = history::green();
        evidence.told.buyers[0].tickets[0].tickets[0].id = uuid::Uuid::from_u128(9);
        assert!(!check(&evidence).ok);
    }

    #[test]
    fn one_ticket_in_two_orders_turns_red() {
        let mut evidence = history::green();
        evidence.told.buyers.clear();
        evidence.aftermath.orders[1].tickets[0].id = evidence.aftermath.orders[0].tickets[0].id;
        assert!(!check(&evidence).ok);
    }
}
