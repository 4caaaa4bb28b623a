//! What the organizer and the administrator do while everybody buys, over HTTP as anybody.

use reqwest::Method;
use serde_json::{Value, json};

use crate::buyers::Buyer;

impl Buyer {
    /// Gives a payment back, or some of the seats that it was for; for administrators.
    pub(crate) async fn refund(&mut self, payment: &str, what: &Value) -> Option<()> {
        let key = self.key();
        let keyed = [("Idempotency-Key", key.as_str())];
        let path = format!("/v1/payments/{payment}/refund");
        self.ask(Method::POST, &path, &keyed, Some(what)).await.map(drop)
    }

    /// Gives back what the order of a payment was for, or what was kept of it; as its organizer.
    pub(crate) async fn give_back_for(&mut self, payment: &str, seats: &str) -> Option<()> {
        let (_, report) =
            self.ask(Method::GET, &format!("/v1/payments/{payment}"), &[], None).await?;
        let path = format!("/v1/orders/{}", report["order_id"].as_str()?);
        self.give_back(&path, seats, Some("it rains")).await
    }

    /// Gives one seat back that the payment was for, where its order still has one.
    pub(crate) async fn refund_a_seat(&mut self, payment: &str) -> Option<()> {
        let path = format!("/v1/payments/{payment}");
        let (_, report) = self.ask(Method::GET, &path, &[], None).await?;
        let seat = report["seats"].as_array()?.first()?;
        self.refund(payment, &json!({ "seats": [seat] })).await
    }

    /// Moves the doomed performance to then; as its organizer.
    pub(crate) async fn move_to(&mut self, starts_at: &str) -> Option<bool> {
        let path = format!("/v1/performances/{}", self.places.doomed);
        let change = json!({ "starts_at": starts_at });
        let (status, _) = self.ask(Method::PATCH, &path, &[], Some(&change)).await?;
        Some(status.is_success())
    }

    /// Cancels the doomed performance; as its organizer.
    pub(crate) async fn call_off(&mut self) -> Option<bool> {
        let path = format!("/v1/performances/{}", self.places.doomed);
        let (status, _) = self.ask(Method::DELETE, &path, &[], None).await?;
        Some(status.is_success())
    }
}
