//! The seat map and holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::call::{Call, Reply, decode_json};
use crate::money::Money;
use crate::secrets::{AccessToken, IdempotencyKey, PassToken};

/// A performance's map at one moment.
#[derive(Debug, Clone, Deserialize)]
pub struct SeatMap {
    /// Which moment.
    pub version: Version,
    /// The layout; empty where only the status was asked for.
    #[serde(default)]
    pub sections: Vec<Section>,
    /// One status per seat index.
    #[serde(deserialize_with = "decode_statuses")]
    pub status: Vec<Status>,
}

/// Orders maps in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    /// Raised when the live state was rebuilt.
    pub epoch: u64,
    /// Raised with every change.
    pub sequence: u64,
}

/// A part of the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Section {
    /// Rows of numbered seats.
    Seated {
        /// The section's name.
        name: String,
        /// Its rows, in plan order.
        rows: Vec<Row>,
    },
    /// General admission: a run of places without labels.
    Standing {
        /// The area's name.
        name: String,
        /// Its price category.
        category: String,
        /// `None` where it is not for sale.
        price: Option<Money>,
        /// Seat index of its first place.
        first_index: u32,
        /// How many there are.
        places: u32,
    },
}

/// A row of seats, from left to right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The row's name.
    pub label: String,
    /// Its seats.
    pub seats: Vec<Seat>,
}

/// A seat as the map describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// The seat index: what every other call speaks of.
    pub index: u32,
    /// What is printed on it.
    pub label: String,
    /// Its price category.
    pub category: String,
    /// `None` where it is not for sale.
    pub price: Option<Money>,
}

/// What a seat is at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// For the taking.
    Free,
    /// Somebody is choosing.
    Held,
    /// Somebody is paying.
    Reserved,
    /// Gone.
    Sold,
    /// Never was.
    NotForSale,
    /// A status that this client does not know.
    Other(u8),
}

/// The answer to [`statuses`].
#[derive(Debug, Clone)]
pub enum MapAnswer {
    /// Nothing happened since the tag that was shown.
    Unchanged,
    /// The map of now.
    Fresh {
        /// For the next question.
        etag: Option<String>,
        /// Without its layout.
        map: SeatMap,
    },
}

/// What a hold asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Wish {
    /// These seats and no others.
    Seats {
        /// Seat indices.
        seats: Vec<u32>,
    },
    /// The best that there is.
    Best {
        /// How many, and where.
        best: Best,
    },
}

/// So many seats together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Best {
    /// How many.
    pub count: u32,
    /// Only in this price category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Only in this section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
}

/// A short claim on seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The hold.
    pub id: Uuid,
    /// Its seats.
    pub seats: Vec<u32>,
    /// What they cost.
    pub total: Option<Money>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// The map with its layout.
pub fn map(token: &AccessToken, performance: Uuid) -> Call<SeatMap> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/seats")).signed_in(token)
}

/// The map without its layout, and only if it differs from the one with this tag.
pub fn statuses(token: &AccessToken, performance: Uuid, etag: Option<&str>) -> Call<MapAnswer> {
    let path = format!("/v1/performances/{performance}/seats");
    Call::with_decode(Method::GET, path, decode_map)
        .query("status_only", Some(true))
        .header("if-none-match", etag)
        .signed_in(token)
}

/// Holds seats, all or none.
pub fn hold(
    token: &AccessToken,
    pass: &PassToken,
    performance: Uuid,
    wish: &Wish,
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

impl Status {
    /// The status that this byte of the map says.
    pub fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::Free,
            1 => Self::Held,
            2 => Self::Reserved,
            3 => Self::Sold,
            4 => Self::NotForSale,
            other => Self::Other(other),
        }
    }

    /// True where the seat may yet be had: it is free, or somebody may let it go.
    pub fn may_come_back(self) -> bool {
        matches!(self, Self::Free | Self::Held | Self::Reserved)
    }
}

fn decode_statuses<'de, D: Deserializer<'de>>(text: D) -> Result<Vec<Status>, D::Error> {
    let text = String::deserialize(text)?;
    let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
    Ok(bytes.into_iter().map(Status::from_byte).collect())
}

fn decode_map(reply: &Reply) -> Result<MapAnswer, String> {
    if reply.status == 304 {
        return Ok(MapAnswer::Unchanged);
    }
    Ok(MapAnswer::Fresh { etag: reply.etag.clone(), map: decode_json(reply)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_of_seats_and_standing_places_is_read() {
        let text = r#"{"version":{"epoch":1,"sequence":9},"sections":[
            {"name":"A","rows":[{"label":"1","seats":[
                {"index":0,"label":"7","category":"I","price":{"amount":1,"currency":"EUR"}}]}]},
            {"name":"S","category":"II","price":null,"first_index":1,"places":2}],
            "status":"AAEE"}"#;
        let map: SeatMap = serde_json::from_str(text).unwrap();
        assert_eq!(map.status, [Status::Free, Status::Held, Status::NotForSale]);
        assert!(matches!(&map.sections[1], Section::Standing { first_index: 1, places: 2, .. }));
    }

    #[test]
    fn a_map_that_did_not_change_has_no_body() {
        let reply = Reply { status: 304, etag: None, body: Vec::new() };
        assert!(matches!(decode_map(&reply), Ok(MapAnswer::Unchanged)));
    }

    #[test]
    fn a_wish_for_the_best_says_only_what_was_asked() {
        let best = Best { count: 2, category: None, section: Some("S".to_owned()) };
        let text = serde_json::to_string(&Wish::Best { best }).unwrap();
        assert_eq!(text, r#"{"best":{"count":2,"section":"S"}}"#);
    }
}
