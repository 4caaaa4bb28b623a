use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use ticketing_core::AccountId;
use ticketing_core::accounts::{Account, Role, Session, SignUp};

use super::Answer;
use crate::app::App;
use crate::extract::{Body, Id, SignedIn};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    email: String,
    password: SecretString,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    refresh_token: SecretString,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    role: Role,
}

#[derive(Serialize)]
pub(crate) struct SessionAnswer {
    access_token: String,
    expires_in: u32,
    refresh_token: String,
}

impl From<Session> for SessionAnswer {
    fn from(session: Session) -> Self {
        let Session { access_token, expires_in, refresh_token } = session;
        Self { access_token, expires_in, refresh_token: refresh_token.expose_secret().to_owned() }
    }
}

pub(crate) async fn sign_up(
    State(app): State<App>,
    Body(sign_up): Body<SignUp>,
) -> Answer<(StatusCode, Json<Account>)> {
    Ok((StatusCode::CREATED, Json(app.office.sign_up(sign_up).await?)))
}

pub(crate) async fn sign_in(
    State(app): State<App>,
    Body(SignIn { email, password }): Body<SignIn>,
) -> Answer<(StatusCode, Json<SessionAnswer>)> {
    let session = app.office.sign_in(&email, &password).await?;
    Ok((StatusCode::CREATED, Json(session.into())))
}

pub(crate) async fn refresh(
    State(app): State<App>,
    Body(Refresh { refresh_token }): Body<Refresh>,
) -> Answer<Json<SessionAnswer>> {
    Ok(Json(app.office.refresh(&refresh_token).await?.into()))
}

pub(crate) async fn sign_out(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Answer<StatusCode> {
    app.office.sign_out(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn me(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Answer<Json<Account>> {
    Ok(Json(app.office.me(&caller).await?))
}

pub(crate) async fn set_role(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(account): Id<AccountId>,
    Body(NewRole { role }): Body<NewRole>,
) -> Answer<Json<Account>> {
    Ok(Json(app.office.set_role(&caller, account, role).await?))
}
