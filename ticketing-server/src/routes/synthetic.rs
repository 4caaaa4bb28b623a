use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use ticketing_core::SyntheticBuyer;

use super::Answer;
use crate::app::App;
use crate::extract::{Body, SignedIn};
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Count {
    count: u32,
}

#[derive(Serialize)]
pub(crate) struct Buyers {
    items: Vec<SyntheticBuyer>,
}

pub(crate) async fn add(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(Count { count }): Body<Count>,
) -> Answer<(StatusCode, Json<Buyers>)> {
    allowed(&app)?;
    let items = app.office.add_synthetic_buyers(&caller, count).await?;
    Ok((StatusCode::CREATED, Json(Buyers { items })))
}

pub(crate) async fn remove(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Answer<StatusCode> {
    allowed(&app)?;
    app.office.remove_synthetic_buyers(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Without `--allow-synthetic-buyers` the route does not exist.
fn allowed(app: &App) -> Answer<()> {
    if app.synthetic_buyers { Ok(()) } else { Err(Problem::not_found("route")) }
}
