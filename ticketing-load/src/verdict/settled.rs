//! `settled`: nothing was left held, reserved or confirming.

use super::{Check, Evidence};

pub(super) fn check(evidence: &Evidence) -> Check {
    let settlement = &evidence.aftermath.settlement;
    let waited = settlement.waited.as_secs_f64();
    let detail = if settlement.is_settled() {
        format!("nothing pending after {waited:.1} s")
    } else {
        format!(
            "after {waited:.1} s: {} held, {} reserved, {} confirming",
            settlement.held, settlement.reserved, settlement.confirming
        )
    };
    Check { name: "settled".into(), ok: settlement.is_settled(), detail }
}

#[cfg(test)]
mod tests {
    use super::super::history;
    use super::*;
    use crate::aftermath::Settlement;

    #[test]
    fn nothing_pending_is_green() {
        assert!(check(&history::green()).ok);
    }

    #[test]
    fn anything_pending_turns_red() {
        for spoil in [
            |settlement: &mut Settlement| settlement.held = 1,
            |settlement: &mut Settlement| settlement.reserved = 1,
            |settlement: &mut Settlement| settlement.confirming = 1,
        ] {
            let mut evidence = history::green();
            spoil(&mut evidence.aftermath.settlement);
            assert!(!check(&evidence).ok, "{:?}", evidence.aftermath.settlement);
        }
    }
}
