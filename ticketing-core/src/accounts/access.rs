use dashmap::DashMap;
use foldhash::fast::RandomState;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::AccountId;
use crate::signing::SigningKey;

/// How long an access token is good for.
pub const ACCESS_TOKEN_SECONDS: u32 = 15 * 60;

/// How long that of a synthetic buyer is: it has no password to renew it with, and a load test may last
/// for a day.
pub(crate) const SYNTHETIC_TOKEN_SECONDS: u32 = 24 * 3600;
const ISSUER: &str = "ticketing";
const AUDIENCE: &str = "ticketing-api";

/// The proof of who is asking. Only a valid access token makes one, or the link of an order for what is
/// asked about that order.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    account: AccountId,
    session: Uuid,
}

impl Caller {
    /// The buyer of an order, by its link; of no session.
    pub(crate) const fn by_link(account: AccountId) -> Self {
        Self { account, session: Uuid::nil() }
    }

    /// Whose token it was.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    pub(crate) const fn session(&self) -> Uuid {
        self.session
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: AccountId,
    sid: Uuid,
    iat: i64,
    exp: i64,
}

/// How many tokens are known before those that have ended, or all, are forgotten.
const KNOWN_MAX: usize = 100_000;

/// What a token said that was checked before.
#[derive(Clone, Copy)]
struct Known {
    caller: Caller,
    expires_at: Timestamp,
}

/// Makes and reads access tokens: HS256 and nothing else. A token that comes again, as a poll's
/// does, is recognised to the letter; only its end is looked at anew.
pub(crate) struct AccessTokens {
    /// Nobody but us chooses what stands here, so the hash is a fast one.
    known: DashMap<Box<str>, Known, RandomState>,
    key_id: String,
    encoding: EncodingKey,
    /// By the name of the key.
    decoding: Vec<(String, DecodingKey)>,
    validation: Validation,
}

impl AccessTokens {
    pub(crate) fn new(key: &SigningKey) -> Self {
        let decoding =
            key.all().map(|key| (key.id(), DecodingKey::from_secret(&key.subkey("access token"))));
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        // The crate would ask its own clock; `exp` is checked below with `now`.
        validation.validate_exp = false;
        Self {
            known: DashMap::default(),
            key_id: key.id(),
            encoding: EncodingKey::from_secret(&key.subkey("access token")),
            decoding: decoding.collect(),
            validation,
        }
    }

    pub(crate) fn mint(
        &self,
        account: AccountId,
        session: Uuid,
        now: Timestamp,
        seconds: u32,
    ) -> Result<String> {
        let issued = now.as_millis() / 1000;
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: account,
            sid: session,
            iat: issued,
            exp: issued + i64::from(seconds),
        };
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &self.encoding).map_err(Error::internal)
    }

    pub(crate) fn read(&self, token: &str, now: Timestamp) -> Result<Caller> {
        if let Some(known) = self.known.get(token) {
            return known.now(now);
        }
        let claims = self.claims(token).ok_or(Error::Unauthenticated)?;
        let caller = Caller { account: claims.sub, session: claims.sid };
        let expires_at = Timestamp::from_millis(claims.exp.saturating_mul(1000));
        let read = Known { caller, expires_at }.now(now)?;
        if self.known.len() >= KNOWN_MAX {
            self.known.retain(|_, known| now.is_before(known.expires_at));
            if self.known.len() >= KNOWN_MAX {
                self.known.clear();
            }
        }
        self.known.insert(token.into(), Known { caller, expires_at });
        Ok(read)
    }

    /// By the key that the token names; a token that names none may be any key's.
    fn claims(&self, token: &str) -> Option<Claims> {
        let named = jsonwebtoken::decode_header(token).ok()?.kid;
        let keys = self.decoding.iter().filter(|(id, _)| named.as_ref().is_none_or(|n| n == id));
        let mut read =
            keys.map(|(_, key)| jsonwebtoken::decode::<Claims>(token, key, &self.validation));
        read.find_map(|read| Some(read.ok()?.claims))
    }
}

impl Known {
    fn now(self, now: Timestamp) -> Result<Caller> {
        if now.is_before(self.expires_at) { Ok(self.caller) } else { Err(Error::Unauthenticated) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_777_629_600_000);

    fn tokens(key: u8) -> AccessTokens {
        AccessTokens::new(&SigningKey::new([key; 32]))
    }

    #[test]
    fn a_token_names_its_account_until_it_expires() {
        let account = AccountId::from(Uuid::from_u128(1));
        let token = tokens(1).mint(account, Uuid::nil(), NOW, ACCESS_TOKEN_SECONDS).expect("mints");
        assert_eq!(tokens(1).read(&token, NOW).expect("reads").account(), account);
        let expiry = NOW.plus_seconds(ACCESS_TOKEN_SECONDS);
        assert!(tokens(1).read(&token, expiry.plus_millis(-1)).is_ok());
        assert!(tokens(1).read(&token, expiry).is_err());
        assert!(tokens(2).read(&token, NOW).is_err());
    }

    #[test]
    fn a_token_that_is_known_ends_all_the_same_and_lends_its_name_to_no_other() {
        let tokens = tokens(1);
        let account = AccountId::from(Uuid::from_u128(1));
        let token = tokens.mint(account, Uuid::nil(), NOW, ACCESS_TOKEN_SECONDS).expect("mints");
        let expiry = NOW.plus_seconds(ACCESS_TOKEN_SECONDS);
        for _ in 0..2 {
            assert_eq!(tokens.read(&token, NOW).expect("reads").account(), account);
        }
        assert!(tokens.read(&token, expiry).is_err());
        assert!(tokens.read(&token[..token.len() - 1], NOW).is_err());
        let other = AccountId::from(Uuid::from_u128(2));
        let other_token =
            tokens.mint(other, Uuid::nil(), NOW, ACCESS_TOKEN_SECONDS).expect("mints");
        assert_eq!(tokens.read(&other_token, NOW).expect("reads").account(), other);
    }

    #[test]
    fn a_token_of_an_older_key_is_good_as_long_as_the_key_is_kept() {
        let account = AccountId::from(Uuid::from_u128(1));
        let token = tokens(1).mint(account, Uuid::nil(), NOW, ACCESS_TOKEN_SECONDS).expect("mints");
        let kept = SigningKey::new([2; 32]).accepting(vec![SigningKey::new([1; 32])]);
        let kept = AccessTokens::new(&kept);
        assert_eq!(kept.read(&token, NOW).expect("reads").account(), account);
        let new = kept.mint(account, Uuid::nil(), NOW, ACCESS_TOKEN_SECONDS).expect("mints");
        assert!(tokens(2).read(&new, NOW).is_ok() && tokens(1).read(&new, NOW).is_err());
    }

    #[test]
    fn another_algorithm_issuer_or_audience_is_refused() {
        let tokens = tokens(1);
        let mint = |algorithm, iss: &str, aud: &str| {
            let claims = Claims {
                iss: iss.into(),
                aud: aud.into(),
                sub: Uuid::nil().into(),
                sid: Uuid::nil(),
                iat: 0,
                exp: i64::MAX / 2000,
            };
            jsonwebtoken::encode(&Header::new(algorithm), &claims, &tokens.encoding).expect("mints")
        };
        assert!(tokens.read(&mint(Algorithm::HS256, ISSUER, AUDIENCE), NOW).is_ok());
        assert!(tokens.read(&mint(Algorithm::HS384, ISSUER, AUDIENCE), NOW).is_err());
        assert!(tokens.read(&mint(Algorithm::HS256, "somebody", AUDIENCE), NOW).is_err());
        assert!(tokens.read(&mint(Algorithm::HS256, ISSUER, "another api"), NOW).is_err());
        // {"alg":"none","typ":"JWT"}.{}.
        assert!(tokens.read("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30.", NOW).is_err());
    }
}
