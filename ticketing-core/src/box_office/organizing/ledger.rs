//! The ledger of a performance.

use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::PerformanceId;
use crate::money::Currency;
use crate::orders::{Movement, Period, Totals};
use crate::page::{Page, Paged};

/// A page of a ledger, with what its period comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPage {
    /// The performance's currency.
    pub currency: Currency,
    /// The movements of the period, as they were written down.
    pub movements: Paged<Movement>,
    /// What was there before the period.
    pub opening: i64,
    /// What moved in the whole period.
    pub totals: Totals,
    /// Whether the whole ledger comes to what is known of the payments; on the first page alone. It does
    /// not where a server that writes no ledger worked beside.
    pub agrees: Option<bool>,
}

impl BoxOffice {
    /// Money that moved for a performance, to its organizer. A period that is over does not change any
    /// more: what is heard of later is written down later.
    pub async fn ledger(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        period: Period,
        page: Page,
    ) -> Result<LedgerPage> {
        let sale = self.owned_sale(caller, performance).await?;
        let is_forward = period.from.is_none_or(|from| period.to.is_none_or(|to| from <= to));
        if !is_forward {
            return Err(Error::field("to", "not before from"));
        }
        let selling = &self.backend().orders.selling;
        let movements = selling.ledger(performance, period, page).await?;
        let totals = selling.totals(performance, period).await?;
        let opening = match period.from {
            Some(from) => selling.totals(performance, before(from)).await?.net(),
            None => 0,
        };
        let agrees = if page.is_first() { Some(selling.agrees(performance).await?) } else { None };
        let currency = sale.performance.details.currency().unwrap_or_default();
        Ok(LedgerPage { currency, movements, opening, totals, agrees })
    }
}

fn before(at: Timestamp) -> Period {
    Period { from: None, to: Some(at) }
}
