//! What machines made and people pass on.

use std::ops::RangeInclusive;

use super::bounds::Bounds;
use super::flaw::Flaw;

/// A ticket code or a token: printable ASCII without spaces, trimmed.
///
/// Debug output shows it; a code that opens something belongs in a secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    pub(super) text: String,
}

impl Code {
    /// How many characters it has.
    pub const CHARS: RangeInclusive<usize> = 1..=2000;

    /// From what was passed on.
    pub fn new(raw: &str) -> Result<Self, Flaw> {
        let text = raw.trim();
        let bounds = Bounds::new(Self::CHARS);
        bounds.admit(text)?;
        if !text.chars().all(|c| c.is_ascii_graphic()) {
            return Err(Flaw::Unprintable);
        }
        bounds.hold(text)?;
        Ok(Self { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_trimmed_printable_ascii() {
        let code = Code::new(" eyJh.bGci_-~!\r\n").unwrap();
        assert_eq!(code.as_str(), "eyJh.bGci_-~!");
        for wrong in
            ["a b", "a\0", "a\u{1B}b", "a\nb", "ä", "Ａ", "a\u{200B}", "a\u{7F}", "\u{202E}a"]
        {
            assert_eq!(Code::new(wrong), Err(Flaw::Unprintable), "{wrong:?}");
        }
    }

    #[test]
    fn a_code_has_one_to_two_thousand_characters() {
        let flaw = Err(Flaw::Length { min: 1, max: 2000 });
        assert!(Code::new(&"a".repeat(2000)).is_ok());
        for wrong in [String::new(), " ".into(), "a".repeat(2001), "a".repeat(10_000_000)] {
            assert_eq!(Code::new(&wrong), flaw);
        }
    }
}
