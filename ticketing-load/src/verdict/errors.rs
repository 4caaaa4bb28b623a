//! `errors`: no request broke (5xx, or a broken connection). What a busy server turned away and
//! answered when it was asked again is not broken; how often that was is said.

use super::{Check, Evidence};
use crate::record::Breaks;

pub(super) fn check(evidence: &Evidence) -> Check {
    let Breaks { errors, shed, given_up, examples } = &evidence.told.breaks;
    let mut detail = format!("{errors} requests broke");
    if !examples.is_empty() {
        detail = format!("{detail}, among them: {}", examples.join("; "));
    }
    if *shed > 0 {
        detail = format!("{detail}; {shed} were turned away for a moment");
    }
    if *given_up > 0 {
        detail = format!("{detail}, {given_up} of them until nobody asked any more");
    }
    Check { name: "errors".into(), ok: *errors + *given_up == 0, detail }
}

#[cfg(test)]
mod tests {
    use super::super::history;
    use super::*;

    fn judged(breaks: Breaks) -> Check {
        let mut evidence = history::green();
        evidence.told.breaks = breaks;
        check(&evidence)
    }

    #[test]
    fn no_broken_request_is_green() {
        assert!(check(&history::green()).ok);
    }

    #[test]
    fn one_broken_request_turns_red_and_is_named() {
        let examples = vec!["order: answer 500".to_owned()];
        let check = judged(Breaks { errors: 1, examples, ..Breaks::default() });
        assert!(!check.ok);
        assert_eq!(check.detail, "1 requests broke, among them: order: answer 500");
    }

    #[test]
    fn what_was_shed_until_nobody_asked_any_more_turns_red() {
        let check = judged(Breaks { shed: 9, given_up: 1, ..Breaks::default() });
        assert!(!check.ok);
        assert!(check.detail.ends_with("1 of them until nobody asked any more"), "{check:?}");
    }

    #[test]
    fn what_was_shed_and_served_later_is_said_and_green() {
        let check = judged(Breaks { shed: 2, ..Breaks::default() });
        assert!(check.ok);
        assert_eq!(check.detail, "0 requests broke; 2 were turned away for a moment");
    }
}
