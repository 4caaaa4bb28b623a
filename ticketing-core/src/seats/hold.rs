use serde::Serialize;

use super::OrderLine;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::{FieldErrors, Result};
use crate::id::{AccountId, HoldId, PerformanceId};
use crate::money::Money;
use crate::text::label;

/// Seats that one buyer may order until the deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its id; never used twice, which makes it its own fence.
    pub id: HoldId,
    /// Of which performance.
    pub performance: PerformanceId,
    /// Whose.
    pub account: AccountId,
    /// The seat indices, ascending.
    pub seats: Vec<u32>,
    /// What an order of them is paid for.
    pub lines: Vec<OrderLine>,
    /// What they cost together: the sum of the lines.
    pub total: Money,
    /// Until when they can be ordered.
    pub expires_at: Timestamp,
    /// What else an order of them goes by, whatever the organizer changes meanwhile.
    pub(crate) frozen: Frozen,
}

/// Terms of a performance that a hold freezes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frozen {
    /// The most seats of one buyer.
    pub(crate) seats_per_buyer: u32,
    /// How long an order waits for its payment.
    pub(crate) pay_seconds: u32,
}

impl Frozen {
    pub(crate) fn of(sale: &Sale) -> Self {
        let policy = sale.policy();
        Self { seats_per_buyer: policy.seats_per_buyer, pay_seconds: policy.pay_seconds }
    }
}

/// Which seats a buyer wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Wish {
    /// Exactly these.
    #[serde(rename = "seats")]
    Seats(Vec<u32>),
    /// The best that there are.
    #[serde(rename = "best")]
    Best(Best),
}

/// Some seats together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Best {
    /// How many.
    pub count: u32,
    /// Only of this category.
    pub category: Option<String>,
    /// Only in this section or area.
    pub section: Option<String>,
}

impl Wish {
    /// How many seats are wished for.
    pub fn count(&self) -> u32 {
        match self {
            Self::Seats(seats) => u32::try_from(seats.len()).unwrap_or(u32::MAX),
            Self::Best(best) => best.count,
        }
    }

    /// With names of categories and sections as the house keeps them.
    pub(crate) fn with_labels_compared(self) -> Self {
        match self {
            Self::Seats(_) => self,
            Self::Best(Best { count, category, section }) => {
                let [category, section] = [category, section].map(|name| Some(label(&name?)));
                Self::Best(Best { count, category, section })
            }
        }
    }

    /// Refuses what nobody could ever have in this house.
    pub(crate) fn check(&self, sale: &Sale) -> Result<()> {
        let mut errors = FieldErrors::default();
        match self {
            Self::Seats(seats) => {
                errors.require(!seats.is_empty(), "seats", "at least one seat");
                let known = seats.iter().all(|seat| *seat < sale.map.seats_total());
                errors.require(known, "seats", "a seat index of this performance");
                let mut once = seats.clone();
                once.sort_unstable();
                once.dedup();
                errors.require(once.len() == seats.len(), "seats", "each seat once");
            }
            Self::Best(best) => {
                errors.require(best.count > 0, "best.count", "at least 1");
                let category = best.category.as_ref();
                let known = category.is_none_or(|name| sale.map.categories.contains(name));
                errors.require(known, "best.category", "a category of this house");
                let mut sections = sale.map.sections.iter();
                let known = best.section.as_ref();
                let known = known.is_none_or(|name| sections.any(|part| part.name == *name));
                errors.require(known, "best.section", "a section of this house");
            }
        }
        errors.finish()
    }
}
