//! After the crowd: waits until nothing is pending, then asks what is true now.

use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::fleet::Fleet;
use crate::error::Error;
use crate::gateway::{self, Entry};
use crate::orders::Status;
use crate::page::all;
use crate::sales::{self, Order, Sales};
use crate::secrets::AccessToken;

/// Added to the policy's own deadlines before a sale counts as stuck.
pub const SETTLING_GRACE: Duration = Duration::from_secs(15);

/// How often to look whether the sale has settled.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What is true after the sale.
#[derive(Debug)]
pub struct Aftermath {
    /// Whether everything came to an end in time.
    pub settlement: Settlement,
    /// The sale in numbers.
    pub sales: Sales,
    /// All orders of the performance.
    pub orders: Vec<Order>,
    /// The gateway's whole ledger.
    pub ledger: Vec<Entry>,
}

/// Whether everything came to an end in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// How long it took, or how long was waited in vain.
    pub waited: Duration,
    /// Seats still on hold.
    pub held: u64,
    /// Seats still reserved.
    pub reserved: u64,
    /// Orders still between the charge and the answer.
    pub confirming: usize,
}

impl Settlement {
    /// True where nothing is held, reserved or confirming.
    pub fn is_settled(&self) -> bool {
        self.held == 0 && self.reserved == 0 && self.confirming == 0
    }
}

/// Waits until nothing is held, reserved or confirming, `limit` long at most, and collects the
/// organizer's lists and the ledger.
pub async fn collect(
    fleet: &Fleet,
    bank: &Fleet,
    organizer: &AccessToken,
    performance: Uuid,
    limit: Duration,
) -> Result<Aftermath, Error> {
    let begun = Instant::now();
    loop {
        let sales = fleet.send(&sales::sales(organizer, performance)).await?;
        let orders = async |cursor: Option<&str>| {
            fleet.send(&sales::orders(organizer, performance, None, cursor)).await
        };
        let orders = all(orders).await?;
        let waited = begun.elapsed();
        let settlement = settlement(&sales, &orders, waited);
        if waited >= limit || (settlement.is_settled() && !refunds_are_due(&orders)) {
            let ledger =
                all(async |cursor: Option<&str>| bank.send(&gateway::ledger(cursor)).await).await?;
            return Ok(Aftermath { settlement, sales, orders, ledger });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn settlement(sales: &Sales, orders: &[Order], waited: Duration) -> Settlement {
    let confirming = orders.iter().filter(|order| order.status == Status::Confirming).count();
    Settlement { waited, held: sales.held, reserved: sales.reserved, confirming }
}

/// Money on its way back is not judged by `settled`, but it is worth waiting for.
fn refunds_are_due(orders: &[Order]) -> bool {
    orders.iter().any(|order| order.status == Status::RefundDue)
}
