//! `keys_once`: what was sent twice with one key was done once, and both were told of the same order.

use super::{Check, Evidence};
use crate::buyers::told::Repeat;

pub(super) fn check(evidence: &Evidence) -> Check {
    let repeats = || evidence.told.buyers.iter().flat_map(|buyer| &buyer.repeats);
    let faults: Vec<_> = repeats().filter_map(fault).collect();
    let answered = repeats().filter(|one| one.first.is_some() && one.second.is_some()).count();
    let detail = format!("{} sent twice, {answered} answered twice", repeats().count());
    Check::from_faults("keys_once", &faults, detail)
}

fn fault(repeat: &Repeat) -> Option<String> {
    let (first, second) = (repeat.first?, repeat.second?);
    (first != second).then(|| format!("one key led to the orders {first} and {second}"))
}

#[cfg(test)]
mod tests {
    use super::super::history;
    use super::*;

    fn with(first: Option<u128>, second: Option<u128>) -> Check {
        let mut evidence = history::green();
        let order = |number| history::order_id(number);
        let repeat = Repeat { first: first.map(order), second: second.map(order) };
        evidence.told.buyers[0].repeats = vec![repeat];
        check(&evidence)
    }

    #[test]
    fn the_same_order_twice_is_green_and_one_that_was_refused_says_nothing() {
        assert!(with(Some(1), Some(1)).ok && with(Some(1), None).ok && with(None, None).ok);
        assert_eq!(with(Some(1), Some(1)).detail, "1 sent twice, 1 answered twice");
    }

    #[test]
    fn two_orders_of_one_key_turn_red() {
        assert!(!with(Some(1), Some(2)).ok);
    }
}
