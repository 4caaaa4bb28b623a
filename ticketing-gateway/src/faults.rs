//! What goes wrong on purpose.

/// Faults, each by counting. `FaultPlan::default()` has none; write
/// `FaultPlan { wrong_amount_every: Some(10), ..FaultPlan::default() }`, as more may be added.
#[derive(Clone, Copy, Debug, Default)]
pub struct FaultPlan {
    /// Every Nth capture of this gateway takes one unit less than it should (one more of 1).
    pub wrong_amount_every: Option<u32>,
    /// Every Nth capture of this gateway happens, but its confirm is answered with a bare 500:
    /// the reply was lost after the effect. A repeat with the same idempotency key gets the answer.
    pub lose_confirm_reply_every: Option<u32>,
}

impl FaultPlan {
    /// What the capture with this ordinal (from 1) takes when it should take `total`.
    pub(crate) fn captured_amount(&self, ordinal: u64, total: u64) -> u64 {
        match (due(self.wrong_amount_every, ordinal), total) {
            (false, _) => total,
            (true, 0 | 1) => total + 1,
            (true, _) => total - 1,
        }
    }

    /// Whether the reply to the capture with this ordinal is lost.
    pub(crate) fn loses_reply(&self, ordinal: u64) -> bool {
        due(self.lose_confirm_reply_every, ordinal)
    }
}

/// Every 0th is never.
fn due(every: Option<u32>, ordinal: u64) -> bool {
    every.is_some_and(|every| every > 0 && ordinal.is_multiple_of(every.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_third_capture_takes_a_wrong_amount_and_one_unit_becomes_two() {
        let plan = FaultPlan { wrong_amount_every: Some(3), ..FaultPlan::default() };
        let taken: Vec<u64> = (1..=6).map(|ordinal| plan.captured_amount(ordinal, 100)).collect();
        assert_eq!(taken, [100, 100, 99, 100, 100, 99]);
        assert_eq!(plan.captured_amount(3, 1), 2);
    }

    #[test]
    fn every_zeroth_is_never() {
        let plan = FaultPlan { wrong_amount_every: Some(0), lose_confirm_reply_every: Some(0) };
        assert!((1..100).all(|ordinal| plan.captured_amount(ordinal, 5) == 5));
        assert!((1..100).all(|ordinal| !plan.loses_reply(ordinal)));
    }
}
