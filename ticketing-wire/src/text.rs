//! Text that somebody else wrote, as it may be printed.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Stands where a character was that must not be printed.
const REPLACEMENT: char = '\u{fffd}';

/// The text without what a terminal or a page would obey: control characters (line breaks become
/// spaces), and characters that turn the direction of what follows.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let shown = |character: char| match character {
        '\n' | '\t' => ' ',
        character if is_obeyed(character) => REPLACEMENT,
        character => character,
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// JSON in which such characters are escaped; it means the same.
pub fn clean_json(json: &str) -> Cow<'_, str> {
    let is_loose = |character: char| character > ' ' && is_obeyed(character);
    if !json.chars().any(is_loose) {
        return Cow::Borrowed(json);
    }
    let mut cleaned = String::with_capacity(json.len());
    for character in json.chars() {
        if is_loose(character) {
            write!(cleaned, "\\u{:04x}", u32::from(character)).expect("a string takes any text");
        } else {
            cleaned.push(character);
        }
    }
    Cow::Owned(cleaned)
}

fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_printed() {
        let title = "\u{1b}]52;c;cm0=\u{7}\u{1b}[31mX\u{9b}2J\u{202e}\u{2066}\u{7f}\r";
        let shown = clean(title);
        assert!(!shown.chars().any(is_obeyed), "{shown:?}");
        assert!(shown.contains('X'));
        assert_eq!(clean("two\nlines\tand a tab"), "two lines and a tab");
        assert!(matches!(clean("Zoë 🎻 서울 עברית"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_says_the_same_with_such_characters_escaped() {
        let text = "a\u{9b}\u{202e}\u{7f}b\u{1b}\n";
        let json = serde_json::to_string(text).unwrap();
        let cleaned = clean_json(&json);
        assert!(!cleaned.chars().any(is_obeyed), "{cleaned}");
        assert_eq!(serde_json::from_str::<String>(&cleaned).unwrap(), text);
    }
}
