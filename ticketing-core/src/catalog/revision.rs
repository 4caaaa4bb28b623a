use super::Performance;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::events::PerformanceEvent;
use crate::id::AccountId;

/// How many entries of an audit are shown.
pub(crate) const AUDIT_MAX: usize = 200;

/// One thing that somebody changed about a performance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub account_id: AccountId,
    /// What, in one word: `pause`, `rate`, `revoke`.
    pub action: String,
    /// To what.
    pub detail: String,
}

/// A change of a performance, and who answers for it.
pub(crate) struct Revision {
    pub(crate) audit: AuditEntry,
    /// What the performance becomes; called under the row's lock, so that no change is lost. It may
    /// be called again where the step is run again.
    pub(crate) apply: Box<dyn Fn(Performance) -> Result<Performance> + Send + Sync>,
}

/// What happened to a performance that became another; nothing where it is the same.
pub(crate) fn what_happened(before: &Performance, after: &Performance) -> Option<PerformanceEvent> {
    let (was, is) = (&before.details, &after.details);
    match () {
        () if before == after => None,
        () if was.cleared_at != is.cleared_at => Some(PerformanceEvent::Cleared),
        () if was.closed_at != is.closed_at => Some(PerformanceEvent::Closed),
        () if was.cancelled_at != is.cancelled_at => Some(PerformanceEvent::Cancelled),
        () if was != is => Some(PerformanceEvent::Changed),
        () => Some(PerformanceEvent::Steered),
    }
}
