//! How a ticket is written down where a repeated request finds its first answer.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::id::{PerformanceId, TicketId};
use crate::orders::Ticket;

#[derive(Serialize, Deserialize)]
struct StoredTicket {
    id: TicketId,
    performance: PerformanceId,
    seat: u32,
    issue: u8,
}

/// The facts of an answer.
pub(crate) fn write_ticket(ticket: &Ticket) -> String {
    let Ticket { id, performance, seat, issue } = *ticket;
    let stored = StoredTicket { id, performance, seat, issue };
    serde_json::to_string(&stored).expect("plain data serialise")
}

/// The ticket that was answered.
pub(crate) fn read_ticket(facts: &str) -> Result<Ticket> {
    let stored: StoredTicket = serde_json::from_str(facts)
        .map_err(|error| Error::unreadable("idempotency", "facts", "?", error.to_string()))?;
    let StoredTicket { id, performance, seat, issue } = stored;
    Ok(Ticket { id, performance, seat, issue })
}
