//! Accounts and sessions.

use reqwest::Method;
use ticketing_wire::accounts::{
    Account, NewSyntheticBuyers, Refresh, Role, RoleChange, Session, SignIn, SignUp,
    SyntheticBuyers,
};
use ticketing_wire::secrets::{AccessToken, RefreshToken};
use uuid::Uuid;

use crate::call::Call;

/// Signs up; the account is a buyer's.
pub fn sign_up(account: &SignUp) -> Call<Account> {
    Call::json(Method::POST, "/v1/accounts".to_owned()).body(account)
}

/// Signs in.
pub fn sign_in(who: &SignIn) -> Call<Session> {
    Call::json(Method::POST, "/v1/sessions".to_owned()).body(who)
}

/// Trades a refresh token for a new session.
pub fn refresh(token: &RefreshToken) -> Call<Session> {
    Call::json(Method::POST, "/v1/sessions/refresh".to_owned())
        .body(&Refresh { refresh_token: token.clone() })
}

/// Ends the session.
pub fn sign_out(token: &AccessToken) -> Call<()> {
    Call::empty(Method::DELETE, "/v1/sessions/current".to_owned()).signed_in(token)
}

/// Who am I?
pub fn me(token: &AccessToken) -> Call<Account> {
    Call::json(Method::GET, "/v1/me".to_owned()).signed_in(token)
}

/// Gives an account another role; for administrators.
pub fn set_role(token: &AccessToken, account: Uuid, role: &Role) -> Call<Account> {
    Call::json(Method::PUT, format!("/v1/accounts/{account}/role"))
        .signed_in(token)
        .body(&RoleChange { role: role.clone() })
}

/// Creates buyers for a load test; for administrators, where the server allows it.
pub fn create_synthetic_buyers(token: &AccessToken, count: u32) -> Call<SyntheticBuyers> {
    Call::json(Method::POST, "/v1/synthetic-buyers".to_owned())
        .signed_in(token)
        .body(&NewSyntheticBuyers { count })
}
