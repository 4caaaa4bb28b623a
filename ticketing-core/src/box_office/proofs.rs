//! Proofs: what a token or an account lets its bearer do here.

use std::sync::Arc;

use super::BoxOffice;
use crate::accounts::{Caller, Role};
use crate::admission::{Pass, Place};
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{HoldId, PerformanceId};

impl BoxOffice {
    /// The place of a token, which must be the caller's and of this performance.
    pub(super) fn place(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        token: &str,
    ) -> Result<Place> {
        let place = self.0.place_tokens.open(token);
        let place = place.ok_or(Error::Forbidden("this is not a place of this line"))?;
        if place.performance() != performance {
            return Err(Error::Forbidden("the place is in another line"));
        }
        if place.account() != caller.account() {
            return Err(Error::Forbidden("the place is another buyer's"));
        }
        Ok(place)
    }

    /// The pass of a token, which must be the caller's.
    pub(super) fn pass(&self, caller: &Caller, token: Option<&str>) -> Result<Pass> {
        let pass = token.and_then(|token| self.0.pass_tokens.open(token));
        pass.filter(|pass| pass.account() == caller.account()).ok_or(Error::PassRequired)
    }

    /// The pass of a token, which must be the caller's and of this performance.
    pub(super) fn pass_here(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        token: Option<&str>,
    ) -> Result<Pass> {
        let pass = self.pass(caller, token)?;
        if pass.performance() == performance { Ok(pass) } else { Err(Error::PassRequired) }
    }

    /// Refused where the hold was never given to the pass's buyer, for its performance.
    pub(super) fn own_hold(&self, pass: &Pass, hold: HoldId) -> Result<()> {
        let was_given = self.0.hold_ids.was_given(hold, pass.account(), pass.performance());
        if was_given { Ok(()) } else { Err(Error::NotFound("hold")) }
    }

    /// A sale that the caller may see.
    pub(super) async fn visible_sale(
        &self,
        caller: Option<&Caller>,
        performance: PerformanceId,
        now: Timestamp,
    ) -> Result<Arc<Sale>> {
        let sale = self.sale(performance, now).await?;
        if sale.performance.details.is_removed {
            return Err(Error::NotFound("performance"));
        }
        let owner = Some(sale.performance.organizer_id);
        if sale.performance.details.listed_at <= now || caller.map(Caller::account) == owner {
            return Ok(sale);
        }
        let administrator = match caller {
            Some(caller) => self.me(caller).await?.role == Role::Administrator,
            None => false,
        };
        if administrator { Ok(sale) } else { Err(Error::NotFound("performance")) }
    }

    /// A sale that is the caller's to manage.
    pub(super) async fn owned_sale(
        &self,
        caller: &Caller,
        performance: PerformanceId,
    ) -> Result<Arc<Sale>> {
        let sale = self.visible_sale(Some(caller), performance, self.now()).await?;
        let account = self.organizer(caller).await?;
        let owns = sale.performance.organizer_id == account.id;
        if owns || account.role == Role::Administrator {
            Ok(sale)
        } else {
            Err(Error::Forbidden("another organizer's performance"))
        }
    }
}
