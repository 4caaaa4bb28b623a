//! The door: scans, what devices without a connection decided, and what staff has to look at.

mod list;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub use self::list::{DoorList, DoorTicket};
use crate::Time;

words! {
    /// What the door says.
    Verdict {
        /// Come in; the ticket is used now.
        Admitted = "admitted",
        /// Somebody came in with it.
        AlreadyUsed = "already_used",
        /// Its order was refunded or is not known, or its code was replaced.
        Void = "void",
        /// A true ticket, for something else.
        WrongPerformance = "wrong_performance",
        /// Not a ticket of ours.
        Forged = "forged",
        /// Gone out.
        Exited = "exited",
        /// Nobody is inside with it.
        NotInside = "not_inside",
    }
}

words! {
    /// Which way somebody goes.
    Direction {
        /// In.
        In = "in",
        /// Out.
        Out = "out",
    }
}

words! {
    /// Why staff has to look at somebody who was let in.
    Conflict {
        /// Somebody had come in with the ticket before.
        Duplicate = "duplicate",
        /// The ticket had been given back, or its code replaced.
        Void = "void",
        /// A ticket for something else.
        WrongPerformance = "wrong_performance",
        /// Not a ticket of ours.
        Forged = "forged",
    }
}

/// A ticket at a door.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "FMRQAAAR..", "device": "scanner 3", "gate": "North", "nonce": "4f0c1b2e",
}))]
pub struct NewScan {
    /// A ticket's code.
    #[schema(max_length = 2000)]
    pub code: String,
    /// Which device scanned; the same as long as it is the same device.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    pub device: Option<String>,
    /// Where it stands.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    pub gate: Option<String>,
    /// Which way the bearer goes; in, where nothing is said.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false)]
    pub direction: Option<Direction>,
    /// Chosen by the device, one per scan: a repeat is the same scan. Without one every request is a
    /// scan of its own.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    pub nonce: Option<String>,
}

/// Somebody whom a device without a connection let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "FMRQAAAR..", "device": "scanner 3", "gate": "North", "nonce": "4f0c1b2e",
    "at": "2026-06-01T17:42:10Z",
}))]
pub struct UploadedScan {
    /// A ticket's code.
    #[schema(max_length = 2000)]
    pub code: String,
    /// Which device let somebody pass.
    #[schema(min_length = 1, max_length = 1000)]
    pub device: String,
    /// Where it stood.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    pub gate: Option<String>,
    /// Which way the bearer went; in, where nothing is said.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false)]
    pub direction: Option<Direction>,
    /// Chosen by the device, one per scan: a repeat is the same scan.
    #[schema(min_length = 1, max_length = 1000)]
    pub nonce: String,
    /// When, by the device's clock.
    pub at: Time,
}

/// Whom devices without a connection let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"items": [{
    "code": "FMRQAAAR..", "device": "scanner 3", "nonce": "4f0c1b2e", "at": "2026-06-01T17:42:10Z",
}]}))]
pub struct ScanUpload {
    /// In any order, any number of times.
    #[schema(max_items = 500)]
    pub items: Vec<UploadedScan>,
}

/// The scans that were written down, in the order of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"items": [{
    "verdict": "admitted", "scan": {
        "id": "7d0b6a52-64a5-8f0e-9d43-0b5d1d6b9f11", "ticket_id":
        "5b1c9e0a-7d1f-8a3b-9c55-5d1c3f0e7a11", "device": "scanner 3", "gate": "North",
        "direction": "in", "at": "2026-06-01T17:42:10.000Z", "verdict": "admitted",
        "uploaded": true, "conflict": "duplicate", "annulled": null,
    },
    "seat": 2, "label": "Floor, row 1, seat 3", "category": "All", "first_scan": null,
}]}))]
pub struct UploadedScans {
    /// What became of each.
    pub items: Vec<CheckIn>,
}

/// A scan, as it was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Scan {
    /// The scan.
    pub id: Uuid,
    /// The ticket; null where the code was of none.
    #[serde(default)]
    pub ticket_id: Option<Uuid>,
    /// Which device scanned; empty where it did not say.
    #[serde(default)]
    pub device: String,
    /// Where it stood.
    #[serde(default)]
    pub gate: Option<String>,
    /// Which way.
    pub direction: Direction,
    /// When, by the clock of whoever decided.
    pub at: Time,
    /// What was said.
    pub verdict: Verdict,
    /// A device without a connection decided.
    #[serde(default)]
    pub uploaded: bool,
    /// Why staff has to look at it; null: nobody has to.
    #[serde(default)]
    pub conflict: Option<Conflict>,
    /// It was taken back.
    #[serde(default)]
    pub annulled: Option<Annulled>,
}

/// Why a scan was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Annulled {
    /// When.
    pub at: Time,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: Uuid,
}

/// The answer at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "verdict": "admitted", "scan": {
        "id": "7d0b6a52-64a5-8f0e-9d43-0b5d1d6b9f11", "ticket_id":
        "5b1c9e0a-7d1f-8a3b-9c55-5d1c3f0e7a11", "device": "scanner 3", "gate": "North",
        "direction": "in", "at": "2026-06-01T17:42:10.000Z", "verdict": "admitted",
        "uploaded": false, "conflict": null, "annulled": null,
    },
    "seat": 2, "label": "Floor, row 1, seat 3", "category": "All", "first_scan": null,
}))]
pub struct CheckIn {
    /// May the bearer pass?
    pub verdict: Verdict,
    /// The scan, where the code was of a ticket that is good here, or a device let somebody pass.
    #[serde(default)]
    pub scan: Option<Scan>,
    /// The seat index.
    #[serde(default)]
    pub seat: Option<u32>,
    /// The seat, for people.
    #[serde(default)]
    pub label: Option<String>,
    /// What kind of ticket it is: the seat's category.
    #[serde(default)]
    pub category: Option<String>,
    /// Whoever came in first with the ticket, where the bearer may not.
    #[serde(default)]
    pub first_scan: Option<Scan>,
}

/// What was a mistake, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "scan_id": "7d0b6a52-64a5-8f0e-9d43-0b5d1d6b9f11", "reason": "scanned in the wrong queue",
}))]
pub struct NewAnnulment {
    /// The scan.
    pub scan_id: Uuid,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// Which scans of a performance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ScansQuery {
    /// Only those that staff has to look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflicts: Option<bool>,
    /// How many entries; 50 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
