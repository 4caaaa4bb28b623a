//! What happens at the provider without the shop.

use super::Gateway;
use crate::entry::Channel;
use crate::payment::Payment;
use crate::payment::asked::PreRegister;
use crate::payments::Payments;
use crate::refusal::Refusal;

/// How many payments that no shop registered can be paid here.
const MAX_UNREGISTERED: usize = 10_000;

impl Gateway {
    /// The charge that no shop confirmed. Where the shop wants to be asked first, it is.
    pub(crate) async fn pay(
        &self,
        id: &str,
        terms: PreRegister,
        channel: Channel,
    ) -> Result<Payment, Refusal> {
        if self.payments.lock().find(id).is_none() {
            self.admit_unregistered()?;
            self.pre_register(id, terms).await?;
        }
        let payment = self.payments.lock().get(id)?.clone();
        payment.pay(channel)?;
        let may_charge = self.outbox.may_charge(&payment).await;
        let decide = |payments: &Payments| {
            let payment = payments.get(id)?;
            if may_charge { payment.pay(channel) } else { payment.refuse() }
        };
        self.record(id, decide).await.map(|(payment, _)| payment)
    }

    fn admit_unregistered(&self) -> Result<(), Refusal> {
        let mut unregistered = self.unregistered.lock();
        if *unregistered >= MAX_UNREGISTERED {
            let limit = format!("at most {MAX_UNREGISTERED} payments that no shop registered");
            return Err(Refusal::InvalidRequest(limit));
        }
        *unregistered += 1;
        Ok(())
    }

    pub(crate) async fn dispute(&self, id: &str, reason: &str) -> Result<(), Refusal> {
        self.record(id, |payments| payments.get(id)?.dispute(reason)).await.map(drop)
    }

    pub(crate) async fn resolve_dispute(&self, id: &str) -> Result<(), Refusal> {
        self.record(id, |payments| payments.get(id)?.resolve_dispute()).await.map(drop)
    }
}
