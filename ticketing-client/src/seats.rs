//! The layout of the seats, their status, and holds.

mod map;
mod watch;

use reqwest::Method;
use ticketing_wire::line::StreamEnd;
use ticketing_wire::seats::{Hold, Layout, NewHold, SeatsDelta, SeatsNow, Version};
use ticketing_wire::secrets::{AccessToken, PassToken};
use uuid::Uuid;

pub use self::map::{Applied, OtherLayout, SeatMap};
pub use self::watch::{Watch, fetch};
use crate::call::{Call, Reply, decode_json};
use crate::events::{Subscription, decode};
use crate::idempotency::IdempotencyKey;

/// The answer to [`now`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeatsAnswer {
    /// Nothing happened since the tag that was shown.
    Unchanged,
    /// The statuses of now.
    Fresh {
        /// For the next question.
        etag: Option<String>,
        /// What every seat is.
        now: SeatsNow,
    },
}

/// What somebody who watches the seats hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeatEvent {
    /// Some seats changed.
    Changes(SeatsDelta),
    /// What was seen before is no base for what follows: ask for the seats anew.
    Reset,
    /// The stream ends: listen again.
    End(StreamEnd),
}

/// A layout by its hash, as the performance or the seats name it. It never changes: asking once is
/// enough.
pub fn layout(token: Option<&AccessToken>, performance: Uuid, hash: &str) -> Call<Layout> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/layout/{hash}"))
        .perhaps_signed_in(token)
}

/// Every seat's status, if it differs from the one with this tag.
pub fn now(token: &AccessToken, performance: Uuid, etag: Option<&str>) -> Call<SeatsAnswer> {
    let path = format!("/v1/performances/{performance}/seats");
    Call::with_decode(Method::GET, path, decode_seats)
        .header("if-none-match", etag)
        .signed_in(token)
}

/// Hears how the seats change, after what is known already.
pub fn events(
    token: &AccessToken,
    performance: Uuid,
    known: Option<Version>,
) -> Subscription<SeatEvent> {
    let known = known.map(|Version { epoch, sequence }| format!("{epoch}-{sequence}"));
    let path = format!("/v1/performances/{performance}/seats/events");
    let call =
        Call::empty(Method::GET, path).header("last-event-id", known.as_deref()).signed_in(token);
    Subscription::new(call, |name, data| match name {
        "seats" => Some(decode(data).map(SeatEvent::Changes)),
        "reset" => Some(Ok(SeatEvent::Reset)),
        "end" => Some(decode(data).map(SeatEvent::End)),
        _ => None,
    })
}

/// Holds seats, all or none.
pub fn hold(
    token: &AccessToken,
    pass: &PassToken,
    performance: Uuid,
    wish: &NewHold,
    key: &IdempotencyKey,
) -> Call<Hold> {
    Call::json(Method::POST, format!("/v1/performances/{performance}/holds"))
        .signed_in(token)
        .pass(pass)
        .key(key)
        .body(wish)
}

/// Lets the seats go.
pub fn release(token: &AccessToken, pass: &PassToken, hold: Uuid) -> Call<()> {
    Call::empty(Method::DELETE, format!("/v1/holds/{hold}")).signed_in(token).pass(pass)
}

fn decode_seats(reply: &Reply) -> Result<SeatsAnswer, String> {
    if reply.status == 304 {
        return Ok(SeatsAnswer::Unchanged);
    }
    Ok(SeatsAnswer::Fresh { etag: reply.etag.clone(), now: decode_json(reply)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_that_did_not_change_have_no_body() {
        let reply = Reply { status: 304, etag: None, body: Vec::new() };
        assert_eq!(decode_seats(&reply), Ok(SeatsAnswer::Unchanged));
    }
}
