//! What organizers and administrators do: venues, performances, the line, the door, the ledger.

mod attending;
mod door;
mod ending;
mod ledger;
mod parked;
mod performances;
mod posters;
mod productions;
mod reports;
mod steering;
mod synthetic;
mod venues;

pub use self::attending::PaymentReport;
pub use self::door::{CheckedIn, DoorList, Scanning, UPLOADS_MAX};
pub use self::ending::{CancellationProgress, CancellationState};
pub use self::ledger::LedgerPage;
pub use self::performances::{PerformanceView, SaleStatus};
pub(super) use self::posters::Making;
pub use self::productions::ProductionView;
pub use self::reports::{OrganizerOrder, SaleGauges, SalesReport};
pub use self::steering::Steer;
pub use self::synthetic::SyntheticBuyer;
