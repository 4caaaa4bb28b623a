//! The page of one order.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Time;
use crate::orders::{Order, TicketStatus};

/// Everything that the page of an order shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "order": {
        "id": "0190f4a2-0000-7000-8000-000000000006",
        "performance_id": "0190f4a2-0000-7000-8000-000000000003", "status": "paid",
        "seats": [2], "returned": [],
        "lines": [{"kind": "ticket", "seat": 2, "amount": {"amount": 132_000, "currency": "KRW"}}],
        "total": {"amount": 132_000, "currency": "KRW"}, "expires_at": "2026-05-01T10:10:00.000Z",
        "payment": null, "refunds": [], "fees_kept": null, "cancel_reason": null,
        "refund_terms": [], "created_at": "2026-05-01T10:00:00.000Z",
    },
    "declined": false, "seller": "A promoter", "title": "A concert", "age_limit": 0, "venue": "Small hall",
    "address": "1 Main street", "time_zone": "Asia/Seoul", "starts_at": "2026-06-01T18:00:00.000Z",
    "cancelled_at": null, "moved_at": null, "moved_refund_days": 14,
    "labels": ["Floor, row 1, seat 3"],
    "tickets": [{
        "id": "5b1c9e0a-7d1f-8a3b-9c55-5d1c3f0e7a11", "seat": 2, "label": "Floor, row 1, seat 3",
        "code": "FMRQAAAR..", "status": "valid", "qr_side": 45, "qr_path": "M4 4h7v1h-7z..",
    }],
    "portone": null, "now": "2026-05-01T10:02:00.000Z",
}))]
pub struct Checkout {
    /// The order.
    pub order: Order,
    /// A payment of it was declined, and it waits for another.
    #[serde(default)]
    pub declined: bool,
    /// The public name of who sells.
    pub seller: String,
    /// What is sold.
    pub title: String,
    /// The youngest age, 0 for everyone.
    #[serde(default)]
    pub age_limit: u8,
    /// The name of the house.
    pub venue: String,
    /// Where that is.
    #[serde(default)]
    pub address: String,
    /// The IANA name of the house's time zone.
    pub time_zone: String,
    /// When the show starts.
    pub starts_at: Time,
    /// Since when it is known that the show does not take place; null: it does.
    #[serde(default)]
    pub cancelled_at: Option<Time>,
    /// When its start was last changed after its sale had begun; null: never.
    #[serde(default)]
    pub moved_at: Option<Time>,
    /// For how many days after that whoever had ordered before gives back free of charge.
    #[serde(default)]
    pub moved_refund_days: u32,
    /// What people call each seat of the order, in its order.
    pub labels: Vec<String>,
    /// Its tickets; none until it is paid.
    pub tickets: Vec<CheckoutTicket>,
    /// How `PortOne`'s payment window is opened in a browser; null where another one is, or none.
    #[serde(default)]
    pub portone: Option<Storefront>,
    /// The server's time, which deadlines are measured from.
    pub now: Time,
}

/// A ticket, and its code as a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckoutTicket {
    /// The ticket.
    pub id: Uuid,
    /// Its seat index.
    pub seat: u32,
    /// The seat, for people.
    pub label: String,
    /// What the scanner reads.
    pub code: String,
    /// What it is good for.
    pub status: TicketStatus,
    /// How wide and high the code's picture is, its white border included.
    pub qr_side: u32,
    /// Its dark squares, as the path of an SVG.
    pub qr_path: String,
}

/// What `PortOne`'s script in a browser has to know. No secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Storefront {
    /// The shop.
    pub store_id: String,
    /// Through which channel it takes money.
    pub channel_key: String,
}

/// A file, as it is.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct File(pub Vec<u8>);

words! {
    /// What tickets are printed on.
    Paper {
        /// 210 x 297 mm.
        A4 = "a4",
        /// A roll 80 mm wide.
        Roll80 = "80mm",
    }
}

/// How tickets are printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SheetQuery {
    /// On what; `a4` where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub paper: Option<Paper>,
}
