use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use secrecy::SecretString;

use super::{
    Cancellation, CancellationStatus, Confirmation, Fact, FactStatus, PaymentWindow,
    PreRegistration, Provider, ProviderError, Refunding, Reversal,
};
use crate::id::PaymentId;
use crate::money::{Money, PayMethod};

/// A provider in this process that moves no money: for embedders, examples and first steps, without a
/// gateway beside them. It keeps what it was told in memory. Clones share it.
///
/// Nothing in it goes wrong by itself; the sandbox gateway is for that.
#[derive(Clone, Debug, Default)]
pub struct Sandbox(Arc<Mutex<HashMap<PaymentId, Known>>>);

#[derive(Debug)]
struct Known {
    total: Money,
    status: FactStatus,
    /// Each with the key of its request: the same key is the same refund.
    cancellations: Vec<(String, Cancellation)>,
}

impl Sandbox {
    /// The buyer says yes in the payment window: the token that pays.
    pub fn approve(&self, payment: PaymentId) -> SecretString {
        approval(payment).into()
    }

    /// The buyer's bank will say no.
    pub fn decline(&self, payment: PaymentId) -> SecretString {
        format!("declined-{payment}").into()
    }
}

/// It guards nothing: there is no money behind it.
fn approval(payment: PaymentId) -> String {
    format!("approved-{payment}")
}

impl Known {
    fn cancelled(&self) -> i64 {
        self.cancellations.iter().map(|(_, one)| one.amount).sum()
    }

    fn fact(&self, payment: PaymentId) -> Fact {
        let is_captured = self.status == FactStatus::Paid;
        let captured = if is_captured { self.total.amount } else { 0 };
        let cancelled = self.cancelled();
        Fact {
            status: if cancelled > 0 { FactStatus::Cancelled } else { self.status },
            captured: Money::new(captured, self.total.currency),
            cancelled,
            cancellations: self.cancellations.iter().map(|(_, one)| one.clone()).collect(),
            ..Fact::ready(payment, self.total.currency)
        }
    }
}

fn refused(kind: &str, message: &str) -> ProviderError {
    ProviderError::Refused { kind: kind.into(), message: message.into() }
}

fn unknown_payment() -> ProviderError {
    refused("PAYMENT_NOT_FOUND", "nobody announced it")
}

#[async_trait]
impl Provider for Sandbox {
    async fn pre_register(&self, registration: PreRegistration) -> Result<(), ProviderError> {
        let PreRegistration { payment, total, .. } = registration;
        let mut payments = self.0.lock();
        let known = payments.entry(payment).or_insert_with(|| Known {
            total,
            status: FactStatus::Ready,
            cancellations: Vec::new(),
        });
        if known.status == FactStatus::Paid {
            return Err(refused("ALREADY_PAID", "it was paid already"));
        }
        known.total = total;
        Ok(())
    }

    async fn confirm(&self, confirmation: Confirmation) -> Result<(), ProviderError> {
        let Confirmation { payment, token, total } = confirmation;
        let mut payments = self.0.lock();
        let known = payments.get_mut(&payment).ok_or_else(unknown_payment)?;
        if known.status == FactStatus::Paid {
            return Err(refused("ALREADY_PAID", "it was paid already"));
        }
        if known.total != total {
            return Err(refused("INFORMATION_MISMATCH", "another amount was announced"));
        }
        if token != approval(payment) {
            known.status = FactStatus::Failed;
            return Err(refused("PG_PROVIDER", "the bank declined the payment"));
        }
        known.status = FactStatus::Paid;
        Ok(())
    }

    async fn payment(&self, payment: PaymentId) -> Result<Option<Fact>, ProviderError> {
        Ok(self.0.lock().get(&payment).map(|known| known.fact(payment)))
    }

    async fn cancel(&self, refunding: Refunding) -> Result<Reversal, ProviderError> {
        let Refunding { payment, key, amount, .. } = refunding;
        let mut payments = self.0.lock();
        let known = payments.get_mut(&payment).ok_or_else(unknown_payment)?;
        let done = |id: String| Reversal { id: Some(id), status: CancellationStatus::Succeeded };
        if let Some((_, same)) = known.cancellations.iter().find(|(of, _)| *of == key) {
            return Ok(done(same.id.clone()));
        }
        let captured = known.fact(payment).captured.amount;
        if amount.amount > captured - known.cancelled() {
            return Err(refused("CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT", "less is left of it"));
        }
        let id = format!("{payment}-{}", known.cancellations.len() + 1);
        let status = CancellationStatus::Succeeded;
        let cancellation = Cancellation { id: id.clone(), amount: amount.amount, status };
        known.cancellations.push((key, cancellation));
        Ok(done(id))
    }

    fn window(&self, _: PaymentId, _: &[PayMethod]) -> Option<PaymentWindow> {
        None
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use uuid::Uuid;

    use super::*;
    use crate::money::Currency;

    const TOTAL: Money = Money::new(1_000, Currency::KRW);

    async fn announced() -> (Sandbox, PaymentId) {
        let (sandbox, id) = (Sandbox::default(), Uuid::from_u128(1));
        let payment = id.into();
        let registration =
            PreRegistration { payment, total: TOTAL, order: id.into(), performance: id.into() };
        sandbox.pre_register(registration).await.expect("it is announced");
        (sandbox, payment)
    }

    async fn confirm(
        sandbox: &Sandbox,
        payment: PaymentId,
        token: SecretString,
    ) -> Result<(), ProviderError> {
        let token = token.expose_secret().to_owned();
        sandbox.confirm(Confirmation { payment, token, total: TOTAL }).await
    }

    #[tokio::test]
    async fn a_payment_is_captured_once_and_given_back_once_under_a_key() {
        let (sandbox, payment) = announced().await;
        confirm(&sandbox, payment, sandbox.approve(payment)).await.expect("it is paid");
        assert!(confirm(&sandbox, payment, sandbox.approve(payment)).await.is_err());
        for _ in 0..2 {
            let (key, reason) = ("key".to_owned(), "a test");
            let amount = Money::new(400, Currency::KRW);
            let part = Refunding { payment, key, amount, cancellable: 1_000, reason };
            sandbox.cancel(part).await.expect("it is given back");
        }
        let fact = sandbox.payment(payment).await.expect("it answers").expect("it is known");
        assert_eq!((fact.status, fact.captured), (FactStatus::Cancelled, TOTAL));
        assert_eq!((fact.cancelled, fact.cancellations.len()), (400, 1));
    }

    #[tokio::test]
    async fn a_declined_payment_captures_nothing_and_more_than_there_is_never_goes_back() {
        let (sandbox, payment) = announced().await;
        assert!(confirm(&sandbox, payment, sandbox.decline(payment)).await.is_err());
        let fact = sandbox.payment(payment).await.expect("it answers").expect("it is known");
        assert_eq!((fact.status, fact.captured.amount), (FactStatus::Failed, 0));
        let refunding = Refunding {
            payment,
            key: "key".into(),
            amount: Money::new(1, Currency::KRW),
            cancellable: 0,
            reason: "a test",
        };
        assert!(sandbox.cancel(refunding).await.is_err());
    }
}
