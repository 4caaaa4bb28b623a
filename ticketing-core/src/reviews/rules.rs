//! What may become of a review. Pure: the books apply what a rule answers while nobody else changes
//! the review. Nothing is answered where the review goes away whole.

use super::written::Written;
use super::{Reply, Review, ReviewChange, Ruling, Standing};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::text::{OneLine, Paragraphs};

/// The best rating; the worst is 1.
pub const RATING_MAX: u8 = 5;
/// How long a review can be hidden: for longer, it has to be removed.
pub const HIDDEN_DAYS_MAX: u32 = 30;

const DAY_MS: i64 = 24 * 3_600_000;

/// The next version of a review.
pub(crate) struct Becoming {
    /// As it is then, or was at last.
    pub(crate) review: Review,
    pub(crate) is_gone: bool,
    /// Stars and reviews that its production's rating has more of.
    pub(crate) adds: (i64, i64),
}

/// What a rule's answer makes of a review; nothing where it changes nothing.
pub(crate) fn becoming(before: &Review, after: Option<Review>) -> Option<Becoming> {
    if after.as_ref() == Some(before) {
        return None;
    }
    let (counted, counts) = (before.counts(), after.as_ref().map_or((0, 0), Review::counts));
    let is_gone = after.is_none();
    let review = Review { version: before.version + 1, ..after.unwrap_or_else(|| before.clone()) };
    Some(Becoming { review, is_gone, adds: (counts.0 - counted.0, counts.1 - counted.1) })
}

/// Its author changes it.
pub(crate) fn edit(before: Review, change: &ReviewChange, now: Timestamp) -> Result<Review> {
    if !before.is_shown() {
        return Err(Error::conflict("the review is hidden or removed"));
    }
    let Review { rating, title, content, .. } = before.clone();
    let Written { rating, title, content } =
        change.applied_to(Written { rating, title, content })?;
    let is_same = (rating, &title, &content) == (before.rating, &before.title, &before.content);
    if is_same {
        return Ok(before);
    }
    Ok(Review { rating, title, content, edited_at: Some(now), ..before })
}

/// Its author takes it back.
pub(crate) fn delete(before: Review) -> Option<Review> {
    if before.is_shown() {
        return None;
    }
    let (title, content) = (OneLine::from_store(""), Paragraphs::from_store(""));
    Some(Review { title, content, standing: Standing::Withdrawn, ..before })
}

/// The organizer replies, once.
pub(crate) fn reply(before: Review, content: Paragraphs, now: Timestamp) -> Result<Review> {
    if !before.is_shown() {
        return Err(Error::NotFound("review"));
    }
    if before.reply.is_some() {
        return Err(Error::conflict("the review has a reply"));
    }
    Ok(Review { reply: Some(Reply { content, at: now }), ..before })
}

/// An administrator hides it for a while. Not again while it is hidden: that would have no end.
pub(crate) fn hide(
    before: Review,
    reason: Paragraphs,
    days: u32,
    now: Timestamp,
) -> Result<Review> {
    if !(1..=HIDDEN_DAYS_MAX).contains(&days) {
        return Err(Error::field("days", "from 1 to 30"));
    }
    match before.standing {
        Standing::Shown => {}
        Standing::Withdrawn => return Err(Error::NotFound("review")),
        Standing::Hidden { .. } | Standing::Removed(_) => {
            return Err(Error::conflict("the review is hidden or removed"));
        }
    }
    let until = now.plus_millis(i64::from(days) * DAY_MS);
    let ruling = Ruling { reason, at: now, objection: None };
    Ok(Review { standing: Standing::Hidden { until, ruling }, ..before })
}

/// An administrator removes it.
pub(crate) fn remove(before: Review, reason: Paragraphs, now: Timestamp) -> Result<Review> {
    match before.standing {
        Standing::Shown | Standing::Hidden { .. } => {}
        Standing::Withdrawn => return Err(Error::NotFound("review")),
        Standing::Removed(_) => return Err(Error::conflict("the review is removed")),
    }
    let ruling = Ruling { reason, at: now, objection: None };
    Ok(Review { standing: Standing::Removed(ruling), ..before })
}

/// An administrator lets it be shown, or go on being shown.
pub(crate) fn restore(before: Review) -> Result<Review> {
    if before.standing == Standing::Withdrawn {
        return Err(Error::NotFound("review"));
    }
    Ok(Review { standing: Standing::Shown, ..before })
}

/// Its time of being hidden is over; otherwise nothing.
pub(crate) fn show_again(before: Review, now: Timestamp) -> Review {
    match before.standing {
        Standing::Hidden { until, .. } if !now.is_before(until) => {
            Review { standing: Standing::Shown, ..before }
        }
        _ => before,
    }
}

/// Its author objects to what was decided, once.
pub(crate) fn object(before: Review, objection: Paragraphs) -> Result<Review> {
    let objected = |ruling: Ruling| match ruling.objection {
        Some(_) => Err(Error::conflict("you have objected")),
        None => Ok(Ruling { objection: Some(objection), ..ruling }),
    };
    let standing = match before.standing {
        Standing::Hidden { until, ruling } => Standing::Hidden { until, ruling: objected(ruling)? },
        Standing::Removed(ruling) => Standing::Removed(objected(ruling)?),
        Standing::Shown => return Err(Error::conflict("the review is shown")),
        Standing::Withdrawn => return Err(Error::NotFound("review")),
    };
    Ok(Review { standing, ..before })
}

/// Whether its author still has paid for something of the production.
pub(crate) fn mark(before: Review, refunded: bool) -> Review {
    Review { refunded, ..before }
}
