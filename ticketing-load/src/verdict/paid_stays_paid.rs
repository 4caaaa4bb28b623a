//! `paid_stays_paid`: every answer "paid" is still true, for the same buyer and the same seats.

use std::collections::HashMap;

use ticketing_wire::orders::OrderStatus;
use ticketing_wire::sales::OrganizerOrder;
use uuid::Uuid;

use super::{Check, Evidence};
use crate::buyers::told::{Buyer, ToldOrder};

pub(super) fn check(evidence: &Evidence) -> Check {
    let orders = evidence.aftermath.orders.iter();
    let orders: HashMap<_, _> = orders.map(|order| (order.id, order)).collect();
    let told = |buyer: &Buyer| buyer.paid().cloned().map(|told| (buyer.account, told)).collect();
    let answers: Vec<_> = evidence.told.buyers.iter().flat_map::<Vec<_>, _>(told).collect();
    let faults: Vec<_> = answers
        .iter()
        .filter_map(|(account, told)| fault(*account, told, orders.get(&told.order).copied()))
        .collect();
    let detail = format!("{} answers \"paid\"", answers.len());
    Check::from_faults("paid_stays_paid", &faults, detail)
}

fn fault(account: Uuid, told: &ToldOrder, order: Option<&OrganizerOrder>) -> Option<String> {
    let id = told.order;
    let Some(order) = order else { return Some(format!("order {id} was paid and is not listed")) };
    if order.status != OrderStatus::Paid {
        return Some(format!("order {id} was paid and is {}", order.status));
    }
    if order.account_id != account {
        return Some(format!("order {id} was paid by {account} and is {}'s", order.account_id));
    }
    let sorted = |seats: &[u32]| {
        let mut seats = seats.to_vec();
        seats.sort_unstable();
        seats
    };
    let (told_seats, seats) = (sorted(&told.seats), sorted(&order.seats));
    (told_seats != seats)
        .then(|| format!("order {id} was paid for seats {told_seats:?} and has {seats:?}"))
}

#[cfg(test)]
mod tests {
    use super::super::history;
    use super::*;

    #[test]
    fn an_answer_that_is_still_true_is_green() {
        assert!(check(&history::green()).ok);
    }

    #[test]
    fn a_paid_order_that_is_paid_no_more_turns_red() {
        let mut evidence = history::green();
        evidence.aftermath.orders[0].status = OrderStatus::Expired;
        assert!(!check(&evidence).ok);
        evidence.aftermath.orders.remove(0);
        assert!(!check(&evidence).ok);
    }

    #[test]
    fn a_paid_order_with_other_seats_or_another_buyer_turns_red() {
        let mut evidence = history::green();
        evidence.aftermath.orders[0].seats = vec![2];
        assert!(!check(&evidence).ok);
        let mut evidence = history::green();
        evidence.aftermath.orders[0].account_id = Uuid::from_u128(9);
        assert!(!check(&evidence).ok);
    }
}
