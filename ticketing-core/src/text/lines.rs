//! Titles, names and messages of one line; descriptions of many.

use std::ops::RangeInclusive;

use super::bounds::Bounds;
use super::characters::{check, flaw_in_line, flaw_in_paragraphs, has_visible};
use super::flaw::Flaw;
use super::folding::nfc;

/// A text of one line: a title, a name, a label, a short message.
///
/// Trimmed. Any writing and any emoji; no line breaks, no control characters, nothing that turns
/// the direction of the text around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OneLine {
    pub(super) text: String,
}

impl OneLine {
    /// From what was written. Where the bounds begin at one, something of it is visible; where
    /// they begin at zero, a text of which nothing is visible becomes the empty text.
    pub fn new(raw: &str, bounds: RangeInclusive<usize>) -> Result<Self, Flaw> {
        let bounds = Bounds::new(bounds);
        let raw = raw.trim();
        bounds.admit(raw)?;
        let text = cleaned(nfc(raw).into_owned(), bounds, flaw_in_line)?;
        Ok(Self { text })
    }

    /// As it was stored, maybe by a version that took more: what no text may have is replaced.
    pub(crate) fn from_store(stored: &str) -> Self {
        Self { text: replaced(stored, flaw_in_line) }
    }
}

/// A text of many lines: a description.
///
/// As [`OneLine`], but newlines and tabs are welcome; the line ends of Windows become newlines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Paragraphs {
    pub(super) text: String,
}

impl Paragraphs {
    /// From what was written, as [`OneLine::new`].
    pub fn new(raw: &str, bounds: RangeInclusive<usize>) -> Result<Self, Flaw> {
        let bounds = Bounds::new(bounds);
        let raw = raw.trim();
        bounds.admit(raw)?;
        let text = cleaned(nfc(raw).replace("\r\n", "\n"), bounds, flaw_in_paragraphs)?;
        Ok(Self { text })
    }

    /// As [`OneLine::from_store`].
    pub(crate) fn from_store(stored: &str) -> Self {
        Self { text: replaced(stored, flaw_in_paragraphs) }
    }
}

fn replaced(text: &str, flaw: fn(char) -> Option<Flaw>) -> String {
    text.chars().map(|c| if flaw(c).is_some() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn cleaned(text: String, bounds: Bounds, flaw: fn(char) -> Option<Flaw>) -> Result<String, Flaw> {
    check(&text, flaw)?;
    let text = if has_visible(&text) { text } else { String::new() };
    if text.is_empty() && bounds.ask_for_one() {
        return Err(Flaw::Invisible);
    }
    bounds.hold(&text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(raw: &str) -> Result<String, Flaw> {
        OneLine::new(raw, 1..=255).map(OneLine::into_string)
    }

    fn paragraphs(raw: &str) -> Result<String, Flaw> {
        Paragraphs::new(raw, 0..=255).map(Paragraphs::into_string)
    }

    #[test]
    fn any_writing_stays_as_it_was_written() {
        for text in [
            "Konzert MÜNCHEN",
            "O'Brien & Söhne <Live> \"2026\"; DROP TABLE",
            "حفلة موسيقية ١٢",
            "قهوه\u{200C}خانه",
            "קונצרט \u{200F}(live)\u{200E} 3",
            "오페라의 유령",
            "คอนเสิร์ตที่กรุงเทพฯ",
            "हिन्दी संगीत",
            "Việt Nam",
            "👩\u{200D}👩\u{200D}👧\u{200D}👦 🏳\u{FE0F}\u{200D}🌈 👍🏽 🇰🇷 1\u{FE0F}\u{20E3}",
            "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
            "x\u{323}\u{304}",
            "ⅷ ｆｕｌｌ ﬁ",
        ] {
            assert_eq!(line(text).as_deref(), Ok(text));
            assert_eq!(paragraphs(text).as_deref(), Ok(text));
        }
    }

    #[cfg(feature = "services")]
    #[test]
    fn what_an_older_version_stored_is_read_without_what_nobody_may_show() {
        let stored = "A\u{1B}[31m\u{202E}B\0\nC";
        let shown = "A\u{FFFD}[31m\u{FFFD}B\u{FFFD}\u{FFFD}C";
        assert_eq!(OneLine::from_store(stored).as_str(), shown);
        assert_eq!(Paragraphs::from_store("a\nb").as_str(), "a\nb");
    }

    #[test]
    fn a_text_is_trimmed_and_composed() {
        assert_eq!(line(" \u{A0}\tZoe\u{308}\u{3000}\r\n").as_deref(), Ok("Zoë"));
        assert_eq!(line("\u{1112}\u{1161}\u{11ab}").as_deref(), Ok("한"));
        assert_eq!(line("\u{212B}").as_deref(), Ok("Å"));
    }

    #[test]
    fn what_a_store_or_a_screen_cannot_take_is_refused() {
        for (c, flaw) in [
            ('\0', Flaw::Control),
            ('\u{7}', Flaw::Control),
            ('\u{1B}', Flaw::Control),
            ('\u{7F}', Flaw::Control),
            ('\u{85}', Flaw::Control),
            ('\u{9B}', Flaw::Control),
            ('\u{202A}', Flaw::Direction),
            ('\u{202E}', Flaw::Direction),
            ('\u{2066}', Flaw::Direction),
            ('\u{2069}', Flaw::Direction),
            ('\u{206F}', Flaw::Direction),
            ('\u{FDD0}', Flaw::Noncharacter),
            ('\u{FFFE}', Flaw::Noncharacter),
            ('\u{FFFF}', Flaw::Noncharacter),
            ('\u{1FFFE}', Flaw::Noncharacter),
            ('\u{10FFFF}', Flaw::Noncharacter),
        ] {
            let text = format!("a{c}b");
            assert_eq!(line(&text), Err(flaw), "{c:?}");
            assert_eq!(paragraphs(&text), Err(flaw), "{c:?}");
        }
    }

    #[test]
    fn only_paragraphs_have_line_breaks_and_tabs() {
        for text in ["a\nb", "a\rb", "a\r\nb", "a\u{2028}b", "a\u{2029}b"] {
            assert_eq!(line(text), Err(Flaw::LineBreak), "{text:?}");
        }
        assert_eq!(line("a\tb"), Err(Flaw::Control));
        assert_eq!(paragraphs("a\r\n\r\n\tb\nc\r\n").as_deref(), Ok("a\n\n\tb\nc"));
        assert_eq!(paragraphs("a\rb"), Err(Flaw::Control));
        assert_eq!(paragraphs("a\u{2028}b"), Err(Flaw::Separator));
        assert_eq!(paragraphs("a\u{2029}b"), Err(Flaw::Separator));
    }

    #[test]
    fn what_shows_as_nothing_is_nothing() {
        for text in [
            "",
            "   ",
            "\u{200B}",
            "\u{AD}",
            "\u{3164}",
            "\u{FFA0}",
            "\u{200B} \u{2060}\u{FEFF}",
            "\u{200E}\u{200F}\u{61C}",
            "\u{FE0F}",
            "\u{2800}",
            "\u{E0041}",
        ] {
            assert_eq!(line(text), Err(Flaw::Invisible), "{text:?}");
            assert_eq!(paragraphs(text).as_deref(), Ok(""), "{text:?}");
        }
    }

    #[test]
    fn bounds_count_composed_code_points() {
        let flaw = Err(Flaw::Length { min: 1, max: 255 });
        assert_eq!(line(&"e\u{301}".repeat(255)).as_deref(), Ok("é".repeat(255).as_str()));
        assert_eq!(
            line(&"\u{3B1}\u{313}\u{300}\u{345}".repeat(255)).map(|text| text.len()),
            Ok(765)
        );
        assert_eq!(line(&"👍".repeat(255)).map(|text| text.len()), Ok(1020));
        assert_eq!(line(&"é".repeat(256)), flaw);
        assert_eq!(line(&"a".repeat(10_000_000)), flaw);
        let two = OneLine::new("a", 2..=3);
        assert_eq!(two, Err(Flaw::Length { min: 2, max: 3 }));
    }

    #[test]
    fn a_tower_of_marks_is_refused() {
        let tower = format!("Z{}", "\u{334}\u{489}".repeat(10));
        assert_eq!(line(&tower), Err(Flaw::Marks { max: 10 }));
        assert_eq!(line(&format!("Z{}", "\u{334}".repeat(10))).map(|text| text.len()), Ok(21));
    }

    #[test]
    fn a_text_made_once_is_made_the_same_again() {
        for text in ["Zoe\u{308} ", "a\r\nb", "\u{1112}\u{1161}", "x\u{323}\u{304}"] {
            let once = Paragraphs::new(text, 1..=9).unwrap();
            assert_eq!(Paragraphs::new(once.as_str(), 1..=9), Ok(once));
        }
    }
}
