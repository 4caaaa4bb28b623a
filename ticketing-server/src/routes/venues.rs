use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use ticketing_core::VenueId;
use ticketing_core::catalog::{SectionKind, Venue, VenueDetails};

use super::{Answer, List};
use crate::app::App;
use crate::extract::{Body, Id, PageQuery, Query, SignedIn};

#[derive(Serialize)]
pub(crate) struct VenueAnswer {
    id: VenueId,
    name: String,
    address: String,
    seats_total: u32,
    categories: Vec<String>,
    sections: Vec<SectionAnswer>,
    /// What the plan says and the map does not keep; only right after an import.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dropped: Vec<String>,
}

#[derive(Serialize)]
struct SectionAnswer {
    name: String,
    seats: u32,
    accessible: usize,
    general_admission: bool,
}

impl VenueAnswer {
    fn of(venue: &Venue, dropped: Vec<String>) -> Self {
        let sections = venue.map.sections.iter().map(|section| {
            let accessible = match &section.kind {
                SectionKind::Rows(rows) => {
                    rows.iter().flat_map(|row| &row.seats).filter(|seat| seat.accessible).count()
                }
                SectionKind::Area { .. } => 0,
            };
            SectionAnswer {
                name: section.name.clone(),
                seats: section.seats_total(),
                accessible,
                general_admission: matches!(section.kind, SectionKind::Area { .. }),
            }
        });
        Self {
            id: venue.id,
            name: venue.name.clone(),
            address: venue.address.clone(),
            seats_total: venue.map.seats_total(),
            categories: venue.map.categories.clone(),
            sections: sections.collect(),
            dropped,
        }
    }
}

pub(crate) async fn add(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(details): Body<VenueDetails>,
) -> Answer<(StatusCode, Json<VenueAnswer>)> {
    let (venue, dropped) = app.office.add_venue(&caller, details).await?;
    Ok((StatusCode::CREATED, Json(VenueAnswer::of(&venue, dropped))))
}

pub(crate) async fn list(
    State(app): State<App>,
    SignedIn(_): SignedIn,
    Query(page): Query<PageQuery>,
) -> Answer<Json<List<VenueAnswer>>> {
    let venues = app.office.venues(page.page()).await?;
    Ok(Json(venues.map(|venue| VenueAnswer::of(&venue, Vec::new())).into()))
}

pub(crate) async fn show(
    State(app): State<App>,
    SignedIn(_): SignedIn,
    Id(id): Id<VenueId>,
) -> Answer<Json<VenueAnswer>> {
    Ok(Json(VenueAnswer::of(&*app.office.venue(id).await?, Vec::new())))
}
