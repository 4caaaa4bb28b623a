//! What compares as the same.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::characters::is_ignorable;

/// The one folding that search and filters compare, whatever store they run on.
///
/// Case, width, normal form and invisible characters make no difference (Unicode 3.13,
/// `toNFKC_Casefold`). It knows no language, so a dotless i stays one.
///
/// ```
/// # use ticketing_core::text::folded;
/// assert!(folded("Konzert MÜNCHEN").contains(&folded("mu\u{308}nchen")));
/// ```
pub fn folded(text: &str) -> String {
    let bare: String =
        DecomposingNormalizerBorrowed::new_nfd().normalize_iter(text.chars()).collect();
    let bare: String = bare.chars().filter(|c| !is_ignorable(*c)).collect();
    // Compatibility characters can hold capitals, and folding them can come apart again.
    let once = nfkc(&folded_case(&bare)).into_owned();
    nfkc(&folded_case(&once)).into_owned()
}

/// A text without its case, in normal form C, otherwise as it was.
pub(super) fn caseless(text: &str) -> String {
    let apart = DecomposingNormalizerBorrowed::new_nfd().normalize(text);
    nfc(&folded_case(&apart)).into_owned()
}

/// A label as it is compared: what looks the same is the same.
pub(crate) fn label(text: &str) -> String {
    nfc(text.trim()).into_owned()
}

/// Normal form C.
pub(super) fn nfc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

fn nfkc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text)
}

fn folded_case(text: &str) -> Cow<'_, str> {
    CaseMapper::new().fold_string(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_the_same_folds_to_the_same() {
        for (one, other) in [
            ("Konzert MÜNCHEN", "konzert mu\u{308}nchen"),
            ("STRASSE", "straße"),
            ("STRAẞE", "strasse"),
            ("ＫＯＮＺＥＲＴ　１", "konzert 1"),
            ("ﾊﾟｽﾎﾟｰﾄ", "パスポート"),
            ("ΟΔΟΣ", "οδος"),
            ("οδός", "ΟΔΌΣ"),
            ("ﬁnale", "FINALE"),
            ("\u{1112}\u{1161}\u{11ab}글", "한글"),
            ("kon\u{AD}zert", "konzert"),
            ("kon\u{200B}zert", "konzert"),
            ("\u{FEFF}konzert", "konzert"),
            ("❤\u{FE0F}", "❤"),
            ("K\u{212A}", "kk"),
            ("\u{1F80}", "\u{1F88}"),
            ("Ⅳ", "iv"),
            ("㎒", "MHZ"),
        ] {
            assert_eq!(folded(one), folded(other), "{one:?} and {other:?}");
        }
    }

    #[test]
    fn what_reads_differently_stays_apart() {
        for (one, other) in [("ı", "i"), ("o", "ö"), ("한", "하"), ("a b", "ab"), ("", "a")] {
            assert_ne!(folded(one), folded(other), "{one:?} and {other:?}");
        }
    }

    #[test]
    fn a_part_typed_in_another_form_is_found() {
        let title = folded("Konzert MÜNCHEN, große Straße");
        for part in ["konzert münchen", "MU\u{308}NCHEN", "GROSSE STRASSE", "ｋｏｎ"] {
            assert!(title.contains(&folded(part)), "{part:?}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for c in '\0'..='\u{1FFFF}' {
            let once = folded(c.encode_utf8(&mut [0; 4]));
            assert_eq!(folded(&once), once, "U+{:04X}", u32::from(c));
            assert!(!once.chars().any(is_ignorable), "U+{:04X}", u32::from(c));
        }
    }
}
