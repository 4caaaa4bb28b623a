//! The door.

use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::error::{Error, Result};
use crate::id::PerformanceId;
use crate::orders::CheckIn;
use crate::text::Code;

impl BoxOffice {
    /// Lets the holder of a ticket in, once.
    pub async fn check_in(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        code: &str,
    ) -> Result<CheckIn> {
        self.owned_sale(caller, performance).await?;
        let code = Code::new(code).map_err(|flaw| Error::field("code", flaw.to_string()))?;
        let Some(ticket) = self.ticket_verifier().verify(code.as_str()) else {
            return Ok(CheckIn::Forged);
        };
        if ticket.performance != performance {
            return Ok(CheckIn::WrongPerformance);
        }
        self.backend().orders.door.check_in(ticket.id, self.now()).await
    }
}
