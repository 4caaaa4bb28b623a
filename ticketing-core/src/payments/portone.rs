//! PortOne V2 over HTTP; the sandbox gateway speaks the same protocol.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Confirmation, Fact, FactStatus, PreRegistration, Provider, ProviderError};
use crate::error::{Error, Result};
use crate::id::{PaymentId, RefundId};
use crate::money::{Currency, Money};

/// How long a capture may take before its state is called unknown. The provider goes on after we
/// hang up, so a short time-out would only make more unknowns.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(60);
/// How long every other call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer that is read; a payment is a few kilobytes.
const ANSWER_MAX_BYTES: usize = 1024 * 1024;
/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Where the provider is and what opens it.
#[derive(Clone, Debug)]
pub struct PortOneSettings {
    /// `https://api.portone.io`, or a sandbox gateway.
    pub base_url: String,
    /// The API secret.
    pub secret: SecretString,
}

/// The client of PortOne V2.
pub struct PortOne {
    http: reqwest::Client,
    settings: PortOneSettings,
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

#[derive(Deserialize)]
struct Payment {
    status: String,
    amount: Amount,
    currency: String,
}

#[derive(Deserialize)]
struct Amount {
    #[serde(default)]
    paid: i64,
    #[serde(default)]
    cancelled: i64,
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
        Some(refusal) if is_definite(status, &refusal.kind) => Err(ProviderError::Refused {
            kind: refusal.kind,
            message: refusal.message.unwrap_or_default(),
        }),
        _ => Err(ProviderError::Unknown(format!("status {status}"))),
    }
}

fn is_definite(status: StatusCode, kind: &str) -> bool {
    (status.is_client_error() && kind != "IDEMPOTENCY_OUTSTANDING_REQUEST") || kind == "PG_PROVIDER"
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
            "isTest": false,
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
        let code = found.currency.trim_start_matches("CURRENCY_");
        let currency = Currency::from_code(code)
            .ok_or_else(|| unreadable(format!("currency {:?}", found.currency)))?;
        let status = match found.status.as_str() {
            "READY" | "PAY_PENDING" => FactStatus::Ready,
            "PAID" => FactStatus::Paid,
            "FAILED" => FactStatus::Failed,
            "CANCELLED" | "PARTIAL_CANCELLED" => FactStatus::Cancelled,
            _ => FactStatus::Other,
        };
        let captured = Money::new(found.amount.paid, currency);
        Ok(Some(Fact { payment, status, captured, cancelled: found.amount.cancelled }))
    }

    async fn cancel(
        &self,
        payment: PaymentId,
        refund: RefundId,
        amount: Money,
    ) -> std::result::Result<(), ProviderError> {
        let body = json!({
            "reason": "refund",
            "amount": amount.amount,
            "currentCancellableAmount": amount.amount,
            "requester": "ADMIN",
        });
        let path = format!("/payments/{payment}/cancel");
        let key = format!("refund-{refund}");
        answer(self.call(Method::POST, &path, Some(&key)).json(&body)).await.map(drop)
    }

    fn checkout_url(&self, payment: PaymentId) -> Option<String> {
        Some(format!("{}/checkout/{payment}", self.settings.base_url))
    }
}
