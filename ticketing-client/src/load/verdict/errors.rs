//! `errors`: no request broke (5xx, or a broken connection).

use super::{Check, Evidence};

pub(super) fn check(evidence: &Evidence) -> Check {
    let errors = evidence.errors;
    let detail = format!("{errors} requests broke");
    Check { name: "errors", ok: errors == 0, detail }
}

#[cfg(test)]
mod tests {
    use super::super::history;
    use super::*;

    #[test]
    fn no_broken_request_is_green() {
        assert!(check(&history::green()).ok);
    }

    #[test]
    fn one_broken_request_turns_red() {
        assert!(!check(&Evidence { errors: 1, ..history::green() }).ok);
    }
}
