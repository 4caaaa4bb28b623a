//! `charges`: per order, captures less cancels are the total if it is paid, else zero; and no
//! capture names this performance and an order that nobody knows.

use std::collections::{BTreeMap, HashSet};

use ticketing_wire::orders::OrderStatus;
use ticketing_wire::sales::OrganizerOrder;
use ticketing_wire::sandbox::{EntryKind, LedgerEntry};
use uuid::Uuid;

use super::{Check, Evidence};

/// What was charged for an order, net, by currency.
type Net<'a> = BTreeMap<&'a str, i64>;

pub(super) fn check(evidence: &Evidence) -> Check {
    let mut net: BTreeMap<Uuid, Net> = BTreeMap::new();
    for (order, entry) in ours(evidence) {
        let signed = match entry.kind {
            EntryKind::Capture => entry.amount,
            EntryKind::Cancel => -entry.amount,
        };
        *net.entry(order).or_default().entry(&entry.currency).or_default() += signed;
    }
    let orders = &evidence.aftermath.orders;
    let mut faults: Vec<_> = orders
        .iter()
        .filter_map(|order| fault(order, net.remove(&order.id).unwrap_or_default()))
        .collect();
    faults.extend(strangers(evidence));
    let entries = ours(evidence).count();
    let detail = format!("{entries} ledger entries for {} orders", orders.len());
    Check::from_faults("charges", &faults, detail)
}

/// The ledger's entries that name this performance, with the order that they name.
fn ours(evidence: &Evidence) -> impl Iterator<Item = (Uuid, &LedgerEntry)> {
    evidence.aftermath.ledger.iter().filter_map(|entry| {
        let purpose = entry.purpose()?;
        (purpose.performance_id == evidence.told.performance).then_some((purpose.order_id, entry))
    })
}

fn fault(order: &OrganizerOrder, mut net: Net) -> Option<String> {
    let due = if order.status == OrderStatus::Paid { order.total.amount } else { 0 };
    let charged = net.remove(order.total.currency.as_str()).unwrap_or_default();
    let foreign = net.into_iter().find(|(_, amount)| *amount != 0);
    if let Some((currency, amount)) = foreign {
        return Some(format!("order {} was charged {amount} {currency}", order.id));
    }
    (charged != due).then(|| {
        let (id, status) = (order.id, &order.status);
        format!("order {id} is {status} and was charged {charged} where {due} is due")
    })
}

fn strangers(evidence: &Evidence) -> impl Iterator<Item = String> {
    let known: HashSet<_> = evidence.aftermath.orders.iter().map(|order| order.id).collect();
    ours(evidence)
        .filter(|(_, entry)| entry.kind == EntryKind::Capture)
        .filter(move |(named, _)| !known.contains(named))
        .map(|(named, entry)| {
            format!("{} was captured for unknown order {named}", entry.payment_id)
        })
}

#[cfg(test)]
mod tests {
    use super::super::history::{self, PRICE, entry};
    use super::*;

    #[test]
    fn a_total_per_paid_order_and_nothing_else_is_green() {
        assert!(check(&history::green()).ok);
    }

    #[test]
    fn a_charge_that_was_given_back_in_full_is_green() {
        let mut evidence = history::green();
        evidence.aftermath.ledger.push(entry(3, EntryKind::Capture, PRICE + 1));
        assert!(!check(&evidence).ok, "an expired order is charged");
        evidence.aftermath.ledger.push(entry(3, EntryKind::Cancel, PRICE + 1));
        assert!(check(&evidence).ok);
    }

    #[test]
    fn a_wrong_a_missing_or_a_double_charge_turns_red() {
        let mut evidence = history::green();
        evidence.aftermath.ledger[0].amount += 1;
        assert!(!check(&evidence).ok);
        evidence.aftermath.ledger.remove(0);
        assert!(!check(&evidence).ok);
        evidence.aftermath.ledger.extend([0, 0].map(|_| entry(1, EntryKind::Capture, PRICE)));
        assert!(!check(&evidence).ok);
    }

    #[test]
    fn a_charge_in_another_currency_turns_red() {
        let mut evidence = history::green();
        evidence.aftermath.ledger[0].currency = "EUR".to_owned();
        assert!(!check(&evidence).ok);
    }

    #[test]
    fn a_capture_for_an_unknown_order_turns_red_only_for_this_performance() {
        let mut evidence = history::green();
        let mut foreign = entry(77, EntryKind::Capture, PRICE);
        foreign.custom_data["performance_id"] = Uuid::from_u128(2).to_string().into();
        evidence.aftermath.ledger.push(foreign);
        assert!(check(&evidence).ok);
        evidence.aftermath.ledger.push(entry(77, EntryKind::Capture, PRICE));
        assert!(!check(&evidence).ok);
    }
}
