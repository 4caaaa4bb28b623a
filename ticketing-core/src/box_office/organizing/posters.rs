//! What a production looks like: its organizer uploads one picture, which is made anew in three sizes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Semaphore;

use crate::accounts::{Caller, Role};
use crate::box_office::BoxOffice;
use crate::catalog::{NOT_TAKING_PLACE, Performance};
use crate::error::{Error, Result};
use crate::id::PerformanceId;
use crate::pictures::{BYTES_MAX, Files, Flaw, MadePicture, PIXELS_MAX, Poster, SIDE_MAX, make};

/// How many pictures are made at once: each takes some hundred megabytes for that long, and a processor.
const MADE_AT_ONCE: usize = 2;
/// How long one waits for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(3);
/// When whoever waited in vain comes again.
const RETRY_AFTER_SECONDS: u32 = 10;

/// Whose turn it is to have a picture made.
pub(in crate::box_office) struct Making(Arc<Semaphore>);

impl Default for Making {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MADE_AT_ONCE)))
    }
}

impl BoxOffice {
    /// The production of this performance looks like that from now on, at all of its performances.
    pub async fn set_poster(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        upload: Vec<u8>,
    ) -> Result<Poster> {
        let performance = self.may_set_poster(caller, performance).await?;
        let made = self.make(upload).await?;
        let poster =
            Poster::of(|size| made.iter().find(|one| one.size == size).map(|one| one.hash.clone()));
        let files = self.store(made).await?;
        self.backend().pictures.show(&performance, &files, self.now()).await?;
        self.0.productions.remove(&performance.details.production_id);
        poster.ok_or_else(|| Error::internal("every size was made"))
    }

    /// The production of this performance has no picture any more. Repeating it changes nothing.
    pub async fn remove_poster(&self, caller: &Caller, performance: PerformanceId) -> Result<()> {
        let performance = self.of_own_production(caller, performance).await?;
        let production = performance.details.production_id;
        self.backend().pictures.hide(production, self.now()).await?;
        self.0.productions.remove(&production);
        Ok(())
    }

    /// Whether the caller may upload a picture for this performance: asked before the upload is read.
    pub async fn may_set_poster(
        &self,
        caller: &Caller,
        performance: PerformanceId,
    ) -> Result<Performance> {
        let performance = self.of_own_production(caller, performance).await?;
        match performance.details.cancelled_at {
            None => Ok(performance),
            Some(_) => Err(Error::conflict(NOT_TAKING_PLACE)),
        }
    }

    /// A performance of the caller's own, whose production is it, too.
    async fn of_own_production(&self, caller: &Caller, id: PerformanceId) -> Result<Performance> {
        let sale = self.owned_sale(caller, id).await?;
        let account = self.organizer(caller).await?;
        let production = self.production_of(&sale.performance).await?.production;
        if production.organizer_id != account.id && account.role != Role::Administrator {
            return Err(Error::Forbidden("another organizer's production"));
        }
        Ok(sale.performance.clone())
    }

    /// On a thread of its own; who has gone meanwhile still has the turn until it is made.
    async fn make(&self, upload: Vec<u8>) -> Result<[MadePicture; 3]> {
        let turn = self.0.making.0.clone().acquire_owned();
        let busy = |_| Error::TooManyRequests { retry_after_seconds: RETRY_AFTER_SECONDS };
        let turn = tokio::time::timeout(TURN_WITHIN, turn).await.map_err(busy)?;
        let turn = turn.map_err(Error::internal)?;
        let made = tokio::task::spawn_blocking(move || {
            let made = make(&upload);
            drop(turn);
            made
        });
        match made.await {
            Ok(made) => made.map_err(refused),
            // A decoder that gives up this way met what its makers had not thought of.
            Err(error) if error.is_panic() => Err(refused(Flaw::Unreadable)),
            Err(error) => Err(Error::internal(error)),
        }
    }

    /// The books know of a file before the store does.
    async fn store(&self, made: [MadePicture; 3]) -> Result<Files> {
        let now = self.now();
        let fresh = |one: &MadePicture| (one.hash.clone(), self.0.randomness.id(now));
        let hashes = made.iter().map(fresh).collect();
        let ids = self.backend().pictures.announce(hashes, now).await?;
        let (mut files, mut bytes_of) = (Files::new(), HashMap::new());
        for MadePicture { size, hash, bytes } in made {
            let id = *ids.get(&hash).ok_or_else(|| Error::internal("each has an id"))?;
            files.insert(size, id);
            bytes_of.insert(id, bytes);
        }
        let put = |(id, bytes)| self.backend().picture_store.put(id, bytes);
        join_all(bytes_of.into_iter().map(put)).await.into_iter().collect::<Result<()>>()?;
        Ok(files)
    }
}

fn refused(flaw: Flaw) -> Error {
    let why = match flaw {
        Flaw::TooManyBytes => format!("at most {BYTES_MAX} bytes"),
        Flaw::OfNoKind => "a picture: JPEG, PNG or WebP".to_owned(),
        Flaw::TooManyPixels => format!("at most {PIXELS_MAX} pixels, {SIDE_MAX} on a side"),
        Flaw::Unreadable => "the picture is broken, or ends early".to_owned(),
    };
    Error::field("body", why)
}
