//! Which performances sell best.

use axum::extract::State;
use axum::response::Response;
use ticketing_core::RankingView;
use ticketing_core::ranking::{RANKED_MAX, RankedBy};
use ticketing_wire::ranking as wire;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use super::performances::performance;
use crate::app::App;
use crate::body::{self, JSON, REVALIDATED};
use crate::convert::{time, word};
use crate::extract::{Asked, Query};
use crate::problem::Problem;

/// How many days count where nothing is said.
const DAYS: u32 = 7;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(ranking))
}

fn by(query: &wire::RankingQuery) -> Answer<RankedBy> {
    let rate = wire::RankedBy::Rate;
    let said = query.by.as_ref().unwrap_or(&rate);
    match (said, query.days) {
        (wire::RankedBy::Rate, None) => Ok(RankedBy::Rate),
        (wire::RankedBy::Rate, Some(_)) => Err(Problem::field("days", "only with by=sold")),
        (wire::RankedBy::Sold, days) => RankedBy::sold_in(days.unwrap_or(DAYS))
            .ok_or_else(|| Problem::field("days", "1, 7 or 30")),
        (wire::RankedBy::Other(_), _) => Ok(word("by", None, wire::RankedBy::WORDS)?),
    }
}

fn shown(view: &RankingView, limit: usize) -> wire::Ranking {
    let items = view.items.iter().take(limit).map(|(ranked, seen)| wire::Ranked {
        place: ranked.place,
        booking_rate: f64::from(ranked.rate_per_10_000()) / 100.0,
        sold: ranked.sold,
        performance: performance(seen),
    });
    wire::Ranking { items: items.collect(), computed_at: time(view.computed_at) }
}

/// Ranks the performances that are listed and sell, by the part of their seats that is sold, or by how
/// many were sold in the last days; a few seconds old.
#[utoipa::path(
    get, path = "/v1/ranking", operation_id = "ranking", tag = "performances", security(()),
    params(wire::RankingQuery, Asked),
    responses(
        (status = 200, description = "the ranking", body = wire::Ranking),
        (status = 304, description = "unchanged"),
    )
)]
async fn ranking(
    State(app): State<App>,
    Query(query): Query<wire::RankingQuery>,
    asked: Asked,
) -> Answer<Response> {
    let by = by(&query)?;
    let limit =
        query.limit.map_or(RANKED_MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    if !(1..=RANKED_MAX).contains(&limit) {
        return Err(Problem::field("limit", "from 1 to 50"));
    }
    let view = app.office.ranking(by, query.genre.as_deref()).await?;
    if limit < RANKED_MAX {
        return Ok(body::Body::json(&shown(&view, limit)).answer(&asked, JSON, REVALIDATED));
    }
    let body = view.rendered.get_or_render(|| body::Body::json(&shown(&view, limit)));
    Ok(body.answer(&asked, JSON, REVALIDATED))
}
