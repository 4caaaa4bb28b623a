//! How holds are written down.

use serde::{Deserialize, Serialize};

use super::lines::{StoredLine, read_lines, stored_lines};
use super::{Frozen, Hold};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{AccountId, HoldId, PerformanceId};
use crate::money::{Money, StoredMoney};

#[derive(Serialize, Deserialize)]
struct StoredHold {
    id: HoldId,
    performance: PerformanceId,
    account: AccountId,
    seats: Vec<u32>,
    #[serde(default)]
    lines: Vec<StoredLine>,
    total: StoredMoney,
    expires_at: Timestamp,
    #[serde(default)]
    frozen: Option<StoredFrozen>,
}

#[derive(Serialize, Deserialize)]
struct StoredFrozen {
    seats_per_buyer: u32,
    pay_seconds: u32,
}

/// The hold as it stands in the live sale.
pub(crate) fn write_hold(hold: &Hold) -> String {
    let Frozen { seats_per_buyer, pay_seconds } = hold.frozen;
    let stored = StoredHold {
        id: hold.id,
        performance: hold.performance,
        account: hold.account,
        seats: hold.seats.clone(),
        lines: stored_lines(&hold.lines),
        total: hold.total.into(),
        expires_at: hold.expires_at,
        frozen: Some(StoredFrozen { seats_per_buyer, pay_seconds }),
    };
    serde_json::to_string(&stored).expect("plain data serialise")
}

/// The hold that stands in the live sale; `terms` are those of now, for what was held before they
/// were frozen.
pub(crate) fn read_hold(text: &str, terms: Frozen) -> Result<Hold> {
    let stored: StoredHold = serde_json::from_str(text)
        .map_err(|error| Error::unreadable("live", "holds", "?", error))?;
    let unreadable = |why: String| Error::unreadable("live", "holds", stored.id, why);
    let total = Money::try_from(stored.total).map_err(|error| unreadable(error.to_string()))?;
    let lines = read_lines(stored.lines, total, &stored.seats).map_err(unreadable)?;
    let frozen = stored.frozen.map_or(terms, |frozen| Frozen {
        seats_per_buyer: frozen.seats_per_buyer,
        pay_seconds: frozen.pay_seconds,
    });
    Ok(Hold {
        id: stored.id,
        performance: stored.performance,
        account: stored.account,
        seats: stored.seats,
        lines,
        total,
        expires_at: stored.expires_at,
        frozen,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_hold_of_another_version_is_read() {
        let id = uuid::Uuid::from_u128(1);
        let text = json!({
            "id": id, "performance": id, "account": id, "seats": [1, 2],
            "total": {"amount": 5, "currency": "EUR"}, "expires_at": "2026-05-01T10:00:00Z",
            "of_a_newer_server": {"a": 1},
        });
        let terms = Frozen { seats_per_buyer: 4, pay_seconds: 600 };
        let hold = read_hold(&text.to_string(), terms).expect("it is read");
        assert_eq!(hold.lines.iter().map(|line| line.amount.amount).sum::<i64>(), 5);
        assert_eq!(hold.frozen, terms);
        assert_eq!(read_hold(&write_hold(&hold), terms).expect("and again"), hold);
        assert!(matches!(read_hold("{}", terms), Err(Error::Unreadable { .. })));
    }
}
