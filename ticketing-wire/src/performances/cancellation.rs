//! A performance that does not take place.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::payments::AttentionReason;

words! {
    /// How far the end of a performance is that does not take place.
    CancellationState {
        /// Money is on its way back.
        Running = "running",
        /// All of it is back.
        Done = "done",
        /// What is left waits for a person.
        Parked = "parked",
    }
}

words! {
    /// How far what hangs on a performance is that does not take place: its line, its seats, its place in the
    /// ranking, the reviews of a production of which it was the last. Orders, money and tickets stay.
    Remains {
        /// The money comes first.
        Kept = "kept",
        /// It is being removed.
        Going = "going",
        /// There is nothing left of it.
        Gone = "gone",
    }
}

/// What became of the orders of a performance that does not take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "state": "parked", "orders_total": 500, "refunded": 499, "parked": [
        {"order_id": "0190f4a2-0000-7000-8000-000000000006", "reason": "refund_refused"},
    ], "remains": "kept",
}))]
pub struct PerformanceCancellation {
    /// How far it is.
    pub state: CancellationState,
    /// Orders that were paid.
    pub orders_total: u64,
    /// Of those, whose money is back.
    pub refunded: u64,
    /// Which wait for a person, and why; at most 1,000.
    #[serde(default)]
    pub parked: Vec<ParkedOrder>,
    /// How far what else hangs on it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remains: Option<Remains>,
}

/// An order whose money does not go back by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParkedOrder {
    /// The order.
    pub order_id: Uuid,
    /// Why a person has to look at its payment.
    pub reason: AttentionReason,
}
