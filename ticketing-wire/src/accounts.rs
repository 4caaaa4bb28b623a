//! Accounts and sessions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Time;
use crate::secrets::{AccessToken, Password, RefreshToken};

/// The most synthetic buyers of one request.
pub const SYNTHETIC_BUYERS_MAX: usize = 10_000;

words! {
    /// What an account may do.
    Role {
        /// Buys.
        Buyer = "buyer",
        /// Sells what is its own.
        Organizer = "organizer",
        /// May do what an organizer may, on anything, and gives roles.
        Administrator = "administrator",
    }
}

/// What a person says to sign up. Texts are trimmed and normalised (NFC); names have no control
/// characters.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "email": "ada@example.org", "password": "a long password", "name": "Ada Lovelace",
    "nickname": "ada", "birthdate": "2001-02-03",
}))]
pub struct SignUp {
    /// Where to reach the person, and the name to sign in with; unique without regard to case.
    #[schema(max_length = 254)]
    pub email: String,
    /// 8 to 128 characters, no composition rule.
    pub password: Password,
    /// The person's name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Shown to others; unique without regard to case, width and invisible characters.
    #[schema(min_length = 1, max_length = 200)]
    pub nickname: String,
    /// A calendar date in the past.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub birthdate: Option<String>,
}

/// What a person says to sign in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.org", "password": "a long password"}))]
pub struct SignIn {
    /// The address of the account.
    pub email: String,
    /// Its password.
    pub password: Password,
}

/// Trades a refresh token for a new session.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "kQ3v.."}))]
pub struct Refresh {
    /// Good once.
    pub refresh_token: RefreshToken,
}

/// Another role for an account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "organizer"}))]
pub struct RoleChange {
    /// The role that it gets.
    pub role: Role,
}

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "0190f4a2-0000-7000-8000-000000000001", "email": "ada@example.org",
    "name": "Ada Lovelace", "nickname": "ada", "birthdate": "2001-02-03", "role": "buyer",
    "synthetic": false, "created_at": "2026-05-01T10:00:00.000Z",
}))]
pub struct Account {
    /// The account.
    pub id: Uuid,
    /// As it was given.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Shown to others.
    pub nickname: String,
    /// A calendar date.
    #[serde(default)]
    pub birthdate: Option<String>,
    /// What it may do.
    pub role: Role,
    /// Made for a load test: it has no password.
    #[serde(default)]
    pub synthetic: bool,
    /// When it was made.
    pub created_at: Time,
}

/// A session's tokens.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJ0eXAi..", "expires_in": 900, "refresh_token": "kQ3v..",
}))]
pub struct Session {
    /// For every request: `Authorization: Bearer <access token>`.
    pub access_token: AccessToken,
    /// Seconds that the access token lives.
    pub expires_in: u32,
    /// Good once, for the next session.
    pub refresh_token: RefreshToken,
}

/// How many buyers to make for a load test.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"count": 100}))]
pub struct NewSyntheticBuyers {
    /// 1 to 10,000.
    #[schema(minimum = 1, maximum = 10_000)]
    pub count: u32,
}

/// A buyer that exists for load tests only.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SyntheticBuyer {
    /// The account.
    pub account_id: Uuid,
    /// Its only way in.
    pub access_token: AccessToken,
}

/// The buyers that were made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"items": [{
    "account_id": "0190f4a2-0000-7000-8000-000000000001", "access_token": "eyJ0eXAi..",
}]}))]
pub struct SyntheticBuyers {
    /// As many as were asked for.
    pub items: Vec<SyntheticBuyer>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_of_a_newer_server_is_kept_as_it_is() {
        let role: Role = serde_json::from_str("\"auditor\"").unwrap();
        assert_eq!(role, Role::Other("auditor".to_owned()));
        assert_eq!(serde_json::to_string(&role).unwrap(), "\"auditor\"");
    }

    #[test]
    fn fields_of_a_newer_server_are_ignored_and_those_of_a_newer_client_are_not() {
        let session = r#"{"access_token":"a","expires_in":900,"refresh_token":"r","new":1}"#;
        assert_eq!(serde_json::from_str::<Session>(session).unwrap().expires_in, 900);
        assert!(serde_json::from_str::<RoleChange>(r#"{"role":"buyer","new":1}"#).is_err());
    }
}
