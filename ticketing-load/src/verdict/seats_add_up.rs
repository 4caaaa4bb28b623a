//! `seats_add_up`: sold + free + not for sale = seats.

use super::{Check, Evidence};

pub(super) fn check(evidence: &Evidence) -> Check {
    let sales = &evidence.aftermath.sales;
    let sum = sales.sold + sales.free + sales.not_for_sale;
    let ok = sum == sales.seats_total;
    let detail = format!(
        "{} sold + {} free + {} not for sale {} {} seats",
        sales.sold,
        sales.free,
        sales.not_for_sale,
        if ok { "=" } else { "is not" },
        sales.seats_total
    );
    Check { name: "seats_add_up".into(), ok, detail }
}

#[cfg(test)]
mod tests {
    use super::super::history;
    use super::*;

    #[test]
    fn seats_that_add_up_are_green() {
        assert!(check(&history::green()).ok);
    }

    #[test]
    fn a_seat_too_many_or_too_few_turns_red() {
        let mut evidence = history::green();
        evidence.aftermath.sales.sold += 1;
        assert!(!check(&evidence).ok);
        evidence.aftermath.sales.sold -= 2;
        assert!(!check(&evidence).ok);
    }
}
