//! What a buyer does, one request each.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One kind of request.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "what buyers do, by their words in the glossary")]
pub enum Step {
    Join,
    Poll,
    Map,
    Hold,
    Release,
    Order,
    /// Asking what became of an order.
    Status,
    Authorize,
    Pay,
    Cancel,
    Leave,
    Tickets,
    /// Reading a page of reviews.
    Reviews,
    Like,
    /// Writing a review.
    Review,
    /// A request that is no part of a purchase.
    Request,
}

impl Step {
    /// Every step, in the order of a purchase.
    pub const ALL: [Self; 16] = [
        Self::Join,
        Self::Poll,
        Self::Map,
        Self::Hold,
        Self::Release,
        Self::Order,
        Self::Status,
        Self::Authorize,
        Self::Pay,
        Self::Cancel,
        Self::Leave,
        Self::Tickets,
        Self::Reviews,
        Self::Like,
        Self::Review,
        Self::Request,
    ];

    /// The step's name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Poll => "poll",
            Self::Map => "map",
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Order => "order",
            Self::Status => "status",
            Self::Authorize => "authorize",
            Self::Pay => "pay",
            Self::Cancel => "cancel",
            Self::Leave => "leave",
            Self::Tickets => "tickets",
            Self::Reviews => "reviews",
            Self::Like => "like",
            Self::Review => "review",
            Self::Request => "request",
        }
    }

    /// The step of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// True where something other than the last answer says when it is due: an arrival, or the
    /// server's own "ask again then". Only such a step has a response time.
    pub fn is_scheduled(self) -> bool {
        matches!(self, Self::Join | Self::Poll | Self::Request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_stands_where_its_number_says_and_is_found_by_its_name() {
        for (at, step) in Step::ALL.into_iter().enumerate() {
            assert_eq!(step as usize, at);
            assert_eq!(Step::named(step.name()), Some(step));
            assert_eq!(serde_json::to_value(step).unwrap(), step.name());
        }
        assert_eq!(Step::named("jion"), None);
    }
}
