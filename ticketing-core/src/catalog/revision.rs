use super::Performance;
use crate::clock::Timestamp;
use crate::error::Result;
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
