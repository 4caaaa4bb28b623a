//! Orders that are given back: by an administrator, by their buyer, by their organizer.

use rand::RngExt;
use rand_chacha::ChaCha20Rng;

use ticketing_core::Cancelling;
use ticketing_core::orders::RefundStatus;

use super::{History, Wanted};

impl History<'_> {
    pub(super) async fn refund_something(&mut self, ordinal: usize, random: &mut ChaCha20Rng) {
        if self.is_waiting_for_chance(ordinal).await {
            return;
        }
        if random.random_bool(0.5) {
            self.refund(ordinal).await;
        } else {
            self.refund_a_seat(ordinal).await;
        }
    }

    /// Of two refunds of a payment that are due at once, chance says which is sent first.
    async fn is_waiting_for_chance(&mut self, ordinal: usize) -> bool {
        let refunds = self.see(ordinal).await.refunds;
        let is_open = refunds.iter().any(|refund| refund.status != RefundStatus::Done);
        matches!(self.wanted, Wanted::OwnSeats) && is_open
    }

    async fn refund(&mut self, ordinal: usize) {
        let payment = self.see(ordinal).await.order.payment;
        let (administrator, key) = (self.world.administrator(), self.world.key());
        let refunded = self.world.office.refund_payment(&administrator, payment, key).await;
        self.tell(&format!("order {ordinal} is refunded"), &refunded);
    }

    /// The first seat that the order still has.
    async fn refund_a_seat(&mut self, ordinal: usize) {
        let order = self.see(ordinal).await.order;
        let seats = order.kept_seats()[..1].to_vec();
        let (administrator, key) = (self.world.administrator(), self.world.key());
        let office = &self.world.office;
        let refunded = office.refund_seats(&administrator, order.payment, seats, key).await;
        self.tell(&format!("a seat of order {ordinal} is refunded"), &refunded);
    }

    /// By its buyer or its organizer: a seat, or all; and what was kept.
    pub(super) async fn give_back(&mut self, ordinal: usize, random: &mut ChaCha20Rng) {
        if self.is_waiting_for_chance(ordinal).await {
            return;
        }
        let order = self.see(ordinal).await.order;
        let buyer = random.random_bool(0.7);
        let caller = if buyer { self.orders[ordinal].0.caller } else { self.sale.organizer };
        let seats = match random.random_range(0..3) {
            0 => None,
            1 => Some(order.kept_seats()[..1].to_vec()),
            _ if buyer => Some(order.kept_seats()),
            _ => Some(Vec::new()),
        };
        let office = &self.world.office;
        let quote = office.cancellation(&caller, order.id, seats.clone()).await;
        self.tell(
            &format!("order {ordinal}, {seats:?}, is asked about by its buyer: {buyer}"),
            &quote,
        );
        let Ok(quote) = quote else { return };
        let reason = (!buyer).then(|| "it rains".to_owned());
        let said = Cancelling { seats, refund: Some(quote.refund), reason };
        let key = self.world.key();
        let given = self.world.office.cancel(&caller, order.id, said, key).await;
        self.tell(&format!("{} of order {ordinal} come back", quote.refund), &given);
    }
}
