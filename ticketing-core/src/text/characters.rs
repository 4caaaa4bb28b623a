//! Which characters a text may have.

use icu_properties::props::{
    BinaryProperty, DefaultIgnorableCodePoint, EnumeratedProperty, GeneralCategory,
    NoncharacterCodePoint,
};

use super::flaw::Flaw;

/// More marks than any writing piles on one letter; a tower of them hides the lines above.
const MARKS_MAX: usize = 10;
/// A blank that Unicode counts among the symbols.
const BRAILLE_BLANK: char = '\u{2800}';

/// What is wrong with one character, wherever it stands.
///
/// The marks U+061C, U+200E and U+200F are welcome: they turn no more than a letter of their own
/// direction would, and Hebrew and Arabic titles need them. U+206A to U+206F are the older,
/// deprecated switches of direction and shape.
pub(super) fn flaw_of(c: char) -> Option<Flaw> {
    match c {
        '\u{2028}' | '\u{2029}' => Some(Flaw::Separator),
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{206F}' => Some(Flaw::Direction),
        _ if c.is_control() => Some(Flaw::Control),
        _ if NoncharacterCodePoint::for_char(c) => Some(Flaw::Noncharacter),
        _ => None,
    }
}

/// What is wrong with one character in a text of one line.
pub(super) fn flaw_in_line(c: char) -> Option<Flaw> {
    match c {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(Flaw::LineBreak),
        _ => flaw_of(c),
    }
}

/// What is wrong with one character in a text of many lines.
pub(super) fn flaw_in_paragraphs(c: char) -> Option<Flaw> {
    match c {
        '\n' | '\t' => None,
        _ => flaw_of(c),
    }
}

/// The first thing wrong with a text, by a rule for one character and the rule for marks.
pub(super) fn check(text: &str, flaw: fn(char) -> Option<Flaw>) -> Result<(), Flaw> {
    let mut marks = 0;
    for c in text.chars() {
        if let Some(flaw) = flaw(c) {
            return Err(flaw);
        }
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if marks > MARKS_MAX {
            return Err(Flaw::Marks { max: MARKS_MAX });
        }
    }
    Ok(())
}

/// Whether a reader sees anything of this text.
pub(super) fn has_visible(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !is_ignorable(c) && c != BRAILLE_BLANK)
}

/// Whether a character shows as nothing by itself: joiners, fillers, soft hyphens, selectors.
pub(super) fn is_ignorable(c: char) -> bool {
    DefaultIgnorableCodePoint::for_char(c)
}

fn is_mark(c: char) -> bool {
    let category = GeneralCategory::for_char(c);
    matches!(category, GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}
