//! How an organizer steers the line of a running sale. Every change is written down with who made
//! it, in the step that makes it.

use crate::accounts::Caller;
use crate::admission::Terms;
use crate::box_office::BoxOffice;
use crate::catalog::{AuditEntry, LineMode, Performance, Revision};
use crate::error::{Error, Result};
use crate::id::{AccountId, PerformanceId};

/// What an organizer can do to a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Steer {
    /// Nobody comes in; those who wait are told why.
    Pause(Option<String>),
    /// People join and come in again.
    Resume,
    /// Nobody joins any more; those who wait come in.
    Drain(Option<String>),
    /// How many may come in per minute; no limit where absent.
    Rate(Option<u32>),
    /// How many may be inside at once.
    Capacity(u32),
}

impl Steer {
    fn action(&self) -> &'static str {
        match self {
            Self::Pause(_) => "pause",
            Self::Resume => "resume",
            Self::Drain(_) => "drain",
            Self::Rate(_) => "rate",
            Self::Capacity(_) => "capacity",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Pause(message) | Self::Drain(message) => message.clone().unwrap_or_default(),
            Self::Resume => String::new(),
            Self::Rate(None) => "no limit".into(),
            Self::Rate(Some(per_minute)) => format!("{per_minute} per minute"),
            Self::Capacity(capacity) => format!("{capacity} inside"),
        }
    }

    fn apply(self, mut performance: Performance) -> Result<Performance> {
        let policy = &mut performance.details.policy;
        let line = std::mem::take(&mut performance.line);
        performance.line = match self {
            Self::Pause(message) => line.with_mode(LineMode::Paused, message)?,
            Self::Resume => line.with_mode(LineMode::Open, None)?,
            Self::Drain(message) => line.with_mode(LineMode::Draining, message)?,
            Self::Rate(per_minute) => {
                policy.admit_per_minute = per_minute;
                line
            }
            Self::Capacity(capacity) => {
                policy.line_capacity = capacity;
                line
            }
        };
        policy.validate()?;
        Ok(performance)
    }
}

impl BoxOffice {
    /// Steers the line; every server follows within a second.
    pub async fn steer(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        steer: Steer,
    ) -> Result<()> {
        self.owned_sale(caller, performance).await?;
        let (action, detail) = (steer.action(), steer.detail());
        let office = self.clone();
        let apply = move |performance: Performance| {
            let mut after = steer.clone().apply(performance)?;
            let line = std::mem::take(&mut after.line);
            // As late as it is once the row is ours: a promise is made by the old pace until then.
            after.line = line.at_pace(&after.details.policy, office.now());
            Ok(after)
        };
        self.revise(caller, performance, action, detail, apply).await.map(drop)
    }

    /// Takes an account's place or pass away, with its holds that have no order; it stays out of
    /// this line for good. Written down first: a line that is repaired in between keeps it out too.
    pub async fn revoke(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        account: AccountId,
    ) -> Result<()> {
        let sale = self.owned_sale(caller, performance).await?;
        sale.live()?;
        if self.backend().accounts.account(account).await?.is_none() {
            return Err(Error::NotFound("account"));
        }
        let now = self.now();
        self.backend().line_books.record_revocation(performance, account, now).await?;
        self.note(caller, performance, "revoke", account.to_string()).await?;
        let terms = Terms::of(&sale.performance, now);
        self.backend().lines.revoke(performance, account, terms).await?;
        self.backend().seats.release_all(&sale, account, now).await
    }

    /// What was changed about a performance, newest first.
    pub async fn audit(
        &self,
        caller: &Caller,
        performance: PerformanceId,
    ) -> Result<Vec<AuditEntry>> {
        self.owned_sale(caller, performance).await?;
        self.backend().catalog.audit(performance).await
    }

    /// Writes down something that changes no detail of the performance.
    pub(in crate::box_office) async fn note(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        action: &'static str,
        detail: String,
    ) -> Result<()> {
        self.revise(caller, performance, action, detail, Ok).await.map(drop)
    }

    pub(in crate::box_office) async fn revise(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        action: &'static str,
        detail: String,
        apply: impl Fn(Performance) -> Result<Performance> + Send + Sync + 'static,
    ) -> Result<Performance> {
        let (at, account_id) = (self.now(), caller.account());
        let audit = AuditEntry { at, account_id, action: action.into(), detail };
        let revision = Revision { audit, apply: Box::new(apply) };
        let revised = self.backend().catalog.revise(performance, revision).await?;
        self.0.sales.remove(&performance);
        Ok(revised)
    }
}
