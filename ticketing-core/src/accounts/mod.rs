//! Who is who: accounts, roles, passwords, sessions.

mod access;
mod contract;
pub(crate) mod memory;
mod password;
#[cfg(feature = "services")]
pub(crate) mod postgres;

use serde::{Deserialize, Serialize};

pub(crate) use self::access::AccessTokens;
pub use self::access::{ACCESS_TOKEN_SECONDS, Caller};
pub(crate) use self::contract::{Accounts, Credentials, RefreshToken, Rotation};
pub(crate) use self::password::Passwords;
use crate::clock::Timestamp;
use crate::error::{FieldErrors, Result};
use crate::id::AccountId;

/// The shortest password.
pub const PASSWORD_MIN: usize = 8;
/// The longest password: hashing a longer one would be work for the asking.
pub const PASSWORD_MAX: usize = 128;
/// The longest name or nickname.
pub const NAME_MAX: usize = 50;
/// The longest e-mail address.
pub const EMAIL_MAX: usize = 254;
/// How long a refresh token can be used.
pub const REFRESH_SECONDS: u32 = 14 * 24 * 3600;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Buys.
    Buyer,
    /// Sells what it owns.
    Organizer,
    /// May do what an organizer may, on anything, and gives roles.
    Administrator,
}

impl Role {
    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Organizer => "organizer",
            Self::Administrator => "administrator",
        }
    }

    /// From the word.
    #[cfg(feature = "services")]
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Buyer, Self::Organizer, Self::Administrator]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// As it was given; unique without regard to case.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Shown to others; unique.
    pub nickname: String,
    /// A calendar date, `2001-02-03`.
    pub birthdate: Option<String>,
    /// What it may do.
    pub role: Role,
    /// Made for a load test: no password.
    pub synthetic: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a person says to sign up.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// Where to reach the person.
    pub email: String,
    /// 8 to 128 characters, no composition rule.
    pub password: secrecy::SecretString,
    /// The person's name.
    pub name: String,
    /// Shown to others.
    pub nickname: String,
    /// A calendar date, `2001-02-03`.
    #[serde(default)]
    pub birthdate: Option<String>,
}

impl SignUp {
    pub(crate) fn check(&self, now: Timestamp) -> Result<()> {
        use secrecy::ExposeSecret;
        let mut errors = FieldErrors::default();
        let message = "an address such as ada@example.org";
        errors.require(is_email(&self.email), "email", message);
        let password = self.password.expose_secret().chars().count();
        let fits = (PASSWORD_MIN..=PASSWORD_MAX).contains(&password);
        errors.require(fits, "password", "8 to 128 characters");
        errors.require(is_name(&self.name), "name", "1 to 50 characters");
        errors.require(is_name(&self.nickname), "nickname", "1 to 50 characters");
        let birthdate = self.birthdate.as_deref().is_none_or(|date| is_past_date(date, now));
        errors.require(birthdate, "birthdate", "a past date such as 2001-02-03");
        errors.finish()
    }
}

fn is_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.trim().chars().count()) && !name.chars().any(char::is_control)
}

fn is_email(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let plain = |text: &str| !text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@');
    let domain_fits = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
    email.len() <= EMAIL_MAX && !local.is_empty() && plain(local) && plain(domain) && domain_fits
}

fn is_past_date(date: &str, now: Timestamp) -> bool {
    let Ok(date) = date.parse::<jiff::civil::Date>() else { return false };
    let Ok(now) = jiff::Timestamp::from_millisecond(now.as_millis()) else { return false };
    date <= jiff::tz::Offset::UTC.to_datetime(now).date()
}

/// A signed-in session.
#[derive(Debug)]
pub struct Session {
    /// For the `Authorization` header.
    pub access_token: String,
    /// How long it is good for.
    pub expires_in: u32,
    /// Good once, for a new session.
    pub refresh_token: secrecy::SecretString,
}
