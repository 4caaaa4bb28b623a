use axum::extract::State;
use axum::http::StatusCode;

use super::Answer;
use crate::app::App;
use crate::problem::Problem;

pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

pub(crate) async fn ready(State(app): State<App>) -> Answer<&'static str> {
    let not_ready = |why: String| Problem::new("unavailable", StatusCode::SERVICE_UNAVAILABLE, why);
    if app.is_draining() {
        return Err(not_ready("draining".into()));
    }
    app.office.ready().await.map_err(|error| not_ready(error.to_string()))?;
    Ok("ready\n")
}
