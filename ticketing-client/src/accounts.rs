//! Accounts and sessions.

use std::fmt;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::call::Call;
use crate::secrets::{AccessToken, RefreshToken};

/// Synthetic buyers that one call may create.
pub const MAX_SYNTHETIC_BUYERS: usize = 10_000;

/// What signing up asks for.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Also the name to sign in with.
    pub email: String,
    /// 8 to 128 characters.
    pub password: SecretString,
    /// 1 to 50 characters.
    pub name: String,
    /// 1 to 50 characters, unique.
    pub nickname: String,
    /// `YYYY-MM-DD`.
    pub birthdate: String,
}

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account.
    pub id: Uuid,
    /// Where to write to.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Shown to others.
    pub nickname: String,
    /// What it may do.
    pub role: Role,
}

/// What an account may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Buys.
    Buyer,
    /// Sells what is its own.
    Organizer,
    /// May do what an organizer may, on anything.
    Administrator,
    /// A role that this client does not know.
    #[serde(untagged)]
    Other(String),
}

/// A session's tokens.
#[derive(Debug, Clone, Deserialize)]
pub struct Session {
    /// For every call.
    pub access_token: AccessToken,
    /// Seconds that the access token lives.
    pub expires_in: u64,
    /// For the next session, once.
    pub refresh_token: RefreshToken,
}

/// A buyer that exists for load tests only.
#[derive(Debug, Clone, Deserialize)]
pub struct SyntheticBuyer {
    /// The account.
    pub account_id: Uuid,
    /// Its only way in.
    pub access_token: AccessToken,
}

/// The answer to [`create_synthetic_buyers`].
#[derive(Debug, Clone, Deserialize)]
pub struct SyntheticBuyers {
    /// As many as were asked for.
    pub items: Vec<SyntheticBuyer>,
}

/// Signs up; the account is a buyer's.
pub fn sign_up(account: &NewAccount) -> Call<Account> {
    Call::json(Method::POST, "/v1/accounts".to_owned()).body(&json!({
        "email": account.email,
        "password": account.password.expose_secret(),
        "name": account.name,
        "nickname": account.nickname,
        "birthdate": account.birthdate,
    }))
}

/// Signs in.
pub fn sign_in(email: &str, password: &SecretString) -> Call<Session> {
    Call::json(Method::POST, "/v1/sessions".to_owned())
        .body(&json!({"email": email, "password": password.expose_secret()}))
}

/// Trades a refresh token for a new session.
pub fn refresh(token: &RefreshToken) -> Call<Session> {
    Call::json(Method::POST, "/v1/sessions/refresh".to_owned())
        .body(&json!({"refresh_token": token.expose()}))
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
pub fn set_role(token: &AccessToken, account: Uuid, role: &Role) -> Call<()> {
    Call::empty(Method::PUT, format!("/v1/accounts/{account}/role"))
        .signed_in(token)
        .body(&json!({"role": role}))
}

/// Creates buyers for a load test; for administrators, where the server allows it.
pub fn create_synthetic_buyers(token: &AccessToken, count: usize) -> Call<SyntheticBuyers> {
    Call::json(Method::POST, "/v1/synthetic-buyers".to_owned())
        .signed_in(token)
        .body(&json!({"count": count}))
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Buyer => "buyer",
            Self::Organizer => "organizer",
            Self::Administrator => "administrator",
            Self::Other(name) => name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_of_a_newer_server_is_kept_as_it_is() {
        let role: Role = serde_json::from_str("\"auditor\"").unwrap();
        assert_eq!(role, Role::Other("auditor".to_owned()));
        assert_eq!(role.to_string(), "auditor");
    }

    #[test]
    fn fields_of_a_newer_server_are_ignored() {
        let session = r#"{"access_token":"a","expires_in":900,"refresh_token":"r","new":1}"#;
        assert_eq!(serde_json::from_str::<Session>(session).unwrap().expires_in, 900);
    }
}
