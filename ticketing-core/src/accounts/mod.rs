//! Who is who: accounts, roles, passwords, sessions.

mod access;
mod contract;
pub(crate) mod memory;
mod password;
#[cfg(feature = "services")]
pub(crate) mod postgres;

pub use self::access::{ACCESS_TOKEN_SECONDS, Caller};
pub(crate) use self::access::{AccessTokens, SYNTHETIC_TOKEN_SECONDS};
pub(crate) use self::contract::{Accounts, Credentials, Known, RefreshToken, Rotation};
pub(crate) use self::password::Passwords;
use secrecy::ExposeSecret;

use crate::clock::Timestamp;
use crate::error::{Error, FieldErrors, Result};
use crate::id::AccountId;
use crate::text::{Email, Nickname, OneLine, Password};

/// The longest name.
pub const NAME_MAX: usize = 50;
/// How long a refresh token can be used.
pub const REFRESH_SECONDS: u32 = 14 * 24 * 3600;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Buyer, Self::Organizer, Self::Administrator]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// As it was given; unique by [`crate::text::Email::key`].
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Shown to others; unique by [`crate::text::Nickname::skeleton`].
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
#[derive(Clone, Debug)]
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
    pub birthdate: Option<String>,
}

/// What a person said to sign up, checked.
pub(crate) struct CheckedSignUp {
    pub(crate) email: Email,
    pub(crate) password: Password,
    pub(crate) name: OneLine,
    pub(crate) nickname: Nickname,
    pub(crate) birthdate: Option<String>,
}

impl SignUp {
    /// Every bad field is named.
    pub(crate) fn check(self, now: Timestamp) -> Result<CheckedSignUp> {
        let mut errors = FieldErrors::default();
        let email = errors.text("email", Email::new(&self.email));
        let password = errors.text("password", Password::new(self.password.expose_secret()));
        let name = errors.text("name", OneLine::new(&self.name, 1..=NAME_MAX));
        let nickname = errors.text("nickname", Nickname::new(&self.nickname));
        let birthdate = self.birthdate.as_deref().is_none_or(|date| is_past_date(date, now));
        errors.require(birthdate, "birthdate", "a past date such as 2001-02-03");
        errors.finish()?;
        let (Some(email), Some(password), Some(name), Some(nickname)) =
            (email, password, name, nickname)
        else {
            return Err(Error::internal("a text without a flaw is there"));
        };
        Ok(CheckedSignUp { email, password, name, nickname, birthdate: self.birthdate })
    }
}

/// A full date of RFC 3339 that is not in the future.
fn is_past_date(date: &str, now: Timestamp) -> bool {
    let shape = date.bytes().zip(*b"0000-00-00").all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        shape => byte == shape,
    });
    if !shape || date.len() != 10 {
        return false;
    }
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
