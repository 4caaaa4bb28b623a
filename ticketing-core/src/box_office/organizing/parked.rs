//! What a person does about events that a consumer could not react to, and about what one keeps.

use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::error::{Error, Result};
use crate::events::{ParkedEvent, SALES};
use crate::id::ParkedId;
use crate::page::{Page, Paged};

/// What the words of the API call it.
const NAME: &str = "parked event";

impl BoxOffice {
    /// The events that are set aside, the oldest first; for administrators.
    pub async fn parked_events(&self, caller: &Caller, page: Page) -> Result<Paged<ParkedEvent>> {
        self.administrator(caller).await?;
        self.backend().parking.list(page).await
    }

    /// One of them; for administrators.
    pub async fn parked_event(&self, caller: &Caller, id: ParkedId) -> Result<ParkedEvent> {
        self.administrator(caller).await?;
        self.backend().parking.parked(id).await?.ok_or(Error::NotFound(NAME))
    }

    /// Has one of them tried again at once, where it is the first of its aggregate; for
    /// administrators.
    pub async fn redrive_event(&self, caller: &Caller, id: ParkedId) -> Result<ParkedEvent> {
        self.administrator(caller).await?;
        let now = self.now();
        self.backend().parking.redrive(id, now).await?.ok_or(Error::NotFound(NAME))
    }

    /// Makes what the consumer of that name keeps anew from the books; for administrators. Answers of how many
    /// performances. It goes on though nobody waits for it any more.
    pub async fn rebuild_consumer(&self, caller: &Caller, name: &str) -> Result<u64> {
        if name != SALES {
            return Err(Error::NotFound("consumer that is made anew"));
        }
        self.administrator(caller).await?;
        let (inbox, by) = (self.backend().inbox.clone(), caller.account());
        let rebuilt = tokio::spawn(async move {
            tracing::info!(%by, consumer = SALES, "what a consumer keeps is made anew");
            let rebuilt = inbox.rebuild().await;
            match &rebuilt {
                Ok(performances) => tracing::info!(%by, performances, "it was made anew"),
                Err(error) => tracing::warn!(%by, %error, "it was not made anew"),
            }
            rebuilt
        });
        rebuilt.await.map_err(Error::internal)?
    }

    /// Gives one of them up: its consumer never reacts to it, and goes on with what waits behind it.
    /// For administrators.
    pub async fn drop_event(&self, caller: &Caller, id: ParkedId) -> Result<()> {
        self.administrator(caller).await?;
        let dropped = self.backend().parking.remove(id).await?.ok_or(Error::NotFound(NAME))?;
        let (by, consumer) = (caller.account(), &dropped.consumer);
        tracing::warn!(%id, %by, consumer, event = ?dropped.event, "an event was dropped");
        Ok(())
    }
}
