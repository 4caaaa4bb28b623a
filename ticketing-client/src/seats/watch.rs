//! Watching the seats: the layout once, the statuses once, and from then on what changes.

use std::sync::Arc;
use std::time::Duration;

use ticketing_wire::seats::SeatsNow;
use ticketing_wire::secrets::AccessToken;
use uuid::Uuid;

use super::{Applied, SeatEvent, SeatMap, SeatsAnswer};
use crate::client::Client;
use crate::error::{Broken, Error};
use crate::events::Events;

/// How long to wait before listening again to a stream that ended.
const LISTEN_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How often to ask again where the layout changes while it is fetched.
const LAYOUT_ATTEMPTS: u32 = 3;

/// The seats of one performance, as they change.
#[derive(Debug)]
pub struct Watch {
    client: Client,
    token: AccessToken,
    performance: Uuid,
    map: SeatMap,
    events: Option<Events<SeatEvent>>,
}

impl Watch {
    /// Fetches the seats.
    pub async fn open(
        client: Client,
        token: AccessToken,
        performance: Uuid,
    ) -> Result<Self, Error> {
        let map = fetch(&client, &token, performance, None).await?;
        Ok(Self { client, token, performance, map, events: None })
    }

    /// The seats as of the last change.
    pub fn map(&self) -> &SeatMap {
        &self.map
    }

    /// Waits for the next change. After an error it may be asked again, and goes on after what it
    /// knows.
    pub async fn next(&mut self) -> Result<&SeatMap, Error> {
        loop {
            match self.hear().await? {
                Some(SeatEvent::Changes(delta)) => match self.map.apply(&delta) {
                    Applied::Newer => return Ok(&self.map),
                    Applied::Known => {}
                    Applied::Gap => return self.reload().await,
                },
                Some(SeatEvent::Reset) => return self.reload().await,
                Some(SeatEvent::End(_)) | None => {
                    self.events = None;
                    tokio::time::sleep(LISTEN_AGAIN_AFTER).await;
                }
            }
        }
    }

    async fn hear(&mut self) -> Result<Option<SeatEvent>, Error> {
        let events = match &mut self.events {
            Some(events) => events,
            closed => {
                let known = Some(self.map.version());
                let subscription = super::events(&self.token, self.performance, known);
                closed.insert(self.client.listen(&subscription).await?)
            }
        };
        let heard = events.next().await;
        if heard.is_err() {
            self.events = None;
        }
        heard
    }

    /// The seats anew; the layout only where it is another one.
    async fn reload(&mut self) -> Result<&SeatMap, Error> {
        self.map = fetch(&self.client, &self.token, self.performance, Some(&self.map))
            .await
            .inspect_err(|_| self.events = None)?;
        Ok(&self.map)
    }
}

/// The seats of now; their layout is fetched where it is not the one of `known`.
pub async fn fetch(
    client: &Client,
    token: &AccessToken,
    performance: Uuid,
    known: Option<&SeatMap>,
) -> Result<SeatMap, Error> {
    for _ in 0..LAYOUT_ATTEMPTS {
        let now = fetch_statuses(client, token, performance).await?;
        let known = known.map(SeatMap::layout).filter(|layout| layout.layout == now.layout);
        let layout = if let Some(layout) = known {
            Arc::clone(layout)
        } else {
            let call = super::layout(Some(token), performance, &now.layout);
            Arc::new(client.send(&call).await?)
        };
        if let Ok(map) = SeatMap::new(layout, &now) {
            return Ok(map);
        }
    }
    let why = "the layout is not the one that was asked for".to_owned();
    Err(Broken::Undecodable { status: 200, why }.into())
}

async fn fetch_statuses(
    client: &Client,
    token: &AccessToken,
    performance: Uuid,
) -> Result<SeatsNow, Error> {
    match client.send(&super::now(token, performance, None)).await? {
        SeatsAnswer::Fresh { now, .. } => Ok(now),
        SeatsAnswer::Unchanged => {
            let why = "nothing was known that could be unchanged".to_owned();
            Err(Broken::Undecodable { status: 304, why }.into())
        }
    }
}
