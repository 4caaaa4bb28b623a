//! Productions: works that are shown.

use crate::accounts::{Caller, Role};
use crate::box_office::BoxOffice;
use crate::catalog::{NewProduction, Performance, Production, ProductionChange, SALE_MAX_AGE_MS};
use crate::error::{Error, Result};
use crate::id::ProductionId;
use crate::page::{Page, Paged};

impl BoxOffice {
    /// Makes a production, for performances to come.
    pub async fn add_production(&self, caller: &Caller, new: NewProduction) -> Result<Production> {
        let organizer = self.organizer(caller).await?;
        let production = new.check(self.0.randomness.id(self.now()), organizer.id)?;
        self.backend().catalog.add_production(production.clone()).await?;
        Ok(production)
    }

    /// Changes a production; what is left out stays.
    pub async fn change_production(
        &self,
        caller: &Caller,
        id: ProductionId,
        change: ProductionChange,
    ) -> Result<Production> {
        let account = self.organizer(caller).await?;
        let before = self.production(id).await?;
        if before.organizer_id != account.id && account.role != Role::Administrator {
            return Err(Error::Forbidden("another organizer's production"));
        }
        let after = change.applied_to(before)?;
        self.backend().catalog.write_production(after.clone()).await?;
        self.0.productions.remove(&id);
        Ok(after)
    }

    /// A production.
    pub async fn production(&self, id: ProductionId) -> Result<Production> {
        self.backend().catalog.production(id).await?.ok_or(Error::NotFound("production"))
    }

    /// Productions by id.
    pub async fn productions(&self, page: Page) -> Result<Paged<Production>> {
        self.backend().catalog.productions(page).await
    }

    /// What a performance shows, at most a second old.
    pub(in crate::box_office) async fn production_of(
        &self,
        performance: &Performance,
    ) -> Result<Production> {
        let (id, now) = (performance.details.production_id, self.now());
        if let Some(known) = self.0.productions.get(&id)
            && now.as_millis() - known.0.as_millis() <= SALE_MAX_AGE_MS
        {
            return Ok(known.1.clone());
        }
        let found = self.backend().catalog.production(id).await?;
        let production = found.unwrap_or_else(|| performance.own_production());
        self.0.productions.insert(id, (now, production.clone()));
        Ok(production)
    }
}
