//! PortOne V2 over HTTP; the sandbox gateway speaks the same protocol.

mod answers;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use self::answers::{Cancelled, Listing, Payment};
use super::{
    Confirmation, Fact, Movements, PaymentWindow, PreRegistration, Provider, ProviderError,
    Refunding, Reversal, Storefront,
};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::PaymentId;
use crate::money::PayMethod;

/// How long a capture or a refund may take before its state is called unknown. The provider goes on after we
/// hang up, so a short time-out would only make more unknowns.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(60);
/// How long every other call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer that is read; a payment is a few kilobytes.
const ANSWER_MAX_BYTES: usize = 1024 * 1024;
/// How many movements a page of the listing has.
const LISTING_SIZE: usize = 100;
/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Where the provider is and what opens it.
#[derive(Clone, Debug)]
pub struct PortOneSettings {
    /// `https://api.portone.io`, or a sandbox gateway.
    pub base_url: String,
    /// The API secret.
    pub secret: SecretString,
    /// Which payments count: those of the other channel give no tickets and go back.
    pub channel: Channel,
    /// What opens `PortOne`'s payment window in a browser; without it the window is a page of the
    /// sandbox gateway.
    pub storefront: Option<Storefront>,
    /// Where a buyer's browser finds that page, if not where the server finds the gateway.
    pub window_url: Option<String>,
}

/// Through which of the provider's channels money is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channel {
    /// Real money. The sandbox gateway calls its channel this, too.
    #[default]
    Live,
    /// The provider's own test channel.
    Test,
}

impl Channel {
    const fn name(self) -> &'static str {
        match self {
            Self::Live => "LIVE",
            Self::Test => "TEST",
        }
    }
}

/// The client of PortOne V2.
pub struct PortOne {
    http: reqwest::Client,
    settings: PortOneSettings,
}

impl PortOneSettings {
    /// Of a shop that takes real money.
    pub fn live(base_url: impl Into<String>, secret: SecretString) -> Self {
        Self {
            base_url: base_url.into(),
            secret,
            channel: Channel::Live,
            storefront: None,
            window_url: None,
        }
    }
}

impl PortOne {
    /// A client; nothing is sent yet.
    pub fn new(mut settings: PortOneSettings) -> Result<Self> {
        // The one TLS stack of the process; a second call finds it installed and changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .no_proxy()
            .no_gzip()
            .no_zstd()
            .build()
            .map_err(Error::internal)?;
        settings.base_url.truncate(settings.base_url.trim_end_matches('/').len());
        Ok(Self { http, settings })
    }

    /// Whether somebody answers there at all, whatever the answer is.
    pub async fn reachable(&self) -> Result<()> {
        let anything = self.call(Method::GET, "/payments/none", None).send().await;
        anything.map(drop).map_err(|error| Error::Unavailable(error.without_url().to_string()))
    }

    fn call(&self, method: Method, path: &str, key: Option<&str>) -> RequestBuilder {
        let secret = self.settings.secret.expose_secret();
        let call = self
            .http
            .request(method, format!("{}{path}", self.settings.base_url))
            .header("Authorization", format!("PortOne {secret}"))
            .timeout(CALL_TIMEOUT);
        match key {
            Some(key) => call.header("Idempotency-Key", format!("\"{key}\"")),
            None => call,
        }
    }
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    message: Option<String>,
}

/// The answer's body, or what the provider refused; a server error and a broken connection are
/// unknown, because the effect may be there.
async fn answer(call: RequestBuilder) -> std::result::Result<Value, ProviderError> {
    let unknown = |error: reqwest::Error| ProviderError::Unknown(error.without_url().to_string());
    let mut response = call.send().await.map_err(unknown)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(unknown)? {
        if body.len() + part.len() > ANSWER_MAX_BYTES {
            return Err(ProviderError::Unknown("the provider's answer has no end".into()));
        }
        body.extend_from_slice(&part);
    }
    if status.is_success() {
        return Ok(serde_json::from_slice(&body).unwrap_or(Value::Null));
    }
    let refusal: Option<Refusal> = serde_json::from_slice(&body).ok();
    match refusal {
        Some(Refusal { kind, message }) if is_definite(status, &kind) => {
            let message = message.unwrap_or_default();
            Err(match kind.as_str() {
                "MAX_CANCEL_COUNT_REACHED" => ProviderError::Impossible { kind, message },
                _ => ProviderError::Refused { kind, message },
            })
        }
        _ => Err(ProviderError::Unknown(format!("status {status}"))),
    }
}

/// Whether a refusal says that this very call did nothing: only what the provider decided about the
/// payment itself. That it is busy, does not let us in or waits for our first call says nothing.
fn is_definite(status: StatusCode, kind: &str) -> bool {
    const ABOUT_US: [&str; 4] =
        ["IDEMPOTENCY_OUTSTANDING_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "TOO_MANY_REQUESTS"];
    let about_the_payment =
        matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::CONFLICT);
    (about_the_payment && !ABOUT_US.contains(&kind)) || kind == "PG_PROVIDER"
}

#[async_trait]
impl Provider for PortOne {
    async fn pre_register(
        &self,
        registration: PreRegistration,
    ) -> std::result::Result<(), ProviderError> {
        let PreRegistration { payment, total, order, performance } = registration;
        let body = json!({
            "totalAmount": total.amount,
            "currency": total.currency.code(),
            "customData": { "order_id": order, "performance_id": performance },
        });
        let path = format!("/payments/{payment}/pre-register");
        let key = format!("register-{payment}");
        answer(self.call(Method::POST, &path, Some(&key)).json(&body)).await.map(drop)
    }

    async fn confirm(&self, confirmation: Confirmation) -> std::result::Result<(), ProviderError> {
        let Confirmation { payment, token, total } = confirmation;
        let body = json!({
            "paymentToken": token,
            "totalAmount": total.amount,
            "currency": total.currency.code(),
            "isTest": self.settings.channel == Channel::Test,
        });
        let path = format!("/payments/{payment}/confirm");
        let key = format!("confirm-{payment}");
        let call = self.call(Method::POST, &path, Some(&key)).timeout(CONFIRM_TIMEOUT);
        answer(call.json(&body)).await.map(drop)
    }

    async fn payment(
        &self,
        payment: PaymentId,
    ) -> std::result::Result<Option<Fact>, ProviderError> {
        let path = format!("/payments/{payment}");
        let body = match answer(self.call(Method::GET, &path, None)).await {
            Err(ProviderError::Refused { kind, .. }) if kind == "PAYMENT_NOT_FOUND" => {
                return Ok(None);
            }
            body => body?,
        };
        let unreadable = |why: String| ProviderError::Unknown(format!("unreadable answer: {why}"));
        let found: Payment =
            serde_json::from_value(body).map_err(|error| unreadable(error.to_string()))?;
        let currency = found.currency.clone();
        let fact = found.fact(payment, self.settings.channel);
        fact.map(Some).ok_or_else(|| unreadable(format!("currency {currency:?}")))
    }

    async fn cancel(&self, refunding: Refunding) -> std::result::Result<Reversal, ProviderError> {
        let Refunding { payment, key, amount, cancellable, reason } = refunding;
        let body = json!({
            "reason": reason,
            "amount": amount.amount,
            "currentCancellableAmount": cancellable,
            "requester": "ADMIN",
        });
        let path = format!("/payments/{payment}/cancel");
        let call = self.call(Method::POST, &path, Some(&key)).timeout(CONFIRM_TIMEOUT);
        let answer: Cancelled = serde_json::from_value(answer(call.json(&body)).await?)
            .map_err(|error| ProviderError::Unknown(format!("unreadable answer: {error}")))?;
        let status = answer.cancellation.state().ok_or_else(|| {
            let word = &answer.cancellation.status;
            ProviderError::Unknown(format!("a cancellation that is {word:?}"))
        })?;
        let id = Some(answer.cancellation.id).filter(|id| !id.is_empty());
        Ok(Reversal { id, status })
    }

    async fn movements(
        &self,
        since: Timestamp,
        after: Option<&str>,
    ) -> std::result::Result<Movements, ProviderError> {
        let question = json!({ "from": since, "cursor": after, "size": LISTING_SIZE });
        let call = self.call(Method::GET, "/payment-events-by-cursor", None);
        let listing = answer(call.query(&[("requestBody", question.to_string())])).await?;
        let listing: Listing = serde_json::from_value(listing)
            .map_err(|error| ProviderError::Unknown(format!("unreadable answer: {error}")))?;
        Ok(listing.movements(LISTING_SIZE))
    }

    fn window(&self, payment: PaymentId, methods: &[PayMethod]) -> Option<PaymentWindow> {
        if let Some(storefront) = &self.settings.storefront {
            return Some(PaymentWindow::PortOne(storefront.clone()));
        }
        let base_url = self.settings.window_url.as_ref().unwrap_or(&self.settings.base_url);
        let page = format!("{}/checkout/{payment}", base_url.trim_end_matches('/'));
        let methods: Vec<&str> = methods.iter().map(|method| method.name()).collect();
        let url = match &methods[..] {
            [] => page,
            methods => format!("{page}?methods={}", methods.join(",")),
        };
        Some(PaymentWindow::Page { url })
    }
}

#[cfg(test)]
mod tests;
