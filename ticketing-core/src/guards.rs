//! The guards that the product's promises rest on, so that a test can take one out and see the
//! promise break. An ordinary build has no such switch: every guard is a constant.

/// Guards taken out. Exists only under the feature `broken-guards`.
#[cfg(feature = "broken-guards")]
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each named at its use")]
pub struct Broken {
    /// A hold no longer conflicts with seats that others have.
    pub hold_conflict: bool,
    /// An order no longer needs the claim on its seats.
    pub claim: bool,
    /// The tick admits without looking at the line's capacity.
    pub admission: bool,
    /// A captured amount is no longer compared with the order's total.
    pub amount: bool,
    /// The process "dies" between an order's commit and its projection: seats are shown only by
    /// the reaction and the reconciler.
    pub projection: bool,
    /// The process "dies" when a tick has chosen: nothing is written down, nobody is told.
    pub journaling: bool,
    /// The process "dies" when the chosen are written down: nobody is told.
    pub publishing: bool,
    /// Turns are told without having been written into the journal.
    pub journal: bool,
    /// The run of Redis is no longer compared: a restart with an old file passes unseen.
    pub run_id: bool,
    /// The gate of a charge no longer asks whether the order is still to be paid.
    pub gate: bool,
    /// The gate no longer asks whether the order waits for this payment.
    pub live_attempt: bool,
    /// A decision is carried out although something happened to its order meanwhile.
    pub version: bool,
    /// What comes for a payment attempt after its end is no longer heard.
    pub watch: bool,
    /// A refund no longer says which one it is, nor what is left to give back of its payment.
    pub fence: bool,
    /// What an event counted already is counted again.
    pub inbox: bool,
    /// The door no longer asks whether somebody came in with the ticket.
    pub entry: bool,
    /// Where the process is ended at once, as if somebody had killed it.
    pub dies_at: Option<CrashPoint>,
}

#[cfg(feature = "broken-guards")]
impl Broken {
    /// Every guard stands.
    pub const NONE: Self = Self {
        hold_conflict: false,
        claim: false,
        admission: false,
        amount: false,
        projection: false,
        journaling: false,
        publishing: false,
        journal: false,
        run_id: false,
        gate: false,
        live_attempt: false,
        version: false,
        watch: false,
        fence: false,
        inbox: false,
        entry: false,
        dies_at: None,
    };
}

/// A moment between two steps that belong together, of which a process may see only the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "broken-guards"),
    expect(unreachable_pub, reason = "only a build that can break shows it")
)]
pub enum CrashPoint {
    /// An order is in the books, and the provider was not told of its payment.
    Placed,
    /// The provider was told of a payment.
    Announced,
    /// An order is let through the gate, and nothing was sent.
    Charging,
    /// A charge was sent, and no answer was read.
    ChargeSent,
    /// The answer to a charge was read, and nothing was settled.
    ChargeAnswered,
    /// A charge was settled, and nobody was told.
    Settled,
    /// Events are in the outbox, and were not published.
    #[cfg(feature = "services")]
    Relaying,
    /// Events were published, and are not marked.
    #[cfg(feature = "services")]
    Relayed,
    /// A refund was sent, and no answer was read.
    RefundSent,
    /// Events took effect, and their offset was not committed.
    Reacted,
}

/// Which guards stand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Guards {
    #[cfg(feature = "broken-guards")]
    pub(crate) broken: Broken,
}

macro_rules! guards {
    ($($name:ident),*) => {$(
        #[cfg(feature = "broken-guards")]
        pub(crate) const fn $name(self) -> bool {
            !self.broken.$name
        }

        #[cfg(not(feature = "broken-guards"))]
        pub(crate) const fn $name(self) -> bool {
            true
        }
    )*};
}

impl Guards {
    guards!(hold_conflict, claim, admission, amount, projection, journaling, publishing, journal);
    guards!(gate, live_attempt, version, watch, fence, entry);
    #[cfg(feature = "services")]
    guards!(run_id, inbox);

    /// A test may let the process die here.
    #[cfg(feature = "broken-guards")]
    pub(crate) fn may_die(self, at: CrashPoint) {
        if self.broken.dies_at == Some(at) {
            eprintln!("the process dies: {at:?}");
            std::process::abort();
        }
    }

    #[cfg(not(feature = "broken-guards"))]
    #[expect(clippy::unused_self, reason = "the same call as in a build that can break")]
    pub(crate) const fn may_die(self, _: CrashPoint) {}

    /// A test may let the process die while this is under way.
    #[cfg(feature = "broken-guards")]
    pub(crate) async fn may_die_during<T>(
        self,
        at: CrashPoint,
        work: impl Future<Output = T>,
    ) -> T {
        /// Time enough for a request to leave the process.
        const LEAVES_WITHIN: std::time::Duration = std::time::Duration::from_millis(200);
        if self.broken.dies_at == Some(at) {
            let _ = tokio::time::timeout(LEAVES_WITHIN, work).await;
            self.may_die(at);
            unreachable!("the process is dead");
        }
        work.await
    }

    #[cfg(not(feature = "broken-guards"))]
    pub(crate) async fn may_die_during<T>(self, _: CrashPoint, work: impl Future<Output = T>) -> T {
        work.await
    }
}
