//! What a demo plays: which hall, how many buyers, how they behave, under which policy.

use std::time::Duration;

use ticketing_load::plan::{LARGEST_PARTY, Temper};
use ticketing_wire::performances::PolicyTerms;

use crate::embedded::Faults;
use crate::plan::Plan;

use super::Demo;

const BUYERS: u32 = 5_000;
const CAPACITY: u32 = 300;

/// The stream of arrivals lasts about so long.
const ARRIVE_WITHIN: Duration = Duration::from_secs(5);

/// Deadlines short enough that every one of them passes during a demo.
const HOLD_SECONDS: u32 = 10;
const PAY_SECONDS: u32 = 10;
const PASS_LEASE_SECONDS: u32 = 30;
const CLAIM_SECONDS: u32 = 5;

/// The longest that anything can be pending after the last buyer is gone: a hold that is ordered
/// at its last moment, and that order paid at its last.
pub(super) const DEADLINES: Duration =
    Duration::from_secs(HOLD_SECONDS as u64 + PAY_SECONDS as u64);

/// A demo's settings.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) plan: Plan,
    pub(super) buyers: u32,
    pub(super) capacity: u32,
    pub(super) arrive_within: Duration,
    pub(super) temper: Temper,
}

impl Scene {
    /// The scene, and what is wrong on purpose with the box office that plays it.
    pub(super) fn of(demo: &Demo) -> anyhow::Result<(Self, Faults)> {
        let (mut scene, faults) = Self::chosen(demo);
        if let Some(path) = &demo.plan {
            scene.plan = Plan::read(path)?;
        }
        scene.buyers = demo.buyers.unwrap_or(scene.buyers);
        scene.capacity = demo.capacity.unwrap_or(scene.capacity);
        Ok((scene, faults))
    }

    #[cfg(feature = "broken-guards")]
    fn chosen(demo: &Demo) -> (Self, Faults) {
        let Some(breakage) = demo.breakage else { return (Self::ordinary(), Faults::default()) };
        (broken::scene(), breakage.faults())
    }

    #[cfg(not(feature = "broken-guards"))]
    fn chosen(_: &Demo) -> (Self, Faults) {
        (Self::ordinary(), Faults::default())
    }

    fn ordinary() -> Self {
        Self {
            plan: Plan::arena(),
            buyers: BUYERS,
            capacity: CAPACITY,
            arrive_within: ARRIVE_WITHIN,
            temper: Temper::Ordinary,
        }
    }

    pub(super) fn policy(&self) -> PolicyTerms {
        PolicyTerms {
            line_capacity: Some(self.capacity),
            claim_seconds: Some(CLAIM_SECONDS),
            pass_lease_seconds: Some(PASS_LEASE_SECONDS),
            hold_seconds: Some(HOLD_SECONDS),
            pay_seconds: Some(PAY_SECONDS),
            seats_per_buyer: Some(LARGEST_PARTY),
            ..PolicyTerms::default()
        }
    }
}

/// A small hall, a narrow door and a crowd that arrives at once: races on every seat.
#[cfg(feature = "broken-guards")]
mod broken {
    use super::{Duration, Plan, Scene, Temper};

    const BUYERS: u32 = 400;
    const CAPACITY: u32 = 20;
    const ARRIVE_WITHIN: Duration = Duration::from_secs(1);

    /// Ten rows of ten seats.
    const HALL: &str = include_str!("hundred_seats.toml");

    pub(super) fn scene() -> Scene {
        Scene {
            plan: Plan::parse(HALL).expect("the small hall is a plan"),
            buyers: BUYERS,
            capacity: CAPACITY,
            arrive_within: ARRIVE_WITHIN,
            temper: Temper::Pushy,
        }
    }
}
