//! What a payment fact means for its order. Pure: the store applies it under the order's lock.

use super::{Fact, FactStatus};
use crate::guards::Guards;
use crate::money::Money;

/// How far the order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Waits for a payment, or one is under way: the seats are its own.
    Open,
    /// Paid by this payment.
    PaidByThis,
    /// Paid by another payment.
    PaidByOther,
    /// Expired or cancelled: the seats are no longer its own.
    Ended,
    /// Money is on its way back, or is back.
    Refunding,
}

/// The order, as the decision needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) stage: Stage,
    pub(crate) total: Money,
    /// The order could still be paid by another payment.
    pub(crate) time_left: bool,
    /// The attempt is under way and nobody has called it failed.
    pub(crate) attempt_open: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Tickets.
    Pay,
    /// The money came after the seats were given up: take exactly them again, or give it back.
    Reclaim,
    /// Declined; the order waits for another payment.
    Reopen,
    /// Declined, and no time is left.
    Expire,
    /// The amount is wrong: the seats go, and the money goes back.
    RefundOrder,
    /// A capture the order has no use for goes back; the order stays as it is.
    RefundPayment,
    /// Not definite yet: look again later.
    Wait,
    /// Nothing to do.
    Nothing,
}

pub(crate) fn decide(fact: &Fact, due: &Due, guards: Guards) -> Decision {
    match fact.status {
        FactStatus::Ready | FactStatus::Other if due.attempt_open => Decision::Wait,
        FactStatus::Ready | FactStatus::Other | FactStatus::Cancelled => Decision::Nothing,
        FactStatus::Failed => failed(due),
        FactStatus::Paid => paid(fact, due, guards),
    }
}

fn failed(due: &Due) -> Decision {
    match due.stage {
        Stage::Open if !due.attempt_open => Decision::Nothing,
        Stage::Open if due.time_left => Decision::Reopen,
        Stage::Open => Decision::Expire,
        _ => Decision::Nothing,
    }
}

fn paid(fact: &Fact, due: &Due, guards: Guards) -> Decision {
    let amount_right = fact.captured == due.total || !guards.amount();
    match due.stage {
        Stage::PaidByThis | Stage::Refunding => Decision::Nothing,
        Stage::Open if amount_right => Decision::Pay,
        Stage::Open => Decision::RefundOrder,
        Stage::Ended if amount_right => Decision::Reclaim,
        Stage::Ended | Stage::PaidByOther => Decision::RefundPayment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn due(stage: Stage) -> Due {
        let total = Money::new(1_000, Currency::KRW);
        Due { stage, total, time_left: true, attempt_open: true }
    }

    fn fact(status: FactStatus, amount: i64) -> Fact {
        let captured = Money::new(amount, Currency::KRW);
        Fact { payment: uuid::Uuid::nil().into(), status, captured, cancelled: 0 }
    }

    fn decided(status: FactStatus, amount: i64, due: Due) -> Decision {
        decide(&fact(status, amount), &due, Guards::default())
    }

    #[test]
    fn only_the_right_amount_pays() {
        assert_eq!(decided(FactStatus::Paid, 1_000, due(Stage::Open)), Decision::Pay);
        assert_eq!(decided(FactStatus::Paid, 999, due(Stage::Open)), Decision::RefundOrder);
        assert_eq!(decided(FactStatus::Paid, 1_001, due(Stage::Open)), Decision::RefundOrder);
    }

    #[test]
    fn money_that_comes_late_takes_the_same_seats_again_or_goes_back() {
        assert_eq!(decided(FactStatus::Paid, 1_000, due(Stage::Ended)), Decision::Reclaim);
        assert_eq!(decided(FactStatus::Paid, 999, due(Stage::Ended)), Decision::RefundPayment);
    }

    #[test]
    fn a_second_capture_goes_back_and_the_tickets_stay() {
        let second = decided(FactStatus::Paid, 1_000, due(Stage::PaidByOther));
        assert_eq!(second, Decision::RefundPayment);
        let replay = decided(FactStatus::Paid, 1_000, due(Stage::PaidByThis));
        assert_eq!(replay, Decision::Nothing);
    }

    #[test]
    fn a_declined_payment_leaves_the_order_open_while_there_is_time() {
        assert_eq!(decided(FactStatus::Failed, 0, due(Stage::Open)), Decision::Reopen);
        let late = Due { time_left: false, ..due(Stage::Open) };
        assert_eq!(decided(FactStatus::Failed, 0, late), Decision::Expire);
    }

    #[test]
    fn no_answer_is_never_taken_for_failed() {
        assert_eq!(decided(FactStatus::Ready, 0, due(Stage::Open)), Decision::Wait);
        assert_eq!(decided(FactStatus::Other, 0, due(Stage::Open)), Decision::Wait);
    }
}
