//! Venues: houses with their plans.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::catalog::{ImportedVenue, Remembered, Request, Venue, VenueDetails};
use crate::error::{Error, Result};
use crate::id::VenueId;
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::page::{Page, Paged};

/// From which the answer to a repeated import is rendered.
#[derive(Serialize, Deserialize)]
struct Facts {
    venue: VenueId,
    dropped: Vec<String>,
}

impl BoxOffice {
    /// Imports a venue; answers it and what the plan's reader had no use for. A repeat of the key
    /// gets the first answer.
    pub async fn add_venue(
        &self,
        caller: &Caller,
        details: VenueDetails,
        key: Option<IdempotencyKey>,
    ) -> Result<(Arc<Venue>, Vec<String>)> {
        let organizer = self.organizer(caller).await?;
        let now = self.now();
        let id = self.0.randomness.id(now);
        let ImportedVenue { venue, dropped } = details.import(id, organizer.id)?;
        let facts = Facts { venue: id, dropped: dropped.clone() };
        let request = key.map(|key| {
            let said = (&details.name, &details.address, &details.time_zone, &details.seat_map);
            Request {
                account: organizer.id,
                key,
                hash: RequestHash::of("venue", "", &said),
                facts: serde_json::to_string(&facts).expect("plain data serialise"),
                #[cfg(feature = "services")]
                now,
            }
        });
        match self.backend().catalog.add_venue(venue.clone(), request).await? {
            Remembered::Now => Ok((Arc::new(venue), dropped)),
            Remembered::Before(facts) => {
                let facts: Facts = serde_json::from_str(&facts)
                    .map_err(|error| Error::unreadable("idempotency", "facts", id, error))?;
                Ok((self.venue(facts.venue).await?, facts.dropped))
            }
        }
    }

    /// A venue.
    pub async fn venue(&self, id: VenueId) -> Result<Arc<Venue>> {
        if let Some(known) = self.0.venues.get(&id) {
            return Ok(known.clone());
        }
        let venue = self.backend().catalog.venue(id).await?.ok_or(Error::NotFound("venue"))?;
        self.0.venues.insert(id, venue.clone());
        Ok(venue)
    }

    /// Venues by id.
    pub async fn venues(&self, page: Page) -> Result<Paged<Arc<Venue>>> {
        self.backend().catalog.venues(page).await
    }
}
