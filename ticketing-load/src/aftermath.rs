//! After the crowd: waits until nothing is pending, then asks what is true now.

use std::time::Duration;

use ticketing_wire::accounts::SignIn;
use ticketing_wire::orders::OrderStatus;
use ticketing_wire::page::{PAGE_MAX, PageQuery};
use ticketing_wire::performances::Performance;
use ticketing_wire::sales::{OrdersQuery, OrganizerOrder, SalesReport};
use ticketing_wire::sandbox::LedgerEntry;
use ticketing_wire::secrets::AccessToken;
use tokio::time::Instant;

use super::fleet::Fleet;
use ticketing_client::Error;
use ticketing_client::all;
use ticketing_client::{accounts, sales, sandbox};

/// Added to the policy's own deadlines before a sale counts as stuck: servers that a crowd has left with
/// more than they can do are slow, not stuck.
const SETTLING_GRACE: Duration = Duration::from_secs(60);

/// Well before an access token ends.
const RENEW_AFTER: Duration = Duration::from_mins(10);

/// How often to look whether the sale has settled.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What is true after the sale.
#[derive(Debug)]
pub struct Aftermath {
    /// Whether everything came to an end in time.
    pub settlement: Settlement,
    /// The sale in numbers.
    pub sales: SalesReport,
    /// All orders of the performance.
    pub orders: Vec<OrganizerOrder>,
    /// The gateway's whole ledger.
    pub ledger: Vec<LedgerEntry>,
}

/// Whether everything came to an end in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// How long it took, or how long was waited in vain.
    pub waited: Duration,
    /// Seats still on hold.
    pub held: u32,
    /// Seats still reserved.
    pub reserved: u32,
    /// Orders still between the charge and the answer.
    pub confirming: usize,
}

impl Settlement {
    /// True where nothing is held, reserved or confirming.
    pub fn is_settled(&self) -> bool {
        self.held == 0 && self.reserved == 0 && self.confirming == 0
    }
}

/// Waits until nothing is held, reserved or confirming, until everything that can end by itself must
/// have, at most, and collects the organizer's lists and the ledger.
pub async fn collect(
    fleet: &Fleet,
    bank: &Fleet,
    organizer: &SignIn,
    performance: &Performance,
) -> Result<Aftermath, Error> {
    let begun = Instant::now();
    let (policy, performance) = (&performance.policy, performance.id);
    // A hold that is ordered at its last moment, and that order paid at its last.
    let deadlines = u64::from(policy.hold_seconds) + u64::from(policy.pay_seconds);
    let limit = Duration::from_secs(deadlines) + SETTLING_GRACE;
    let mut session = session(fleet, organizer).await?;
    loop {
        if session.1.elapsed() >= RENEW_AFTER {
            session = self::session(fleet, organizer).await?;
        }
        let organizer = &session.0;
        let sales = fleet.send(&sales::sales(organizer, performance)).await?;
        let orders = all(async |cursor| {
            let query = OrdersQuery { status: None, limit: Some(PAGE_MAX), cursor };
            fleet.send(&sales::orders(organizer, performance, &query)).await
        });
        let orders = orders.await?;
        let waited = begun.elapsed();
        let settlement = settlement(&sales, &orders, waited);
        if waited >= limit || (settlement.is_settled() && !refunds_are_due(&orders)) {
            let ledger = all(async |cursor| {
                let page = PageQuery { limit: Some(PAGE_MAX), cursor };
                bank.send(&sandbox::ledger(&page)).await
            });
            return Ok(Aftermath { settlement, sales, orders, ledger: ledger.await? });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Signed in now: a sale may last longer than the token that it began with.
async fn session(fleet: &Fleet, who: &SignIn) -> Result<(AccessToken, Instant), Error> {
    Ok((fleet.send(&accounts::sign_in(who)).await?.access_token, Instant::now()))
}

fn settlement(sales: &SalesReport, orders: &[OrganizerOrder], waited: Duration) -> Settlement {
    let confirming = orders.iter().filter(|order| order.status == OrderStatus::Confirming).count();
    Settlement { waited, held: sales.held, reserved: sales.reserved, confirming }
}

/// Money on its way back is not judged by `settled`, but it is worth waiting for.
fn refunds_are_due(orders: &[OrganizerOrder]) -> bool {
    orders.iter().any(|order| order.status == OrderStatus::RefundDue)
}
