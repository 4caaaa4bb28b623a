//! The layout of the seats, their status, and holds. A layout never changes under its hash; the
//! status says one digit per seat index.

mod layout;
pub(crate) mod listed;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub use self::layout::{Layout, LayoutRow, LayoutSeat, LayoutSection, RowSeats};
use crate::orders::OrderLine;
use crate::{Money, Time};

/// Orders what was seen in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Version {
    /// Raised when the live state was rebuilt.
    pub epoch: u32,
    /// Raised with every change.
    pub sequence: u64,
}

/// Every seat's status at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "version": {"epoch": 1, "sequence": 42}, "layout": "k1JxR0hY3mQ8vL2w", "status": "0013300000",
}))]
pub struct SeatsNow {
    /// Which moment.
    pub version: Version,
    /// The hash of the layout that the indices are of.
    pub layout: String,
    /// A digit per seat index: 0 free, 1 held, 2 reserved, 3 sold, 4 not for sale.
    #[schema(pattern = "^[0-4]*$")]
    pub status: String,
}

/// What changed, since the event before: the data of an event `seats`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"epoch": 1, "sequence": 44, "changes": [[2, 1], [3, 1]]}))]
pub struct SeatsDelta {
    /// In which epoch.
    pub epoch: u32,
    /// As of which change.
    pub sequence: u64,
    /// Seat index and status.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub changes: Vec<(u32, u8)>,
}

/// Whether coordinates are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LayoutQuery {
    /// With the coordinates of every seat, where the plan has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positions: Option<bool>,
}

/// What a hold asks for: either these seats, or the best that there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"best": {"count": 2, "section": "Floor"}}))]
pub struct NewHold {
    /// Exactly these seat indices.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false)]
    pub seats: Option<Vec<u32>>,
    /// Some seats together.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false)]
    pub best: Option<Best>,
}

impl NewHold {
    /// Exactly these.
    pub fn of(seats: Vec<u32>) -> Self {
        Self { seats: Some(seats), best: None }
    }

    /// The best that there are.
    pub fn best(best: Best) -> Self {
        Self { seats: None, best: Some(best) }
    }
}

/// So many seats together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// How many.
    #[schema(minimum = 1)]
    pub count: u32,
    /// Only of this category.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false, max_length = 200)]
    pub category: Option<String>,
    /// Only in this section or area.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false, max_length = 200)]
    pub section: Option<String>,
}

/// A short claim on seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "0190f4a2-0000-7000-8000-000000000005", "seats": [2],
    "lines": [{"kind": "ticket", "seat": 2, "amount": {"amount": 132_000, "currency": "KRW"}}],
    "total": {"amount": 132_000, "currency": "KRW"}, "expires_at": "2026-05-01T10:05:00.000Z",
}))]
pub struct Hold {
    /// The hold.
    pub id: Uuid,
    /// Its seat indices.
    pub seats: Vec<u32>,
    /// What an order of them is paid for; their sum is the total.
    #[serde(default)]
    pub lines: Vec<OrderLine>,
    /// What they cost together.
    pub total: Money,
    /// When it ends by itself.
    pub expires_at: Time,
}

/// What a seat is at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatStatus {
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
    /// A status that this version does not know.
    Other(u8),
}

impl SeatStatus {
    /// The status that this number of a delta says.
    pub fn from_number(number: u8) -> Self {
        match number {
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

impl SeatsNow {
    /// One status per seat index.
    pub fn statuses(&self) -> Vec<SeatStatus> {
        self.status.bytes().map(|digit| SeatStatus::from_number(digit.wrapping_sub(b'0'))).collect()
    }
}
