//! The door.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::door::{
    CheckIn, DoorList, NewAnnulment, NewScan, ScanUpload, ScansQuery, UploadedScans,
};
use ticketing_wire::page::PageQuery;
use ticketing_wire::secrets::AccessToken;
use uuid::Uuid;

use crate::call::Call;

/// Scans a ticket. With a nonce it may be sent again: it is the same scan.
pub fn check_in(token: &AccessToken, performance: Uuid, scan: &NewScan) -> Call<CheckIn> {
    Call::json(Method::POST, path(performance, "")).signed_in(token).body(scan)
}

/// What was scanned, as it was written down.
pub fn scans(token: &AccessToken, performance: Uuid, query: &ScansQuery) -> Call<Page<CheckIn>> {
    Call::json(Method::GET, path(performance, "")).signed_in(token).query(query)
}

/// What a device takes along that has to work without a connection.
pub fn list(token: &AccessToken, performance: Uuid, page: &PageQuery) -> Call<DoorList> {
    Call::json(Method::GET, path(performance, "/list")).signed_in(token).query(page)
}

/// Writes down whom devices without a connection let pass.
pub fn upload(token: &AccessToken, performance: Uuid, scans: &ScanUpload) -> Call<UploadedScans> {
    Call::json(Method::POST, path(performance, "/uploads")).signed_in(token).body(scans)
}

/// Takes a scan back that was a mistake.
pub fn annul(token: &AccessToken, performance: Uuid, annulment: &NewAnnulment) -> Call<CheckIn> {
    Call::json(Method::POST, path(performance, "/annul")).signed_in(token).body(annulment)
}

fn path(performance: Uuid, rest: &str) -> String {
    format!("/v1/performances/{performance}/check-ins{rest}")
}
