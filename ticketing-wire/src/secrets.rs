//! What must not be printed: proofs that travel in headers and bodies, and passwords. Each has a
//! type of its own, so that a place cannot be shown where a pass is asked for.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! secrets {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SecretString);

        impl $name {
            /// The text, for a header or a private file.
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }

            /// As a secret of any kind.
            pub fn into_secret(self) -> SecretString {
                self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<SecretString> for $name {
            fn from(text: SecretString) -> Self {
                Self(text)
            }
        }

        /// Onto the wire, where it belongs; nothing else serialises it.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.expose())
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let format = SchemaFormat::KnownFormat(KnownFormat::Password);
                ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

secrets! {
    /// Says who is asking. Short-lived.
    AccessToken;
    /// Buys one new session.
    RefreshToken;
    /// A buyer's position in a line.
    PlaceToken;
    /// Admission from the line to seat selection.
    PassToken;
    /// Permission to charge, from the payment window.
    PaymentToken;
    /// What a person signs in with.
    Password;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_does_not_print_itself() {
        let token = PassToken::from("hush".to_owned());
        assert!(!format!("{token:?}").contains("hush"));
    }
}
