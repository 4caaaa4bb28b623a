//! The sandbox payment gateway: acting as the buyer's bank, and reading the ledger.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::page::PageQuery;
use ticketing_wire::sandbox::{Authorize, Authorized, LedgerEntry, Outcome, PayMethod};

use crate::call::Call;

/// Acts as the buyer at the payment window. Nothing is charged yet.
pub fn authorize(payment_id: &str, outcome: Outcome) -> Call<Authorized> {
    Call::json(Method::POST, format!("/sandbox/payments/{payment_id}/authorize"))
        .body(&Authorize { outcome, method: PayMethod::Card })
}

/// The ledger, oldest entry first.
pub fn ledger(page: &PageQuery) -> Call<Page<LedgerEntry>> {
    Call::json(Method::GET, "/sandbox/ledger".to_owned()).query(page)
}
