//! The door.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ticketing_core::orders::{Annulled, Conflict, Direction, Scan, ScanList, Ticket};
use ticketing_core::{CheckedIn, DoorList, Error, PerformanceId, Scanning, Timestamp, UPLOADS_MAX};
use ticketing_wire::page::PageQuery;
use ticketing_wire::{Page, door as wire, performances};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::convert::{self, time, timestamp, word};
use crate::extract::{Body, Id, Query, SignedIn};

/// As many scans as an upload may have, each with the longest names.
const UPLOAD_MAX_BYTES: usize = UPLOADS_MAX * 1024;

const SCANS: &str = "scans";
const CONFLICTS: &str = "conflicts at the door";
const GOOD: &str = "tickets that are good at the door";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(check_in, list))
        .routes(routes!(take_along))
        .routes(routes!(upload).layer(DefaultBodyLimit::max(UPLOAD_MAX_BYTES)))
        .routes(routes!(annul))
}

fn scan(scan: &Scan) -> wire::Scan {
    let annulled = |annulled: &Annulled| wire::Annulled {
        at: time(annulled.at),
        reason: annulled.reason.as_str().to_owned(),
        by: annulled.by.uuid(),
    };
    wire::Scan {
        id: scan.id.uuid(),
        ticket_id: scan.ticket.map(ticketing_core::TicketId::uuid),
        device: scan.device.as_str().to_owned(),
        gate: scan.gate.as_ref().map(|gate| gate.as_str().to_owned()),
        direction: scan.direction.name().into(),
        at: time(scan.at),
        verdict: scan.verdict.name().into(),
        uploaded: scan.is_upload,
        conflict: scan.conflict.map(Conflict::name).map(wire::Conflict::from),
        annulled: scan.annulled.as_ref().map(annulled),
    }
}

fn answer(said: CheckedIn) -> wire::CheckIn {
    wire::CheckIn {
        verdict: said.verdict.name().into(),
        seat: said.scan.as_ref().and_then(|scan| scan.seat),
        scan: said.scan.as_ref().map(scan),
        label: said.label,
        category: said.category,
        first_scan: said.first.as_ref().map(scan),
    }
}

fn direction(field: &str, said: Option<wire::Direction>) -> Result<Direction, Error> {
    let known =
        said.map(|said| word(field, Direction::from_name(said.as_str()), wire::Direction::WORDS));
    Ok(known.transpose()?.unwrap_or_default())
}

fn uploaded((place, said): (usize, wire::UploadedScan)) -> Result<(Scanning, Timestamp), Error> {
    let scanning = Scanning {
        code: said.code,
        device: Some(said.device),
        gate: said.gate,
        direction: direction(&format!("items[{place}].direction"), said.direction)?,
        nonce: Some(said.nonce),
    };
    Ok((scanning, timestamp(said.at)))
}

/// Scans a ticket at the door; its organizer only. The performance's `policy.entry` says how often a
/// ticket lets its bearer in.
#[utoipa::path(
    post, path = "/v1/performances/{id}/check-ins", operation_id = "check_in", tag = "door",
    request_body = wire::NewScan,
    responses(
        (status = 200, description = "what the door says", body = wire::CheckIn),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn check_in(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Body(said): Body<wire::NewScan>,
) -> Answer<Json<wire::CheckIn>> {
    let scanning = Scanning {
        code: said.code,
        device: said.device,
        gate: said.gate,
        direction: direction("direction", said.direction)?,
        nonce: said.nonce,
    };
    Ok(Json(answer(app.office.check_in(&caller, id, scanning).await?)))
}

/// Lists what was scanned at a performance's doors, as it was written down; its organizer only.
#[utoipa::path(
    get, path = "/v1/performances/{id}/check-ins", operation_id = "check_ins", tag = "door",
    params(wire::ScansQuery),
    responses(
        (status = 200, description = "a page of scans", body = Page<wire::CheckIn>),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn list(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Query(query): Query<wire::ScansQuery>,
) -> Answer<Json<Page<wire::CheckIn>>> {
    let (name, list) = match query.conflicts {
        Some(true) => (CONFLICTS, ScanList::Conflicts),
        Some(false) | None => (SCANS, ScanList::All),
    };
    let page = app.office.page(name, query.limit, query.cursor.as_deref())?;
    let found = app.office.scans(&caller, id, list, page).await?;
    Ok(Json(convert::page(&app.office, name, found, answer)))
}

/// What a device takes along that has to work a door without a connection; its organizer only.
#[utoipa::path(
    get, path = "/v1/performances/{id}/check-ins/list", operation_id = "door_list", tag = "door",
    params(PageQuery),
    responses(
        (status = 200, description = "keys, and a page of tickets", body = wire::DoorList),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn take_along(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Query(query): Query<PageQuery>,
) -> Answer<Json<wire::DoorList>> {
    let page = app.office.page(GOOD, query.limit, query.cursor.as_deref())?;
    let DoorList { entry, keys, tickets, made_at } =
        app.office.door_list(&caller, id, page).await?;
    let ticket = |(ticket, label, used): (Ticket, String, bool)| wire::DoorTicket {
        id: ticket.id.uuid(),
        seat: ticket.seat,
        label,
        issue: ticket.issue,
        used,
    };
    let Page { items, next_cursor } = convert::page(&app.office, GOOD, tickets, ticket);
    Ok(Json(wire::DoorList {
        performance_id: id.uuid(),
        entry: performances::Entry::from(entry.name()),
        keys: keys.iter().map(|key| STANDARD.encode(key)).collect(),
        items,
        next_cursor,
        made_at: time(made_at),
    }))
}

/// Writes down whom devices without a connection let pass; its organizer only. Each is a fact, and is
/// kept; one that does not agree with the ticket is a conflict, which staff sees.
#[utoipa::path(
    post, path = "/v1/performances/{id}/check-ins/uploads", operation_id = "upload_check_ins",
    tag = "door", request_body = wire::ScanUpload,
    responses(
        (status = 200, description = "what became of each", body = wire::UploadedScans),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn upload(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Body(said): Body<wire::ScanUpload>,
) -> Answer<Json<wire::UploadedScans>> {
    let scans = said.items.into_iter().enumerate().map(uploaded);
    let scans = scans.collect::<Result<Vec<_>, Error>>()?;
    let answers = app.office.upload_scans(&caller, id, &scans).await?;
    Ok(Json(wire::UploadedScans { items: answers.into_iter().map(answer).collect() }))
}

/// Takes a scan back that was a mistake; its organizer only. The ticket is as if nobody had passed.
#[utoipa::path(
    post, path = "/v1/performances/{id}/check-ins/annul", operation_id = "annul_check_in",
    tag = "door", request_body = wire::NewAnnulment,
    responses(
        (status = 200, description = "the scan, taken back", body = wire::CheckIn),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn annul(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Body(said): Body<wire::NewAnnulment>,
) -> Answer<Json<wire::CheckIn>> {
    let annulled = app.office.annul_scan(&caller, id, said.scan_id.into(), &said.reason).await?;
    Ok(Json(answer(annulled)))
}
