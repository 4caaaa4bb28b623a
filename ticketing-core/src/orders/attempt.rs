use crate::clock::Timestamp;
use crate::id::PaymentId;

/// How far a payment attempt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptStatus {
    /// The order waits for it.
    Created,
    /// The charge is under way.
    Confirming,
    /// The provider gave no definite answer; the reconciler looks.
    Unknown,
    /// Captured, and the order is paid by it.
    Paid,
    /// Declined, or its order ended without it.
    Failed,
    /// Captured and given back: a wrong amount, or seats that were gone.
    Returned,
}

impl AttemptStatus {
    #[cfg(feature = "services")]
    const ALL: [Self; 6] =
        [Self::Created, Self::Confirming, Self::Unknown, Self::Paid, Self::Failed, Self::Returned];

    /// The word in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Confirming => "confirming",
            Self::Unknown => "unknown",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Returned => "returned",
        }
    }

    #[cfg(feature = "services")]
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Somebody has to find out how it ends.
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Confirming | Self::Unknown)
    }
}

/// How long a charge may go on at the provider, whatever became of our call: PortOne's own time-out
/// and a margin. Before, a payment that shows nothing has not failed.
pub(crate) const CHARGE_MAY_RUN_MS: i64 = 60_000 + 30_000;
/// How long an order's seats wait for a charge of which nobody learns the end.
pub(crate) const SEATS_WAIT_MS: i64 = 10 * 60_000;
/// How long an attempt that ended is watched for money that comes all the same.
pub(crate) const WATCHED_MS: i64 = 24 * 3_600_000;
/// The waits between looks at an open attempt; the last one repeats.
const LOOKS_MS: [i64; 5] = [5_000, 15_000, 60_000, 300_000, 900_000];
/// How long after its end an attempt is looked at, as long as it is watched.
const WATCHES_MS: [i64; 5] = [60_000, 600_000, 3_600_000, 6 * 3_600_000, WATCHED_MS];

/// One try to pay an order. At most one of an order is live: created, confirming or unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) payment: PaymentId,
    pub(crate) status: AttemptStatus,
    /// When the gate let it through.
    pub(crate) began_at: Option<Timestamp>,
    /// When the charge was last sent, and how often.
    pub(crate) sent_at: Option<Timestamp>,
    pub(crate) sends: u32,
    /// The most that was ever seen captured.
    pub(crate) captured: i64,
    /// When the provider says that it last changed; older news are no news.
    pub(crate) changed_at: Option<Timestamp>,
    /// When somebody looks at it next, if anybody has to.
    pub(crate) look_at: Option<Timestamp>,
    /// How often somebody has looked since it became what it is.
    pub(crate) looks: u32,
    /// Until when it is watched, once it ended.
    pub(crate) watched_until: Option<Timestamp>,
}

impl Attempt {
    /// One that the provider has to be told of; `look_at` is when that is done at the latest.
    pub(crate) fn created(payment: PaymentId, look_at: Timestamp) -> Self {
        Self {
            payment,
            status: AttemptStatus::Created,
            began_at: None,
            sent_at: None,
            sends: 0,
            captured: 0,
            changed_at: None,
            look_at: Some(look_at),
            looks: 0,
            watched_until: None,
        }
    }

    /// The provider was not told of it yet, as far as is written down.
    pub(crate) fn is_unannounced(&self) -> bool {
        self.status == AttemptStatus::Created && self.look_at.is_some()
    }

    /// The charge is sent (again).
    pub(super) fn send(&mut self, now: Timestamp) {
        self.sends += 1;
        self.sent_at = Some(now);
        self.began_at.get_or_insert(now);
    }

    /// Somebody looks later, each time later; once it ended, at the next of its times.
    pub(super) fn look_later(&mut self, now: Timestamp) {
        if let Some(until) = self.watched_until {
            let ended = until.plus_millis(-WATCHED_MS);
            let times = WATCHES_MS.map(|wait| ended.plus_millis(wait));
            self.look_at = times.into_iter().find(|at| now.is_before(*at));
            return;
        }
        let looks = usize::try_from(self.looks).unwrap_or(usize::MAX);
        self.looks = self.looks.saturating_add(1);
        self.look_at = Some(now.plus_millis(LOOKS_MS[looks.min(LOOKS_MS.len() - 1)]));
    }

    /// It is over, and watched for a day.
    pub(super) fn end(&mut self, status: AttemptStatus, now: Timestamp) {
        self.status = status;
        self.watch(now);
    }

    pub(super) fn watch(&mut self, now: Timestamp) {
        if self.watched_until.is_none() {
            self.watched_until = Some(now.plus_millis(WATCHED_MS));
            self.look_later(now);
        }
    }

    /// The charge may still be running at the provider.
    pub(super) fn may_run(&self, now: Timestamp) -> bool {
        self.sent_at.is_some_and(|sent| now.is_before(sent.plus_millis(CHARGE_MAY_RUN_MS)))
    }

    /// The order's seats have waited for it long enough.
    pub(super) fn waited_enough(&self, now: Timestamp) -> bool {
        self.began_at.is_some_and(|began| !now.is_before(began.plus_millis(SEATS_WAIT_MS)))
    }
}
