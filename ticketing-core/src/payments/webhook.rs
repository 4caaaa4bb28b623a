//! What the provider tells us by itself (Standard Webhooks): believed only after the signature, and
//! even then only that it is time to ask.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use standardwebhooks::Webhook;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::PaymentId;

/// How far a notice's time may be from ours, either way.
const TOLERANCE_MS: i64 = 5 * 60_000;
/// While a secret is replaced two are good.
const SECRETS_MAX: usize = 2;
/// The longest id of a notice.
const ID_MAX: usize = 256;

/// The secrets that the provider signs with.
pub struct WebhookSecrets(Vec<Webhook>);

impl fmt::Debug for WebhookSecrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} webhook secrets", self.0.len())
    }
}

/// A webhook as it came.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`, in seconds.
    pub timestamp: &'a str,
    /// `webhook-signature`.
    pub signature: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// What a true webhook says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The provider's name of it: the same for each delivery of the same notice.
    pub id: String,
    /// About which of our payments, where it is about one.
    pub payment: Option<PaymentId>,
    /// The provider asks whether it may charge this much, in minor units.
    pub may_charge: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Data {
    payment_id: Option<String>,
    total_amount: Option<i64>,
}

impl WebhookSecrets {
    /// One or two, in base64, with or without `whsec_`.
    pub fn new(secrets: &[SecretString]) -> Result<Self> {
        let unusable = || Error::field("secrets", "one or two in base64, such as whsec_..");
        if secrets.is_empty() || secrets.len() > SECRETS_MAX {
            return Err(unusable());
        }
        let read = secrets.iter().map(|secret| Webhook::new(secret.expose_secret()));
        Ok(Self(read.collect::<std::result::Result<_, _>>().map_err(|_| unusable())?))
    }

    /// What it says, where it is signed by one of the secrets and is not old.
    pub fn read(&self, delivery: &Delivery<'_>, now: Timestamp) -> Option<Notice> {
        let seconds: i64 = delivery.timestamp.parse().ok()?;
        let age_ms = now.as_millis().saturating_sub(seconds.saturating_mul(1_000));
        if age_ms.abs() > TOLERANCE_MS || !(1..=ID_MAX).contains(&delivery.id.len()) {
            return None;
        }
        let good = |secret: &Webhook| {
            let expected = secret.sign(delivery.id, seconds, delivery.body);
            let given = delivery.signature.split(' ');
            expected.is_ok_and(|expected| given.into_iter().any(|one| same(one, &expected)))
        };
        self.0.iter().any(good).then_some(())?;
        // What a later version of the provider says otherwise is a notice about nothing.
        let Body { kind, data } = serde_json::from_slice(delivery.body).unwrap_or_default();
        let may_charge = data.total_amount.filter(|_| kind == "Transaction.Confirm");
        let payment = data.payment_id.and_then(|payment| payment.parse().ok());
        Some(Notice { id: delivery.id.to_owned(), payment, may_charge })
    }
}

/// Compared in the same time wherever they differ.
fn same(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    one.len() == other.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;
    const TOLD: Delivery<'_> = Delivery {
        id: "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        timestamp: "1649367553",
        signature: "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        body: BODY,
    };
    const NOW: Timestamp = Timestamp::from_millis(1_649_367_553_000);

    fn secrets(texts: &[&str]) -> WebhookSecrets {
        let texts: Vec<SecretString> = texts.iter().map(|text| (*text).into()).collect();
        WebhookSecrets::new(&texts).expect("secrets")
    }

    fn known() -> WebhookSecrets {
        secrets(&["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])
    }

    #[test]
    fn only_what_was_signed_lately_by_a_known_secret_is_read() {
        assert!(known().read(&TOLD, NOW).is_some());
        let rotated = secrets(&["AAAA", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]);
        let several = format!("v1,AAAA v2,x {}", TOLD.signature);
        assert!(rotated.read(&Delivery { signature: &several, ..TOLD }, NOW).is_some());
        assert!(secrets(&["AAAA"]).read(&TOLD, NOW).is_none());
        assert!(known().read(&Delivery { body: b"{}", ..TOLD }, NOW).is_none());
        assert!(known().read(&Delivery { id: "msg_other", ..TOLD }, NOW).is_none());
        assert!(known().read(&Delivery { timestamp: "1649367554", ..TOLD }, NOW).is_none());
        assert!(known().read(&Delivery { signature: "", ..TOLD }, NOW).is_none());
        for late in [-301, 301] {
            assert!(known().read(&TOLD, NOW.plus_millis(late * 1_000)).is_none());
        }
    }

    #[test]
    fn a_notice_of_a_later_version_is_one_about_nothing() {
        let body = br#"{"type":"Something.New","data":{"paymentId":7}}"#;
        let secret = Webhook::new("AAAA").expect("a secret");
        let signature = secret.sign("id", 1_649_367_553, body).expect("signs");
        let told = Delivery { id: "id", signature: &signature, body, ..TOLD };
        let notice = secrets(&["AAAA"]).read(&told, NOW).expect("it is signed");
        assert_eq!((notice.payment, notice.may_charge), (None, None));
    }

    #[test]
    fn no_secret_and_more_than_two_are_refused() {
        for texts in [&[][..], &["AAAA", "AAAA", "AAAA"], &["no base64!"]] {
            let texts: Vec<SecretString> = texts.iter().map(|text| (*text).into()).collect();
            assert!(WebhookSecrets::new(&texts).is_err());
        }
    }
}
