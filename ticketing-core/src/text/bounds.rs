//! How long a text may be.

use std::ops::RangeInclusive;

use super::flaw::Flaw;

/// Normal form C makes one code point of at most this many (α with three marks).
const COMPOSED_OF_MAX: usize = 4;
/// Room for what cleaning takes away: runs of spaces, variation selectors.
const SLACK: usize = 64;

/// The fewest and the most code points of a text.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    min: usize,
    max: usize,
}

impl Bounds {
    pub(super) fn new(bounds: RangeInclusive<usize>) -> Self {
        let (min, max) = bounds.into_inner();
        Self { min, max }
    }

    /// Refuses what no normalisation could make short enough, before any is tried.
    pub(super) fn admit(self, raw: &str) -> Result<(), Flaw> {
        if is_hopeless(raw, self.max) { Err(self.flaw()) } else { Ok(()) }
    }

    /// Counts the normalised text.
    pub(super) fn hold(self, text: &str) -> Result<(), Flaw> {
        let fits = (self.min..=self.max).contains(&text.chars().count());
        if fits { Ok(()) } else { Err(self.flaw()) }
    }

    /// Whether a text has to have something in it.
    pub(super) const fn ask_for_one(self) -> bool {
        self.min > 0
    }

    const fn flaw(self) -> Flaw {
        Flaw::Length { min: self.min, max: self.max }
    }
}

/// Whether a text is so long that normalising it would be work for nothing.
pub(super) fn is_hopeless(raw: &str, max: usize) -> bool {
    let most = max.saturating_mul(COMPOSED_OF_MAX).saturating_add(SLACK);
    raw.chars().nth(most).is_some()
}
