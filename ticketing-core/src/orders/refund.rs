use crate::clock::Timestamp;
use crate::id::{PaymentId, RefundId};
use crate::money::Money;

/// How far money on its way back is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundStatus {
    /// To be sent to the provider.
    Requested,
    /// Sent; nobody knows yet what became of it.
    Sent,
    /// The provider has taken it and says later whether it is through.
    Pending,
    /// The money is back.
    Done,
    /// The provider does not do it; a person has to look. It is tried again, slowly.
    NeedsAttention,
}

impl RefundStatus {
    #[cfg(feature = "services")]
    const ALL: [Self; 5] =
        [Self::Requested, Self::Sent, Self::Pending, Self::Done, Self::NeedsAttention];

    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Sent => "sent",
            Self::Pending => "pending",
            Self::Done => "done",
            Self::NeedsAttention => "needs_attention",
        }
    }

    #[cfg(feature = "services")]
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// How often a refund is sent under a new key before a person is asked.
const TRIES_MAX: u32 = 8;
/// The waits between tries; the last one repeats.
const WAITS_MS: [i64; 6] = [5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000];
/// How long the provider may take with what it has taken, before a person is asked.
const PENDING_MS: i64 = 24 * 3_600_000;
/// How long the provider replays its answer to a key: after that a look comes before a repeat.
const KEY_KEPT_MS: i64 = 3 * 3_600_000;

/// Money on its way back, or back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
    pub(crate) id: RefundId,
    pub(crate) payment: PaymentId,
    pub(crate) amount: Money,
    /// What it is for: the lines of these seats, which the order gave back, or, where there are none,
    /// all that was left of the payment.
    pub(crate) seats: Vec<u32>,
    pub(crate) status: RefundStatus,
    /// Somebody else gave it back: the provider's console, a bank.
    pub(crate) elsewhere: bool,
    /// Which try this is, from 1; each has an idempotency key of its own.
    pub(crate) attempt: u32,
    /// When this try was first sent.
    pub(crate) sent_at: Option<Timestamp>,
    /// What the provider calls it, once it said so.
    pub(crate) cancellation: Option<String>,
    /// How often somebody has tended it without an end.
    pub(crate) looks: u32,
    /// When it is tended next; never, once it is done.
    pub(crate) next_at: Option<Timestamp>,
}

impl Refund {
    pub(super) fn requested(
        id: RefundId,
        payment: PaymentId,
        amount: Money,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            payment,
            amount,
            seats: Vec::new(),
            status: RefundStatus::Requested,
            elsewhere: false,
            attempt: 1,
            sent_at: None,
            cancellation: None,
            looks: 0,
            next_at: Some(now),
        }
    }

    /// What the provider tells one try of this refund from another by.
    pub(crate) fn key(&self) -> String {
        match self.attempt {
            // The word of servers before this one.
            1 => format!("refund-{}", self.id),
            attempt => format!("refund-{}-{attempt}", self.id),
        }
    }

    /// It may be through: it was sent, or the provider has taken it.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self.status, RefundStatus::Sent | RefundStatus::Pending)
    }

    /// The provider has taken it, and is long in ending it: others of the payment wait for that.
    pub(super) fn is_pending_too_long(&self, now: Timestamp) -> bool {
        let sent = self.sent_at.filter(|_| self.status == RefundStatus::Pending);
        sent.is_some_and(|sent| !now.is_before(sent.plus_millis(PENDING_MS)))
    }

    pub(super) fn done(&mut self) {
        self.status = RefundStatus::Done;
        self.next_at = None;
    }

    pub(super) fn wait(&mut self, now: Timestamp) {
        let looks = usize::try_from(self.looks).unwrap_or(usize::MAX);
        self.looks = self.looks.saturating_add(1);
        self.next_at = Some(now.plus_millis(WAITS_MS[looks.min(WAITS_MS.len() - 1)]));
    }

    /// This try definitely was not done: the next one has a new key, for the answer to this one is
    /// replayed. True when a person should be asked by now.
    pub(super) fn again(&mut self, now: Timestamp) -> bool {
        self.attempt += 1;
        self.sent_at = None;
        self.cancellation = None;
        self.status = RefundStatus::Requested;
        self.wait(now);
        self.attempt > TRIES_MAX
    }

    /// Nobody knows what became of this try, and its key is no longer known to the provider. One that
    /// the provider has taken is no such try, however long it takes.
    pub(crate) fn key_is_forgotten(&self, now: Timestamp) -> bool {
        let sent = self.sent_at.filter(|_| self.status == RefundStatus::Sent);
        sent.is_some_and(|sent| !now.is_before(sent.plus_millis(KEY_KEPT_MS)))
    }
}

/// Money on its way back, or back, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundReport {
    /// Its id.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// For which seats; none where it is for all that was left.
    pub seats: Vec<u32>,
    /// How far.
    pub status: RefundStatus,
    /// How often it was tried, this time included; each try before was refused.
    pub tries: u32,
    /// Somebody else gave it back.
    pub elsewhere: bool,
}

impl From<&Refund> for RefundReport {
    fn from(refund: &Refund) -> Self {
        Self {
            id: refund.id,
            payment: refund.payment,
            amount: refund.amount,
            seats: refund.seats.clone(),
            status: refund.status,
            tries: refund.attempt,
            elsewhere: refund.elsewhere,
        }
    }
}
