//! What people write, checked.

use super::RATING_MAX;
use crate::error::{Error, FieldErrors, Result};
use crate::text::{OneLine, Paragraphs};

/// The longest title.
pub const TITLE_MAX: usize = 100;
/// The longest content, of a reply too.
pub const CONTENT_MAX: usize = 500;
/// The longest reason of a report or a ruling, and the longest objection.
pub const REASON_MAX: usize = 500;

/// What an author says, as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewReview {
    /// From 1 to 5.
    pub rating: u8,
    /// In a few words.
    pub title: String,
    /// In more.
    pub content: String,
}

/// What of a review changes; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewChange {
    /// From 1 to 5.
    pub rating: Option<u8>,
    /// In a few words.
    pub title: Option<String>,
    /// In more.
    pub content: Option<String>,
}

/// The same, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) rating: u8,
    pub(crate) title: OneLine,
    pub(crate) content: Paragraphs,
}

impl NewReview {
    pub(crate) fn check(&self) -> Result<Written> {
        let mut errors = FieldErrors::default();
        let title = errors.text("title", OneLine::new(&self.title, 1..=TITLE_MAX));
        let content = errors.text("content", Paragraphs::new(&self.content, 0..=CONTENT_MAX));
        errors.require((1..=RATING_MAX).contains(&self.rating), "rating", "from 1 to 5");
        errors.finish()?;
        let (Some(title), Some(content)) = (title, content) else {
            return Err(Error::internal("a text without a flaw is there"));
        };
        Ok(Written { rating: self.rating, title, content })
    }
}

impl ReviewChange {
    pub(crate) fn applied_to(&self, before: Written) -> Result<Written> {
        let ReviewChange { rating, title, content } = self.clone();
        let after = NewReview {
            rating: rating.unwrap_or(before.rating),
            title: title.unwrap_or_else(|| before.title.into_string()),
            content: content.unwrap_or_else(|| before.content.into_string()),
        };
        after.check()
    }
}

/// A reason, an objection, a reply: some words, named by their field.
pub(crate) fn reason(field: &str, text: &str) -> Result<Paragraphs> {
    let mut errors = FieldErrors::default();
    let text = errors.text(field, Paragraphs::new(text, 1..=REASON_MAX));
    errors.finish()?;
    text.ok_or_else(|| Error::internal("a text without a flaw is there"))
}
