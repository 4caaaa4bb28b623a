use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ticketing_core::AccountId;
use ticketing_core::accounts::{self, Role};
use ticketing_wire::accounts as wire;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::convert::{time, word};
use crate::extract::{Body, Id, SignedIn};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_up))
        .routes(routes!(set_role))
        .routes(routes!(me))
        .routes(routes!(sign_in))
        .routes(routes!(refresh))
        .routes(routes!(sign_out))
}

fn account(account: accounts::Account) -> wire::Account {
    wire::Account {
        id: account.id.uuid(),
        email: account.email,
        name: account.name,
        nickname: account.nickname,
        birthdate: account.birthdate,
        role: wire::Role::from(account.role.name()),
        synthetic: account.synthetic,
        created_at: time(account.created_at),
    }
}

fn session(session: accounts::Session) -> wire::Session {
    wire::Session {
        access_token: session.access_token.into(),
        expires_in: session.expires_in,
        refresh_token: session.refresh_token.into(),
    }
}

/// Makes an account. It is a buyer's; nobody makes itself more.
#[utoipa::path(
    post, path = "/v1/accounts", operation_id = "sign_up", tag = "accounts", security(()),
    request_body = wire::SignUp,
    responses(
        (status = 201, description = "the account", body = wire::Account),
        (status = 409, description = "conflict: the address or the nickname is taken"),
    )
)]
async fn sign_up(
    State(app): State<App>,
    Body(said): Body<wire::SignUp>,
) -> Answer<(StatusCode, Json<wire::Account>)> {
    let said = accounts::SignUp {
        email: said.email,
        password: said.password.into_secret(),
        name: said.name,
        nickname: said.nickname,
        birthdate: said.birthdate,
    };
    Ok((StatusCode::CREATED, Json(account(app.office.sign_up(said).await?))))
}

/// Signs in.
#[utoipa::path(
    post, path = "/v1/sessions", operation_id = "sign_in", tag = "accounts", security(()),
    request_body = wire::SignIn,
    responses(
        (status = 201, description = "a session", body = wire::Session),
        (status = 401, description = "unauthenticated: no such account, or not its password"),
        (status = 429, description = "too-many-requests: as many attempts as one address may make"),
    )
)]
async fn sign_in(
    State(app): State<App>,
    Body(wire::SignIn { email, password }): Body<wire::SignIn>,
) -> Answer<(StatusCode, Json<wire::Session>)> {
    let signed_in = app.office.sign_in(&email, &password.into_secret()).await?;
    Ok((StatusCode::CREATED, Json(session(signed_in))))
}

/// Trades a refresh token for a new session. Used twice, it ends every session that came from it.
#[utoipa::path(
    post, path = "/v1/sessions/refresh", operation_id = "refresh", tag = "accounts", security(()),
    request_body = wire::Refresh,
    responses(
        (status = 200, description = "the next session", body = wire::Session),
        (status = 401, description = "unauthenticated: the token was used, has ended or is not ours"),
    )
)]
async fn refresh(
    State(app): State<App>,
    Body(wire::Refresh { refresh_token }): Body<wire::Refresh>,
) -> Answer<Json<wire::Session>> {
    Ok(Json(session(app.office.refresh(&refresh_token.into_secret()).await?)))
}

/// Signs out: the session's refresh token is no longer good.
#[utoipa::path(
    delete, path = "/v1/sessions/current", operation_id = "sign_out", tag = "accounts",
    responses((status = 204, description = "signed out"))
)]
async fn sign_out(State(app): State<App>, SignedIn(caller): SignedIn) -> Answer<StatusCode> {
    app.office.sign_out(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows the caller's own account.
#[utoipa::path(
    get, path = "/v1/me", operation_id = "me", tag = "accounts",
    responses((status = 200, description = "the account", body = wire::Account))
)]
async fn me(State(app): State<App>, SignedIn(caller): SignedIn) -> Answer<Json<wire::Account>> {
    Ok(Json(account(app.office.me(&caller).await?)))
}

/// Gives an account another role; administrators only.
#[utoipa::path(
    put, path = "/v1/accounts/{id}/role", operation_id = "set_role", tag = "accounts",
    request_body = wire::RoleChange,
    responses(
        (status = 200, description = "the account", body = wire::Account),
        (status = 403, description = "forbidden"),
        (status = 409, description = "conflict: a synthetic buyer stays one"),
    )
)]
async fn set_role(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<AccountId>,
    Body(wire::RoleChange { role }): Body<wire::RoleChange>,
) -> Answer<Json<wire::Account>> {
    let role = word("role", Role::from_name(role.as_str()), wire::Role::WORDS)?;
    Ok(Json(account(app.office.set_role(&caller, id, role).await?)))
}
