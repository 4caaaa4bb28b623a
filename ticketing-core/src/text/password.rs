//! What only one person knows.

use std::ops::RangeInclusive;

use precis_core::StringClass;
use precis_core::profile::Rules;
use precis_profiles::OpaqueString;
use secrecy::{ExposeSecret, SecretString};

use super::bounds::Bounds;
use super::characters::{check, flaw_in_line};
use super::flaw::Flaw;
use super::folding::nfc;
use super::precis::{Freeform, without_selectors};

/// A password by the `OpaqueString` profile of RFC 8265: case and spaces count, but neither the
/// normal form nor the kind of space that a keyboard happens to send. Never shown, not even in
/// debug output.
#[derive(Clone, Debug)]
pub struct Password {
    secret: SecretString,
}

impl Password {
    /// How many code points it has; hashing a longer one would be work for the asking.
    pub const CHARS: RangeInclusive<usize> = 8..=128;

    /// From what was typed, when it is chosen and when it is checked.
    pub fn new(raw: &str) -> Result<Self, Flaw> {
        let bounds = Bounds::new(Self::CHARS);
        bounds.admit(raw)?;
        // Composed first: the class knows the syllables of Hangul, not their pieces.
        let text = without_selectors(&nfc(raw));
        check(&text, flaw_in_line)?;
        let text = enforced(&text).ok_or(Flaw::Unusable)?;
        bounds.hold(&text)?;
        Ok(Self { secret: text.into() })
    }

    /// The password in the form that is hashed.
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

/// The rules of the profile in their order (RFC 8265, 4.2), over the class of today.
fn enforced(text: &str) -> Option<String> {
    let profile = OpaqueString::new();
    Freeform.allows(text).ok()?;
    let text = profile.additional_mapping_rule(text).ok()?;
    let text = profile.normalization_rule(text).ok()?;
    Some(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(raw: &str) -> Result<String, Flaw> {
        Password::new(raw).map(|password| password.expose().to_owned())
    }

    #[test]
    fn a_password_is_the_same_from_any_keyboard() {
        for (one, other) in [
            ("Gießerei-Zoë", "Gießerei-Zoe\u{308}"),
            ("한글비밀번호입니다", "\u{1112}\u{1161}\u{11ab}글비밀번호입니다"),
            ("correct horse", "correct\u{A0}horse"),
            ("I ❤\u{FE0F} Opera", "I ❤ Opera"),
        ] {
            assert_eq!(password(one), password(other));
            assert!(password(one).is_ok(), "{one:?}");
        }
    }

    #[test]
    fn case_width_and_spaces_count() {
        assert_ne!(password("Gießerei"), password("gießerei"));
        assert_ne!(password("ｇｉｅｓｓｅｒｅｉ"), password("giesserei"));
        assert_eq!(password("  a  b  c ").as_deref(), Ok("  a  b  c "));
    }

    #[test]
    fn eight_to_a_hundred_and_twenty_eight_code_points() {
        let flaw = Err(Flaw::Length { min: 8, max: 128 });
        for fine in ["😀".repeat(8), "🥳".repeat(8), "👍🏽".repeat(4), "e\u{301}".repeat(128)]
        {
            assert!(password(&fine).is_ok(), "{fine:?}");
        }
        for wrong in [String::new(), "e\u{301}".repeat(7), "a".repeat(129), "a".repeat(9_999_999)] {
            assert_eq!(password(&wrong), flaw);
        }
    }

    #[test]
    fn what_cannot_be_typed_again_is_refused() {
        for (raw, flaw) in [
            ("1234567\0", Flaw::Control),
            ("1234567\u{1B}", Flaw::Control),
            ("1234567\t", Flaw::Control),
            ("1234567\n", Flaw::LineBreak),
            ("1234567\u{202E}", Flaw::Direction),
            ("1234567\u{FFFE}", Flaw::Noncharacter),
            ("1234567\u{200B}", Flaw::Unusable),
            ("1234567\u{AD}", Flaw::Unusable),
            ("1234567\u{3164}", Flaw::Unusable),
            ("\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}", Flaw::Unusable),
        ] {
            assert_eq!(password(raw), Err(flaw), "{raw:?}");
        }
    }

    #[test]
    fn debug_output_prints_nothing_of_it() {
        let shown = format!("{:?}", Password::new("open sesame").unwrap());
        assert!(!shown.contains("sesame"), "{shown}");
    }
}
