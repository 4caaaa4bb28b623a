use super::performance::{AGE_LIMIT_MAX, DESCRIPTION_MAX, GENRE_MAX, TITLE_MAX};
use super::{Performance, PerformanceDetails};
use crate::error::{Error, FieldErrors, Result};
use crate::id::{AccountId, ProductionId};
use crate::text::{OneLine, Paragraphs};

/// A work that is shown: what performances of it have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Production {
    /// Its id.
    pub id: ProductionId,
    /// Who owns it.
    pub organizer_id: AccountId,
    /// What it is called.
    pub title: OneLine,
    /// What it is.
    pub description: Paragraphs,
    /// Free text: concert, musical.
    pub genre: OneLine,
    /// The youngest age, 0 for everyone.
    pub age_limit: u8,
}

/// What an organizer says about a production, as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewProduction {
    /// What it is called.
    pub title: String,
    /// What it is.
    pub description: String,
    /// Free text.
    pub genre: String,
    /// The youngest age, 0 for everyone.
    pub age_limit: u8,
}

/// What of a production changes; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductionChange {
    /// What it is called.
    pub title: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Free text.
    pub genre: Option<String>,
    /// The youngest age.
    pub age_limit: Option<u8>,
}

impl NewProduction {
    pub(crate) fn check(self, id: ProductionId, organizer_id: AccountId) -> Result<Production> {
        let mut errors = FieldErrors::default();
        let title = errors.text("title", OneLine::new(&self.title, 1..=TITLE_MAX));
        let description =
            errors.text("description", Paragraphs::new(&self.description, 0..=DESCRIPTION_MAX));
        let genre = errors.text("genre", OneLine::new(&self.genre, 0..=GENRE_MAX));
        errors.require(self.age_limit <= AGE_LIMIT_MAX, "age_limit", "at most 120");
        errors.finish()?;
        let (Some(title), Some(description), Some(genre)) = (title, description, genre) else {
            return Err(Error::internal("a text without a flaw is there"));
        };
        let age_limit = self.age_limit;
        Ok(Production { id, organizer_id, title, description, genre, age_limit })
    }
}

impl ProductionChange {
    pub(crate) fn applied_to(&self, before: Production) -> Result<Production> {
        let changed = self.clone();
        let after = NewProduction {
            title: changed.title.unwrap_or_else(|| before.title.into_string()),
            description: changed.description.unwrap_or_else(|| before.description.into_string()),
            genre: changed.genre.unwrap_or_else(|| before.genre.into_string()),
            age_limit: changed.age_limit.unwrap_or(before.age_limit),
        };
        after.check(before.id, before.organizer_id)
    }
}

impl Performance {
    /// Whether its production was made with it, and not for several.
    pub(crate) fn has_own_production(&self) -> bool {
        self.details.production_id.uuid() == self.id.uuid()
    }

    /// The production of a performance that named none.
    pub(crate) fn own_production(&self) -> Production {
        let PerformanceDetails { production_id, title, description, genre, age_limit, .. } =
            self.details.clone();
        let organizer_id = self.organizer_id;
        Production { id: production_id, organizer_id, title, description, genre, age_limit }
    }
}
