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
    #[cfg(feature = "services")]
    guards!(run_id);
}
