//! Venues: houses with their plans.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::accounts::{Account, Caller, Role};
use crate::box_office::BoxOffice;
use crate::catalog::{ImportedVenue, Remembered, Request, Venue, VenueChange, VenueDetails};
use crate::error::{Error, Result};
use crate::id::{AccountId, VenueId};
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::page::{Page, Paged};

/// How old what a venue is called may be; its plan never changes.
const LABELS_MAX_AGE_MS: i64 = 5_000;
/// How many are let sell in a venue.
const SELLERS_MAX: usize = 100;

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

    /// A venue; what it is called is at most some seconds old.
    pub async fn venue(&self, id: VenueId) -> Result<Arc<Venue>> {
        let now = self.now();
        let known = self.0.venues.get(&id).map(|known| known.clone());
        let Some((read_at, known)) = known else {
            let venue = self.backend().catalog.venue(id).await?.ok_or(Error::NotFound("venue"))?;
            self.0.venues.insert(id, (now, venue.clone()));
            return Ok(venue);
        };
        if now.as_millis() - read_at.as_millis() <= LABELS_MAX_AGE_MS {
            return Ok(known);
        }
        let Some((name, address)) = self.backend().catalog.venue_labels(id).await? else {
            self.0.venues.remove(&id);
            return Err(Error::NotFound("venue"));
        };
        let is_same = (&name, &address) == (&known.name, &known.address);
        let venue = if is_same { known } else { Arc::new(known.labelled(name, address)) };
        self.0.venues.insert(id, (now, venue.clone()));
        Ok(venue)
    }

    /// Changes what a venue is called, and where it stands; its plan stays.
    pub async fn change_venue(
        &self,
        caller: &Caller,
        id: VenueId,
        change: VenueChange,
    ) -> Result<Arc<Venue>> {
        let before = self.owned_venue(caller, id).await?;
        let (name, address) = change.checked()?;
        let catalog = &self.backend().catalog;
        let written = catalog.write_venue_labels(id, name.as_ref(), address.as_ref()).await?;
        let (name, address) = written.ok_or(Error::NotFound("venue"))?;
        let after = Arc::new(before.labelled(name, address));
        self.0.venues.insert(id, (self.now(), after.clone()));
        Ok(after)
    }

    /// Removes a venue in which there is no performance, also none that is over.
    pub async fn delete_venue(&self, caller: &Caller, id: VenueId) -> Result<()> {
        self.owned_venue(caller, id).await?;
        self.backend().catalog.remove_venue(id).await?;
        self.0.venues.remove(&id);
        Ok(())
    }

    /// Who else than its owner sells in a venue, with what they are called.
    pub async fn venue_sellers(
        &self,
        caller: &Caller,
        id: VenueId,
    ) -> Result<Vec<(AccountId, String)>> {
        self.owned_venue(caller, id).await?;
        let sellers = self.backend().catalog.sellers(id).await?;
        let mut names = self.backend().accounts.nicknames(&sellers).await?;
        Ok(sellers.into_iter().map(|id| (id, names.remove(&id).unwrap_or_default())).collect())
    }

    /// Lets these sell in a venue, besides its owner, and nobody else.
    pub async fn let_sell(
        &self,
        caller: &Caller,
        id: VenueId,
        sellers: &[AccountId],
    ) -> Result<Vec<(AccountId, String)>> {
        self.owned_venue(caller, id).await?;
        let sellers: Vec<AccountId> =
            sellers.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        if sellers.len() > SELLERS_MAX {
            return Err(Error::field("accounts", "at most 100"));
        }
        if self.backend().accounts.nicknames(&sellers).await?.len() < sellers.len() {
            return Err(Error::field("accounts", "each an account that there is"));
        }
        self.backend().catalog.set_sellers(id, &sellers).await?;
        self.venue_sellers(caller, id).await
    }

    /// Refused where the organizer is neither the venue's owner nor let sell there.
    pub(super) async fn may_sell_in(&self, organizer: &Account, venue: &Venue) -> Result<()> {
        let owns = venue.organizer_id == organizer.id || organizer.role == Role::Administrator;
        if owns || self.backend().catalog.sellers(venue.id).await?.contains(&organizer.id) {
            return Ok(());
        }
        Err(Error::Forbidden("another organizer's venue"))
    }

    async fn owned_venue(&self, caller: &Caller, id: VenueId) -> Result<Arc<Venue>> {
        let account = self.organizer(caller).await?;
        let venue = self.venue(id).await?;
        let owns = venue.organizer_id == account.id || account.role == Role::Administrator;
        if owns { Ok(venue) } else { Err(Error::Forbidden("another organizer's venue")) }
    }

    /// Venues by id.
    pub async fn venues(&self, page: Page) -> Result<Paged<Arc<Venue>>> {
        self.backend().catalog.venues(page).await
    }
}
