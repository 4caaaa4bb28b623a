//! Proofs that travel in headers. Each has its own type, so that a place cannot be shown where a
//! pass is asked for, and none prints itself.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

macro_rules! token {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SecretString);

        impl $name {
            /// The token's text, for a header or a private file.
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(SecretString::from(text))
            }
        }
    };
}

token!(
    /// Says who is asking. Short-lived.
    AccessToken
);
token!(
    /// Buys one new [`AccessToken`].
    RefreshToken
);
token!(
    /// A buyer's position in a line.
    PlaceToken
);
token!(
    /// Admission from the line to seat selection.
    PassToken
);

/// Names one attempt, so that repeating it changes nothing. 16 to 64 ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A key from 128 random bits; whoever calls brings the randomness.
    pub fn from_random(bits: u128) -> Self {
        Self(format!("{bits:032x}"))
    }

    /// The key as it stands in the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_length_that_the_contract_asks_for() {
        assert_eq!(IdempotencyKey::from_random(7).as_str().len(), 32);
    }

    #[test]
    fn a_token_does_not_print_itself() {
        let token = PassToken::from("hush".to_owned());
        assert!(!format!("{token:?}").contains("hush"));
    }
}
