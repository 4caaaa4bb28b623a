use crate::clock::Timestamp;
use crate::events::{Event, ReviewEvent};
use crate::id::{AccountId, OrderId, PerformanceId, ProductionId, ReviewId};
use crate::text::{OneLine, Paragraphs};

/// What somebody who was there says about a production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// What it is about.
    pub production: ProductionId,
    /// Which of its performances the author saw.
    pub performance: PerformanceId,
    /// The order that shows it.
    pub order: OrderId,
    /// Who wrote it.
    pub author: AccountId,
    /// From 1 to 5.
    pub rating: u8,
    /// In a few words.
    pub title: OneLine,
    /// In more.
    pub content: Paragraphs,
    /// How many like it.
    pub likes: u64,
    /// The money of everything that its author saw of the production went back.
    pub refunded: bool,
    /// What the organizer says to it, once.
    pub reply: Option<Reply>,
    /// Whether it is shown.
    pub standing: Standing,
    /// Raised by every change.
    pub version: i64,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its author last changed it.
    pub edited_at: Option<Timestamp>,
}

/// What an organizer says to a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The words.
    pub content: Paragraphs,
    /// When.
    pub at: Timestamp,
}

/// Whether a review is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// To everybody.
    Shown,
    /// Only to its author and to administrators, until then.
    Hidden {
        /// When it is shown again.
        until: Timestamp,
        /// Why.
        ruling: Ruling,
    },
    /// Only to its author and to administrators.
    Removed(Ruling),
    /// To nobody: its author took it back after it was hidden or removed. Its words are gone; that there
    /// was one stays, or another could be written in its place.
    Withdrawn,
}

/// What an administrator decided about a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Why; its author sees it.
    pub reason: Paragraphs,
    /// When.
    pub at: Timestamp,
    /// What the author says to that, once.
    pub objection: Option<Paragraphs>,
}

impl Review {
    /// Whether everybody sees it.
    pub fn is_shown(&self) -> bool {
        self.standing == Standing::Shown
    }

    /// What made this version of it.
    pub(crate) fn event(&self, kind: ReviewEvent, at: Timestamp) -> Event {
        Event {
            id: 0,
            aggregate: self.id.uuid(),
            version: self.version,
            performance: Some(self.performance),
            kind: kind.into(),
            seats: 0,
            at,
        }
    }

    /// What it adds to its production's rating: stars and reviews.
    pub(crate) fn counts(&self) -> (i64, i64) {
        if self.is_shown() { (i64::from(self.rating), 1) } else { (0, 0) }
    }
}

impl Standing {
    /// The word on the wire and in the books.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Hidden { .. } => "hidden",
            Self::Removed(_) => "removed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// What was decided about it, while that holds.
    pub const fn ruling(&self) -> Option<&Ruling> {
        match self {
            Self::Hidden { ruling, .. } | Self::Removed(ruling) => Some(ruling),
            Self::Shown | Self::Withdrawn => None,
        }
    }

    /// Its author objects, and nobody has answered.
    pub(crate) fn is_objected(&self) -> bool {
        self.ruling().is_some_and(|ruling| ruling.objection.is_some())
    }
}
