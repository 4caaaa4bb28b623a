//! The door.

use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::error::{Error, Result};
use crate::id::PerformanceId;
use crate::orders::{CheckIn, Scanned};
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
        match self.ticket_verifier().scan(performance, code.as_str()) {
            Scanned::Signed(code) => {
                self.backend().orders.door.check_in(performance, code, self.now()).await
            }
            Scanned::WrongPerformance => Ok(CheckIn::WrongPerformance),
            Scanned::Forged => Ok(CheckIn::Forged),
        }
    }
}
