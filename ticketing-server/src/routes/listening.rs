//! Server-sent events: the line, and the seats. Frames are made once for everyone; a quiet stream
//! beats every fifteen seconds, and a server that goes away says so.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Sse};
use futures_util::stream::unfold;
use serde_json::json;
use ticketing_core::{LineEvent, LineListener, PerformanceId, SeatEvent, SeatListener};

use super::Answer;
use super::line::PlaceAnswer;
use crate::app::App;
use crate::extract::{Id, PlaceToken, SignedIn};
use crate::problem::Problem;

/// How long a stream may be silent.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What a listener hears next, as it goes over the wire.
enum Heard {
    Event(Event),
    /// It fell too far behind: the last.
    TooSlow,
}

trait Listens: Send + 'static {
    /// Nothing where there is nobody to hear.
    fn hear(&mut self) -> impl Future<Output = Option<Heard>> + Send;
}

impl Listens for LineListener {
    async fn hear(&mut self) -> Option<Heard> {
        Some(match self.next().await? {
            LineEvent::Status { id, text } => {
                Heard::Event(Event::default().event("status").id(id).data(text))
            }
            LineEvent::Place(answer) => {
                let place = serde_json::to_string(&PlaceAnswer::from(*answer));
                let place = place.expect("plain data serialise");
                Heard::Event(Event::default().event("place").data(place))
            }
            LineEvent::TooSlow => Heard::TooSlow,
        })
    }
}

impl Listens for SeatListener {
    async fn hear(&mut self) -> Option<Heard> {
        let event =
            |name, epoch, sequence| Event::default().event(name).id(format!("{epoch}-{sequence}"));
        Some(match self.next().await? {
            SeatEvent::Changes { epoch, sequence, text } => {
                Heard::Event(event("seats", epoch, sequence).data(text))
            }
            SeatEvent::Reset { epoch, sequence } => {
                let version = json!({"epoch": epoch, "sequence": sequence}).to_string();
                Heard::Event(event("reset", epoch, sequence).data(version))
            }
            SeatEvent::TooSlow => Heard::TooSlow,
        })
    }
}

/// The status of the line as it changes, and one's own place once it is near.
pub(crate) async fn line(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    PlaceToken(token): PlaceToken,
) -> Answer<impl IntoResponse> {
    let listener = app.office.listen_to_line(&caller, performance, &token).await?;
    Ok(stream(&app, listener))
}

/// The seats as they change. `Last-Event-ID` is the version that the listener has, as
/// `epoch-sequence`.
pub(crate) async fn seats(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    headers: HeaderMap,
) -> Answer<impl IntoResponse> {
    let after = last_event_id(&headers)?;
    let listener = app.office.listen_to_seats(&caller, performance, after).await?;
    Ok(stream(&app, listener))
}

/// Everything that is heard, until this server drains or the listener falls too far behind.
fn stream<Listener: Listens>(app: &App, listener: Listener) -> impl IntoResponse + use<Listener> {
    let listening = Some((listener, app.draining.subscribe()));
    let events = unfold(listening, async |listening| {
        let (mut listener, mut draining) = listening?;
        let heard = tokio::select! {
            biased;
            _ = draining.wait_for(|draining| *draining) => None,
            heard = listener.hear() => Some(heard?),
        };
        Some(match heard {
            Some(Heard::Event(event)) => (Ok::<_, Infallible>(event), Some((listener, draining))),
            Some(Heard::TooSlow) => (Ok(end("too slow")), None),
            None => (Ok(end("the server goes away")), None),
        })
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

/// The last event of a stream says why it ends: connect again, elsewhere or faster.
fn end(reason: &str) -> Event {
    Event::default().event("end").data(json!({"reason": reason}).to_string())
}

fn last_event_id(headers: &HeaderMap) -> Answer<Option<(u32, u64)>> {
    let Some(id) = headers.get("Last-Event-ID") else { return Ok(None) };
    let parsed = id
        .to_str()
        .ok()
        .and_then(|id| id.split_once('-'))
        .and_then(|(epoch, sequence)| Some((epoch.parse().ok()?, sequence.parse().ok()?)));
    let wrong = || Problem::field("Last-Event-ID", "epoch-sequence, as an event's id says");
    parsed.map(Some).ok_or_else(wrong)
}
