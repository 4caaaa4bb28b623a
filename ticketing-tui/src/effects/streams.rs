//! What a server says by itself. A stream that ends is opened again where it was; while none can be had,
//! each try brings what is now, as asking would.

use std::time::Duration;

use ticketing_client::line::LineEvent;
use ticketing_client::seats::{SeatEvent, SeatMap};
use ticketing_client::{Events, Subscription, line, seats};
use ticketing_wire::problem::ProblemType;
use ticketing_wire::seats::Version;
use ticketing_wire::secrets::{AccessToken, PlaceToken};
use uuid::Uuid;

use super::server::{Server, failure};
use crate::state::{About, Answer, Failure};

/// How long after a stream that ended it is listened again.
const AGAIN: Duration = Duration::from_secs(1);
/// The longest wait after tries without an answer.
const AGAIN_MAX: Duration = Duration::from_secs(15);

/// The seats, and from then on what changes, until nobody wants to hear it.
pub(super) async fn seats<Sent: Future<Output = ()>>(
    server: &Server,
    performance: Uuid,
    hear: impl Fn(About) -> Sent,
) {
    let mut known: Option<SeatMap> = None;
    let mut wait = AGAIN;
    loop {
        match fetch(server, performance, known.as_ref()).await {
            Ok(map) => {
                let version = map.version();
                known = Some(map.clone());
                hear(About::Map(Ok(Box::new(map)))).await;
                match changes(server, performance, version, &hear, &mut wait).await {
                    // To be asked for anew: not at once, should servers contradict each other.
                    Ok(()) => {
                        tokio::time::sleep(AGAIN).await;
                        continue;
                    }
                    Err(failure) => hear(About::Silent(failure)).await,
                }
            }
            Err(failure @ (Failure::Gone | Failure::SignedOut | Failure::Refused(_))) => {
                return hear(About::Map(Err(failure))).await;
            }
            Err(failure) => hear(About::Silent(failure)).await,
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(AGAIN_MAX);
    }
}

/// What changes after this version, until the seats have to be asked for anew.
async fn changes<Sent: Future<Output = ()>>(
    server: &Server,
    performance: Uuid,
    mut version: Version,
    hear: &impl Fn(About) -> Sent,
    wait: &mut Duration,
) -> Result<(), Failure> {
    loop {
        let subscription = |token: &AccessToken| seats::events(token, performance, Some(version));
        let mut events = listen(server, subscription).await?;
        loop {
            match events.next().await {
                Ok(Some(SeatEvent::Changes(delta))) => {
                    version = Version { epoch: delta.epoch, sequence: delta.sequence };
                    *wait = AGAIN;
                    hear(About::Seats(delta)).await;
                }
                Ok(Some(SeatEvent::Reset)) => return Ok(()),
                Ok(Some(SeatEvent::End(_)) | None) => break,
                Err(error) => return Err(failure(error)),
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn fetch(server: &Server, performance: Uuid, known: Option<&SeatMap>) -> Answer<SeatMap> {
    let token = server.token(None).await?;
    match seats::fetch(server.client(), &token, performance, known).await {
        Err(error) if error.kind() == Some(&ProblemType::Unauthenticated) => {
            let token = server.token(Some(&token)).await?;
            seats::fetch(server.client(), &token, performance, known).await.map_err(failure)
        }
        answer => answer.map_err(failure),
    }
}

/// How the line comes on. Whoever waits asks besides, when the server says: what is not heard here is
/// only known later.
pub(super) async fn line<Sent: Future<Output = ()>>(
    server: &Server,
    performance: Uuid,
    place: &PlaceToken,
    hear: impl Fn(About) -> Sent,
) {
    let mut wait = AGAIN;
    loop {
        let subscription = |token: &AccessToken| line::events(token, place, performance);
        match listen(server, subscription).await {
            Ok(mut events) => {
                while let Ok(Some(event)) = events.next().await {
                    wait = AGAIN;
                    match event {
                        LineEvent::Status(status) => hear(About::Line(status)).await,
                        LineEvent::Place(place) => hear(About::Place(Ok(*place))).await,
                        LineEvent::End(_) => break,
                    }
                }
            }
            // The place is over, or was never there: asking says so.
            Err(Failure::Gone | Failure::SignedOut | Failure::Refused(_)) => return,
            Err(Failure::Trouble(_)) => {}
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(AGAIN_MAX);
    }
}

async fn listen<E>(
    server: &Server,
    subscription: impl Fn(&AccessToken) -> Subscription<E>,
) -> Answer<Events<E>> {
    let token = server.token(None).await?;
    match server.client().listen(&subscription(&token)).await {
        Err(error) if error.kind() == Some(&ProblemType::Unauthenticated) => {
            let token = server.token(Some(&token)).await?;
            server.client().listen(&subscription(&token)).await.map_err(failure)
        }
        answer => answer.map_err(failure),
    }
}
