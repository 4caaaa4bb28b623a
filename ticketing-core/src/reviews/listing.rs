//! Which reviews a list shows, in which order, and what they add up to.

use super::Review;
use crate::error::{Error, FieldErrors, Result};
use crate::page::Position;
use crate::text::{OneLine, folded};

/// The shortest text that is searched for, folded, in characters: reviews are found by what follows
/// what.
pub const SEARCH_MIN: usize = 2;
/// The longest.
pub const SEARCH_MAX: usize = 100;

/// How far the newest first among equals leaves room for when something was written, in bits of
/// milliseconds: until the year 2109.
const TIME_BITS: u32 = 42;
const RATING_BITS: u32 = 48;
/// More likes than these sort as these.
const SORTED_LIKES_MAX: u64 = (1 << 20) - 1;

/// Which reviews of a production a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewListing {
    /// The order.
    pub sort: ReviewSort,
    /// In title or content, without regard to case.
    pub text: Option<String>,
}

/// In which order reviews are listed; among equals the newest come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReviewSort {
    /// The newest first.
    #[default]
    Newest,
    /// The best first.
    Rating,
    /// The most liked first.
    Likes,
}

impl ReviewSort {
    /// Every order.
    pub const ALL: [Self; 3] = [Self::Newest, Self::Rating, Self::Likes];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Rating => "rating",
            Self::Likes => "likes",
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.name() == name)
    }

    /// Where a review stands: the books in PostgreSQL say the same in the columns `by_..`.
    pub(crate) fn position(self, review: &Review) -> Position {
        let at = review.created_at.as_millis();
        let before = match self {
            Self::Newest => 0,
            Self::Rating => i64::from(review.rating) << RATING_BITS,
            Self::Likes => review.likes.min(SORTED_LIKES_MAX).cast_signed() << TIME_BITS,
        };
        Position { key: -(before + at), id: review.id.uuid() }
    }
}

impl ReviewListing {
    /// What is searched for, folded; nothing where everything is shown.
    pub(crate) fn folded(&self) -> Result<Option<String>> {
        let Some(text) = self.text.as_deref() else { return Ok(None) };
        let mut errors = FieldErrors::default();
        let line = errors.text("q", OneLine::new(text, SEARCH_MIN..=SEARCH_MAX));
        errors.finish()?;
        let text = line.map(|line| folded(line.as_str())).unwrap_or_default();
        if text.chars().take(SEARCH_MIN).count() == SEARCH_MIN {
            return Ok(Some(text));
        }
        Err(Error::field("q", "from 2 to 100 characters"))
    }
}

/// What of a review is searched, folded.
pub(crate) fn searched(review: &Review) -> String {
    folded(&format!("{}\n{}", review.title, review.content))
}

/// Every two characters that follow each other, once each: what a text contains, each of its parts
/// of two characters or more has.
#[cfg(feature = "services")]
pub(crate) fn bigrams(folded: &str) -> Vec<i64> {
    let after = folded.chars().skip(1);
    let pair = |(one, next): (char, char)| {
        (i64::from(u32::from(one)) << u32::BITS) | i64::from(u32::from(next))
    };
    let mut pairs: Vec<i64> = folded.chars().zip(after).map(pair).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// What the shown reviews of a production add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rating {
    /// The sum of their ratings.
    pub stars: u64,
    /// How many they are.
    pub count: u64,
}

impl Rating {
    /// The average in hundredths, rounded half up; none where there is no review.
    pub fn average_hundredths(self) -> Option<u64> {
        let twice = (self.stars.saturating_mul(200)).saturating_add(self.count);
        twice.checked_div(2 * self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_is_exact_and_there_is_none_of_nothing() {
        let average = |stars, count| Rating { stars, count }.average_hundredths();
        assert_eq!(average(0, 0), None);
        assert_eq!(average(5, 1), Some(500));
        assert_eq!(average(13, 3), Some(433));
        assert_eq!(average(14, 3), Some(467));
        assert_eq!(average(1_001, 200), Some(501), "5.005 rounds up");
        assert_eq!(average(5_000_000, 1_000_000), Some(500));
    }

    #[cfg(feature = "services")]
    #[test]
    fn a_text_has_the_pairs_of_each_of_its_parts() {
        let whole = bigrams("정말 좋았어요 👍🏽!");
        for part in ["정말", "좋았어", "말 좋", "👍🏽", "요 👍"] {
            assert!(bigrams(part).iter().all(|pair| whole.contains(pair)), "{part}");
        }
        assert!(!bigrams("좋다").iter().all(|pair| whole.contains(pair)));
        assert_eq!(bigrams("aaaa").len(), 1);
        assert_eq!(bigrams("a").len(), 0);
    }

    #[test]
    fn a_search_needs_two_characters_and_has_an_end() {
        let search = |text: &str| {
            ReviewListing { text: Some(text.into()), ..ReviewListing::default() }.folded()
        };
        assert_eq!(search("Größe").unwrap().as_deref(), Some("grösse"));
        for wrong in ["", "a", "\u{200B}a", &"a".repeat(101)] {
            assert!(search(wrong).is_err(), "{wrong:?}");
        }
        assert!(search(&"a".repeat(100)).is_ok());
    }
}
