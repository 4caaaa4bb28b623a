//! Server-sent events: the line, and the seats. Frames are made once for everyone; a quiet stream
//! beats every fifteen seconds, and a server that goes away says so.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Sse};
use futures_util::stream::unfold;
use serde::Serialize;
use ticketing_core::{
    LineEvent, LineListener, PerformanceId, SeatChanges, SeatEvent, SeatListener,
};
use ticketing_wire::line::StreamEnd;
use ticketing_wire::seats::{SeatsDelta, Version};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use super::line::{frame_text, place};
use crate::app::App;
use crate::extract::{Id, PlaceToken, SignedIn};

/// How long a stream may be silent.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Proxies that buffer answers do not buffer this one.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");
const LAST_EVENT_ID: &str = "Last-Event-ID";
/// The version of a listener whose version is not one of ours: it is told to begin anew.
const NONE_OF_OURS: (u32, u64) = (u32::MAX, u64::MAX);

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(line)).routes(routes!(seats))
}

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
            LineEvent::Status(frame) => {
                let event = Event::default().event("status").id(&frame.id);
                Heard::Event(event.data(frame_text(&frame).as_str()))
            }
            LineEvent::Place(answer) => {
                Heard::Event(Event::default().event("place").data(text(&place(*answer))))
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
            SeatEvent::Changes(changes) => {
                let event = event("seats", changes.epoch, changes.sequence);
                Heard::Event(event.data(delta_text(&changes).as_str()))
            }
            SeatEvent::Reset { epoch, sequence } => {
                let version = text(&Version { epoch, sequence });
                Heard::Event(event("reset", epoch, sequence).data(version))
            }
            SeatEvent::TooSlow => Heard::TooSlow,
        })
    }
}

fn text(data: &impl Serialize) -> String {
    serde_json::to_string(data).expect("plain data serialise")
}

/// The text of a delta, made once for everybody.
fn delta_text(changes: &SeatChanges) -> Arc<String> {
    changes.rendered.get_or_render(|| {
        let SeatChanges { epoch, sequence, changes, .. } = changes;
        text(&SeatsDelta { epoch: *epoch, sequence: *sequence, changes: changes.clone() })
    })
}

/// Streams the status of the line as it changes (`status`), one's own place once it is near
/// (`place`), and why the stream ends (`end`).
#[utoipa::path(
    get, path = "/v1/performances/{id}/line/events", operation_id = "listen_to_line",
    tag = "line", params(PlaceToken),
    responses(
        (status = 200, description = "server-sent events: `status` is a LineStatus, `place` a \
            Place, `end` a StreamEnd", body = String, content_type = "text/event-stream",
            example = "event: end\ndata: {\"reason\":\"the server goes away\"}\n\n"),
        (status = 403, description = "forbidden: the place is another account's"),
    )
)]
async fn line(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    PlaceToken(token): PlaceToken,
) -> Answer<impl IntoResponse> {
    let listener = app.office.listen_to_line(&caller, performance, &token).await?;
    Ok(stream(&app, listener))
}

/// Streams the seats as they change (`seats`), from the version that the listener has; `reset` says
/// that its version is of no use and the seats must be loaded anew.
#[utoipa::path(
    get, path = "/v1/performances/{id}/seats/events", operation_id = "listen_to_seats",
    tag = "seats",
    params(("Last-Event-ID" = Option<String>, Header,
        description = "the version that the listener has: epoch-sequence, as an event's id says")),
    responses((status = 200, description = "server-sent events: `seats` is a SeatsDelta, `reset` a \
        Version, `end` a StreamEnd", body = String, content_type = "text/event-stream",
        example = "event: seats\nid: 1-44\ndata: {\"epoch\":1,\"sequence\":44,\"changes\":[[2,1]]}\n\n"))
)]
async fn seats(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    headers: HeaderMap,
) -> Answer<impl IntoResponse> {
    let after = last_event_id(&headers);
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
    ([UNBUFFERED], Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// The last event of a stream says why it ends: connect again, elsewhere or faster.
fn end(reason: &str) -> Event {
    Event::default().event("end").data(text(&StreamEnd { reason: reason.to_owned() }))
}

/// The version that a listener has. A browser gives up for good where it is refused, so an id that
/// is none of ours is answered by a reset.
fn last_event_id(headers: &HeaderMap) -> Option<(u32, u64)> {
    let version = |id: &str| {
        let (epoch, sequence) = id.split_once('-')?;
        Some((epoch.parse().ok()?, sequence.parse().ok()?))
    };
    let id = headers.get(LAST_EVENT_ID)?;
    Some(id.to_str().ok().and_then(version).unwrap_or(NONE_OF_OURS))
}
