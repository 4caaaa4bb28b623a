//! The PRECIS freeform class (RFC 8264, 4.3) on the Unicode of today.
//!
//! `precis-core` stays at Unicode 6.3, the last that IANA published tables for; by those a skin
//! tone or any emoji since 2014 is an unassigned code point. The RFC derives its classes from
//! properties on purpose, so what 6.3 did not know is derived here from today's.

use icu_properties::props::{EnumeratedProperty, GeneralCategory, GeneralCategoryGroup};
use precis_core::{DerivedPropertyValue, FreeformClass, StringClass};

use super::characters::is_ignorable;

/// The class.
pub(super) struct Freeform;

impl StringClass for Freeform {
    fn get_value_from_char(&self, c: char) -> DerivedPropertyValue {
        match FreeformClass::default().get_value_from_char(c) {
            DerivedPropertyValue::Unassigned => derived(c),
            known => known,
        }
    }

    fn get_value_from_codepoint(&self, cp: u32) -> DerivedPropertyValue {
        char::from_u32(cp).map_or(DerivedPropertyValue::Disallowed, |c| self.get_value_from_char(c))
    }
}

/// A text without the selectors that keyboards put behind an emoji (U+FE0E, U+FE0F): nobody types
/// them, the class refuses them, and without them the emoji is the same.
pub(super) fn without_selectors(text: &str) -> String {
    text.replace(['\u{FE0E}', '\u{FE0F}'], "")
}

fn derived(c: char) -> DerivedPropertyValue {
    const LETTERS_AND_SIGNS: GeneralCategoryGroup = GeneralCategoryGroup::Letter
        .union(GeneralCategoryGroup::Mark)
        .union(GeneralCategoryGroup::Number)
        .union(GeneralCategoryGroup::Punctuation)
        .union(GeneralCategoryGroup::Symbol);
    let category = GeneralCategory::for_char(c);
    if category == GeneralCategory::Unassigned {
        DerivedPropertyValue::Unassigned
    } else if LETTERS_AND_SIGNS.contains(category) && !is_ignorable(c) {
        DerivedPropertyValue::PValid
    } else {
        DerivedPropertyValue::Disallowed
    }
}
