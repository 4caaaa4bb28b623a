//! Productions: works that are shown.

use crate::accounts::{Caller, Role};
use crate::box_office::BoxOffice;
use crate::catalog::{NewProduction, Performance, Production, ProductionChange, SALE_MAX_AGE_MS};
use crate::error::{Error, Result};
use crate::id::ProductionId;
use crate::page::{Page, Paged};
use crate::pictures::Poster;

/// A production as readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductionView {
    /// The production.
    pub production: Production,
    /// What it looks like.
    pub poster: Option<Poster>,
}

impl From<Production> for ProductionView {
    /// One without a picture.
    fn from(production: Production) -> Self {
        Self { production, poster: None }
    }
}

impl BoxOffice {
    /// Makes a production, for performances to come.
    pub async fn add_production(
        &self,
        caller: &Caller,
        new: NewProduction,
    ) -> Result<ProductionView> {
        let organizer = self.organizer(caller).await?;
        let production = new.check(self.0.randomness.id(self.now()), organizer.id)?;
        self.backend().catalog.add_production(production.clone()).await?;
        Ok(production.into())
    }

    /// Changes a production; what is left out stays.
    pub async fn change_production(
        &self,
        caller: &Caller,
        id: ProductionId,
        change: ProductionChange,
    ) -> Result<ProductionView> {
        let account = self.organizer(caller).await?;
        let ProductionView { production: before, poster } = self.production(id).await?;
        if before.organizer_id != account.id && account.role != Role::Administrator {
            return Err(Error::Forbidden("another organizer's production"));
        }
        let after = change.applied_to(before)?;
        self.backend().catalog.write_production(after.clone()).await?;
        self.0.productions.remove(&id);
        Ok(ProductionView { production: after, poster })
    }

    /// A production.
    pub async fn production(&self, id: ProductionId) -> Result<ProductionView> {
        let (found, poster) = self.with_poster(id).await?;
        let production = found.ok_or(Error::NotFound("production"))?;
        Ok(ProductionView { production, poster })
    }

    /// Productions by id.
    pub async fn productions(&self, page: Page) -> Result<Paged<ProductionView>> {
        let Paged { items, next } = self.backend().catalog.productions(page).await?;
        let ids: Vec<ProductionId> = items.iter().map(|production| production.id).collect();
        let mut posters = self.backend().pictures.posters(&ids).await?;
        let view = |production: Production| {
            let poster = posters.remove(&production.id);
            ProductionView { production, poster }
        };
        Ok(Paged { items: items.into_iter().map(view).collect(), next })
    }

    async fn with_poster(&self, id: ProductionId) -> Result<(Option<Production>, Option<Poster>)> {
        let (catalog, pictures) = (&self.backend().catalog, &self.backend().pictures);
        let ids = [id];
        let (found, mut posters) =
            tokio::try_join!(catalog.production(id), pictures.posters(&ids))?;
        Ok((found, posters.remove(&id)))
    }

    /// What a performance shows, at most a second old.
    pub(in crate::box_office) async fn production_of(
        &self,
        performance: &Performance,
    ) -> Result<ProductionView> {
        let (id, now) = (performance.details.production_id, self.now());
        if let Some(known) = self.0.productions.get(&id)
            && now.as_millis() - known.0.as_millis() <= SALE_MAX_AGE_MS
        {
            return Ok(known.1.clone());
        }
        let (found, poster) = self.with_poster(id).await?;
        let production = found.unwrap_or_else(|| performance.own_production());
        let view = ProductionView { production, poster };
        self.0.productions.insert(id, (now, view.clone()));
        Ok(view)
    }
}
