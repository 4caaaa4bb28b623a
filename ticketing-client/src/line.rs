//! The waiting line of one performance.

use reqwest::Method;
use serde::Serialize;
use ticketing_wire::line::{
    Audit, Capacity, Draw, Entropy, LineReport, LineStatus, Nothing, Place, Rate, Revocation, Said,
    StreamEnd,
};
use ticketing_wire::secrets::{AccessToken, PlaceToken};
use uuid::Uuid;

use crate::call::Call;
use crate::events::{Subscription, decode};

/// What somebody who waits hears.
#[derive(Debug, Clone)]
pub enum LineEvent {
    /// How far the line has come.
    Status(Box<LineStatus>),
    /// One's own place, once it is near.
    Place(Box<Place>),
    /// The stream ends: listen again.
    End(StreamEnd),
}

/// Takes a place; a repeated join answers the same place.
pub fn join(token: &AccessToken, performance: Uuid) -> Call<Place> {
    Call::json(Method::POST, format!("/v1/performances/{performance}/line")).signed_in(token)
}

/// Asks how the place stands; asking when it is one's turn claims it.
pub fn ask(token: &AccessToken, place: &PlaceToken, performance: Uuid) -> Call<Place> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/line"))
        .signed_in(token)
        .place(place)
}

/// Gives the place up, and with it the holds that have no order.
pub fn leave(token: &AccessToken, place: &PlaceToken, performance: Uuid) -> Call<()> {
    Call::empty(Method::DELETE, format!("/v1/performances/{performance}/line"))
        .signed_in(token)
        .place(place)
}

/// Hears how the line comes on, instead of asking.
pub fn events(
    token: &AccessToken,
    place: &PlaceToken,
    performance: Uuid,
) -> Subscription<LineEvent> {
    let path = format!("/v1/performances/{performance}/line/events");
    let call = Call::empty(Method::GET, path).signed_in(token).place(place);
    Subscription::new(call, |name, data| match name {
        "status" => Some(decode(data).map(|status| LineEvent::Status(Box::new(status)))),
        "place" => Some(decode(data).map(|place| LineEvent::Place(Box::new(place)))),
        "end" => Some(decode(data).map(LineEvent::End)),
        _ => None,
    })
}

/// The public status; the same bytes for all.
pub fn status(performance: Uuid) -> Call<LineStatus> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/line/status"))
}

/// The line as its organizer sees it.
pub fn report(token: &AccessToken, performance: Uuid) -> Call<LineReport> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/line/report")).signed_in(token)
}

/// The draw, and what receipts are checked with.
pub fn draw(performance: Uuid) -> Call<Draw> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/line/draw"))
}

/// Nobody comes in; those who wait are told why.
pub fn pause(token: &AccessToken, performance: Uuid, message: Option<&str>) -> Call<LineStatus> {
    steer(token, performance, "pause", &said(message))
}

/// People join and come in again.
pub fn resume(token: &AccessToken, performance: Uuid) -> Call<LineStatus> {
    steer(token, performance, "resume", &Nothing {})
}

/// Nobody joins any more; those who wait come in.
pub fn drain(token: &AccessToken, performance: Uuid, message: Option<&str>) -> Call<LineStatus> {
    steer(token, performance, "drain", &said(message))
}

/// How many may come in per minute; no limit for `None`.
pub fn rate(token: &AccessToken, performance: Uuid, per_minute: Option<u32>) -> Call<LineStatus> {
    steer(token, performance, "rate", &Rate { admit_per_minute: per_minute })
}

/// How many may be inside at once.
pub fn capacity(token: &AccessToken, performance: Uuid, capacity: u32) -> Call<LineStatus> {
    steer(token, performance, "capacity", &Capacity { line_capacity: capacity })
}

/// Takes an account's place or pass away, for good.
pub fn revoke(token: &AccessToken, performance: Uuid, account: Uuid) -> Call<()> {
    Call::empty(Method::POST, format!("/v1/performances/{performance}/line/revoke"))
        .signed_in(token)
        .body(&Revocation { account_id: account })
}

/// Enters what the named source of public entropy said.
pub fn entropy(token: &AccessToken, performance: Uuid, entropy: &str) -> Call<Draw> {
    Call::json(Method::POST, format!("/v1/performances/{performance}/line/entropy"))
        .signed_in(token)
        .body(&Entropy { entropy: entropy.to_owned() })
}

/// What was changed about a performance.
pub fn audit(token: &AccessToken, performance: Uuid) -> Call<Audit> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/audit")).signed_in(token)
}

fn steer(
    token: &AccessToken,
    performance: Uuid,
    how: &str,
    body: &impl Serialize,
) -> Call<LineStatus> {
    Call::json(Method::POST, format!("/v1/performances/{performance}/line/{how}"))
        .signed_in(token)
        .body(body)
}

fn said(message: Option<&str>) -> Said {
    Said { message: message.map(str::to_owned) }
}
