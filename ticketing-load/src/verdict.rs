//! The verdict: what each buyer was told in its own answers, compared with what the organizer's
//! lists and the gateway's ledger say afterwards. It trusts no counter of the servers.
//!
//! Every check is a pure function of the [`Evidence`].

mod admit_rate;
mod capacity;
mod charges;
mod errors;
mod holds_kept;
mod keys_once;
mod line_order;
mod one_order_per_seat;
mod paid_stays_paid;
mod places_kept;
mod seats_add_up;
mod settled;
mod testimony;
mod tickets;

#[cfg(test)]
mod history;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::aftermath::Aftermath;

pub use capacity::max_inside;
pub use testimony::Testimony;

/// Examples that a check's detail names before it only counts.
const EXAMPLES: usize = 3;

/// Everything that the checks look at.
#[derive(Debug)]
pub struct Evidence {
    /// What buyers were told.
    pub told: Testimony,
    /// What is true afterwards.
    pub aftermath: Aftermath,
}

/// One check's outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// Its stable name.
    #[schema(value_type = String)]
    pub name: Cow<'static, str>,
    /// True where nothing speaks against it.
    pub ok: bool,
    /// What was looked at, or what was found.
    pub detail: String,
}

/// All checks' outcomes, in a fixed order.
pub fn judge(evidence: &Evidence) -> Vec<Check> {
    vec![
        settled::check(evidence),
        seats_add_up::check(evidence),
        one_order_per_seat::check(evidence),
        tickets::check(evidence),
        charges::check(evidence),
        paid_stays_paid::check(evidence),
        holds_kept::check(evidence),
        keys_once::check(evidence),
        capacity::check(evidence),
        admit_rate::check(evidence),
        line_order::check(evidence),
        places_kept::check(evidence),
        errors::check(evidence),
    ]
}

impl Check {
    /// Red where faults were found; green, with what was looked at, otherwise.
    fn from_faults(name: &'static str, faults: &[String], looked_at: String) -> Self {
        if faults.is_empty() {
            return Self { name: name.into(), ok: true, detail: looked_at };
        }
        let mut detail = faults[..faults.len().min(EXAMPLES)].join("; ");
        if faults.len() > EXAMPLES {
            detail = format!("{} faults, among them: {detail}", faults.len());
        }
        Self { name: name.into(), ok: false, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_green_history_is_green_in_every_check() {
        for check in judge(&history::green()) {
            assert!(check.ok, "{check:?}");
        }
    }

    #[test]
    fn the_checks_have_the_names_of_the_report() {
        let names: Vec<_> = judge(&history::green()).into_iter().map(|check| check.name).collect();
        let expected = [
            "settled",
            "seats_add_up",
            "one_order_per_seat",
            "tickets",
            "charges",
            "paid_stays_paid",
            "holds_kept",
            "keys_once",
            "capacity",
            "admit_rate",
            "line_order",
            "places_kept",
            "errors",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_long_list_of_faults_is_cut_short_and_counted() {
        let faults: Vec<_> = (0..9).map(|number| format!("fault {number}")).collect();
        let check = Check::from_faults("x", &faults, String::new());
        assert!(check.detail.starts_with("9 faults, among them: fault 0; "), "{}", check.detail);
        assert!(!check.detail.contains("fault 3"));
    }
}
