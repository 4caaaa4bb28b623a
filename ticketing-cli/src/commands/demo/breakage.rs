//! Which guards can be taken away from the embedded server. Only in builds for the proof that
//! the verdict can turn red.

use clap::ValueEnum;
use ticketing_load::scenario::Scenario;

use crate::embedded::{Broken, Faults};
use crate::plan::Plan;

/// At the gateway, so many captures of a thousand have a wrong amount.
const WRONG_AMOUNTS: u16 = 100;

/// What to break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Breakage {
    /// The hold's conflict and the order's claim: seats are sold twice.
    Seats,
    /// The hold's conflict only: the claim still decides.
    HoldConflict,
    /// The order's claim only: the hold still decides.
    Claim,
    /// Admission's checks: everybody comes in at once.
    Capacity,
    /// Wrong captures, and nobody checks the amount.
    Amount,
    /// Wrong captures, and the guard is in place.
    WrongAmount,
}

impl Breakage {
    /// What to start the server and the gateway with.
    pub(super) fn faults(self) -> Faults {
        let wrong = matches!(self, Self::Amount | Self::WrongAmount);
        Faults {
            wrong_amounts: if wrong { WRONG_AMOUNTS } else { 0 },
            broken: Broken {
                hold_conflict: matches!(self, Self::Seats | Self::HoldConflict),
                claim: matches!(self, Self::Seats | Self::Claim),
                admission: self == Self::Capacity,
                amount: self == Self::Amount,
                ..Broken::default()
            },
        }
    }
}

/// A small hall, a narrow door and a crowd that arrives at once: races on every seat.
pub(super) fn scene() -> (Scenario, Plan) {
    let scenario = Scenario::parse(include_str!("hundred_seats_scenario.toml"));
    let hall = Plan::parse(include_str!("hundred_seats.toml"));
    (scenario.expect("it is a scenario"), hall.expect("the small hall is a plan"))
}
