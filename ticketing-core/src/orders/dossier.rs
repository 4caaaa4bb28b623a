use super::attempt::{Attempt, AttemptStatus};
use super::attention::AttentionReason;
use super::order::{Order, OrderStatus};
use super::refund::{Refund, RefundStatus};
use crate::id::{PaymentId, RefundId};

/// An order with everything that happened to its money: what a decision about it is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dossier {
    pub(crate) order: Order,
    /// By id, as the refunds are.
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) refunds: Vec<Refund>,
    /// What a person has been asked to look at already.
    pub(crate) attended: Vec<(PaymentId, AttentionReason)>,
}

impl Dossier {
    pub(crate) fn attempt(&self, payment: PaymentId) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.payment == payment)
    }

    pub(super) fn attempt_mut(&mut self, payment: PaymentId) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.payment == payment)
    }

    pub(crate) fn refund(&self, id: RefundId) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.id == id)
    }

    pub(super) fn refund_mut(&mut self, id: RefundId) -> Option<&mut Refund> {
        self.refunds.iter_mut().find(|refund| refund.id == id)
    }

    pub(crate) fn refunds_of(&self, payment: PaymentId) -> impl Iterator<Item = &Refund> {
        self.refunds.iter().filter(move |refund| refund.payment == payment)
    }

    /// What of a payment is on its way back, or back.
    pub(crate) fn going_back(&self, payment: PaymentId) -> i64 {
        self.refunds_of(payment).map(|refund| refund.amount.amount).sum()
    }

    /// What of a payment is left that does not go back.
    pub(super) fn left(&self, payment: PaymentId) -> i64 {
        let captured = self.attempt(payment).map_or(0, |attempt| attempt.captured);
        captured.saturating_sub(self.going_back(payment))
    }

    /// What of a payment is back.
    pub(crate) fn back(&self, payment: PaymentId) -> i64 {
        let done = |refund: &&Refund| refund.status == RefundStatus::Done;
        self.refunds_of(payment).filter(done).map(|refund| refund.amount.amount).sum()
    }

    /// What can still be given back of a payment, as far as we know: what the provider is told, so
    /// that it refuses where it knows otherwise.
    pub(crate) fn cancellable(&self, payment: PaymentId) -> i64 {
        let captured = self.attempt(payment).map_or(0, |attempt| attempt.captured);
        captured.saturating_sub(self.back(payment))
    }

    /// The order has its tickets for this payment.
    pub(super) fn is_paid_by(&self, payment: PaymentId) -> bool {
        self.order.status == OrderStatus::Paid && self.order.payment == payment
    }

    /// Its performance does not take place, and that has not reached it.
    pub(super) fn is_to_end(&self) -> bool {
        let order = &self.order;
        match order.status {
            OrderStatus::PendingPayment | OrderStatus::Paid => true,
            OrderStatus::Confirming => !order.cancel_wanted,
            _ => order.fees_kept.amount > 0,
        }
    }

    /// Money of it is with us, or on its way.
    pub(super) fn is_open(&self) -> bool {
        let is_at_its_end = matches!(
            self.order.status,
            OrderStatus::Refunded | OrderStatus::Expired | OrderStatus::Cancelled
        );
        !is_at_its_end || !self.all_back()
    }

    /// Why its money does not move before a person has seen to it.
    pub(super) fn waits_for(&self) -> impl Iterator<Item = AttentionReason> {
        let status = self.order.status;
        let waits = move |reason: &AttentionReason| match reason {
            AttentionReason::RefundRefused => true,
            AttentionReason::Disputed => status == OrderStatus::Paid,
            AttentionReason::NoEnd => status == OrderStatus::Confirming,
            _ => false,
        };
        self.attended.iter().map(|(_, reason)| *reason).filter(waits)
    }

    /// Every refund is through.
    pub(super) fn all_back(&self) -> bool {
        self.refunds.iter().all(|refund| refund.status == RefundStatus::Done)
    }

    /// No person needs to look at it any more. What somebody else did, only a person can close.
    pub(super) fn is_over(&self, (payment, reason): (PaymentId, AttentionReason)) -> bool {
        let mut refunds = self.refunds_of(payment);
        match reason {
            AttentionReason::WrongAmount
            | AttentionReason::ForeignChannel
            | AttentionReason::RefundRefused => {
                refunds.all(|refund| refund.status == RefundStatus::Done)
            }
            AttentionReason::NoEnd => !self.attempt_status(payment).is_open(),
            AttentionReason::UnknownPayment => true,
            AttentionReason::RefundedElsewhere | AttentionReason::Disputed => false,
        }
    }

    /// How far the attempt is; what nobody knows has failed.
    pub(crate) fn attempt_status(&self, payment: PaymentId) -> AttemptStatus {
        self.attempt(payment).map_or(AttemptStatus::Failed, |attempt| attempt.status)
    }
}
