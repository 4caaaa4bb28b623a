//! What can be read of a gateway: only what is on disk.

use std::ops::RangeInclusive;

use jiff::Timestamp;

use super::Gateway;
use crate::Fault;
use crate::entry::Entry;
use crate::payment::Payment;
use crate::refusal::Refusal;

impl Gateway {
    /// A payment, for who asks about it.
    pub(crate) async fn question(&self, id: &str) -> Result<Payment, Refusal> {
        if self.strikes(Fault::Unreadable) {
            return Err(Refusal::ReplyLost);
        }
        self.payment(id).await
    }

    pub(crate) async fn payment(&self, id: &str) -> Result<Payment, Refusal> {
        let payment = self.payments.lock().get(id)?.clone();
        self.durable(payment.last_entry).await?;
        Ok(payment)
    }

    /// Payments that were registered between two times, from a place in their order on, each with
    /// the place after it.
    pub(crate) async fn registered_between(
        &self,
        times: RangeInclusive<Timestamp>,
        place: usize,
        limit: usize,
    ) -> Result<Vec<(usize, Payment)>, Refusal> {
        let (found, last_entry) = {
            let payments = self.payments.lock();
            let within = |(_, payment): &(usize, &Payment)| times.contains(&payment.requested_at);
            let found = payments.registered_from(place).filter(within).take(limit);
            let found: Vec<_> = found.map(|(next, payment)| (next, payment.clone())).collect();
            (found, payments.last_entry())
        };
        self.durable(last_entry).await?;
        Ok(found)
    }

    /// Captures and cancels after the entry with this number, oldest first, and whether more follow.
    pub(crate) fn money_after(&self, number: u64, limit: usize) -> (Vec<Entry>, bool) {
        let payments = self.payments.lock();
        let durable = self.ledger.durable_through(payments.last_entry());
        let money = payments.money_between(number, durable);
        (money.iter().take(limit).cloned().collect(), money.len() > limit)
    }

    /// The same of those that moved between two times.
    pub(crate) fn money_within(
        &self,
        times: RangeInclusive<Timestamp>,
        number: u64,
        limit: usize,
    ) -> Vec<Entry> {
        let payments = self.payments.lock();
        let durable = self.ledger.durable_through(payments.last_entry());
        let money = payments.money_between(number, durable).iter();
        money.filter(|entry| times.contains(&entry.at)).take(limit).cloned().collect()
    }
}
