//! What others call somebody.

use std::ops::RangeInclusive;

use precis_core::StringClass;
use precis_core::profile::{Rules, stabilize};
use precis_profiles::Nickname as Profile;

use super::bounds::Bounds;
use super::characters::{check, flaw_in_line, has_visible};
use super::flaw::Flaw;
use super::folding::{folded, nfc};
use super::precis::{Freeform, without_selectors};

/// A nickname by the profile of RFC 8266: one space between words, full-width letters made
/// ordinary, nothing invisible. The case is the person's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Nickname {
    pub(super) text: String,
}

impl Nickname {
    /// How many code points it has.
    pub const CHARS: RangeInclusive<usize> = 1..=50;

    /// From what was written.
    pub fn new(raw: &str) -> Result<Self, Flaw> {
        let bounds = Bounds::new(Self::CHARS);
        let raw = raw.trim();
        bounds.admit(raw)?;
        // Composed first: the class knows the syllables of Hangul, not their pieces.
        let text = without_selectors(&nfc(raw));
        check(&text, flaw_in_line)?;
        if !has_visible(&text) {
            return Err(Flaw::Invisible);
        }
        let text = enforced(&text).ok_or(Flaw::Unusable)?;
        bounds.hold(&text)?;
        Ok(Self { text })
    }

    /// What no two people share: neither case, width, normal form nor spacing tells names apart.
    ///
    /// ```
    /// # use ticketing_core::text::Nickname;
    /// let [one, other] = ["Zoë", "ＺＯＥ\u{308}"].map(|name| Nickname::new(name).unwrap());
    /// assert_eq!(one.skeleton(), other.skeleton());
    /// ```
    pub fn skeleton(&self) -> String {
        folded(&self.text).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The rules of the profile in their order (RFC 8266, 2.3), over the class of today.
fn enforced(text: &str) -> Option<String> {
    let profile = Profile::new();
    let enforced = stabilize(text, |text| {
        Freeform.allows(text)?;
        let text = profile.additional_mapping_rule(text)?;
        profile.normalization_rule(text)
    });
    enforced.ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nickname(raw: &str) -> Result<String, Flaw> {
        Nickname::new(raw).map(Nickname::into_string)
    }

    #[test]
    fn names_that_look_the_same_have_one_skeleton() {
        let zoe = Nickname::new("Zoë").unwrap().skeleton();
        for other in ["Zoe\u{308}", "ZOË", "ZOE\u{308}", "Ｚｏë", "ＺＯＥ\u{308}", "  zoë\u{3000}"]
        {
            assert_eq!(Nickname::new(other).unwrap().skeleton(), zoe, "{other:?}");
        }
        for (one, other) in [
            ("Ada  Lovelace", "ada\u{A0}\u{2003}LOVELACE"),
            ("STRASSE", "straße"),
            ("한글", "\u{1112}\u{1161}\u{11ab}글"),
            ("❤\u{FE0F}", "❤"),
        ] {
            let [one, other] = [one, other].map(|name| Nickname::new(name).unwrap().skeleton());
            assert_eq!(one, other);
        }
    }

    #[test]
    fn names_that_look_different_have_two_skeletons() {
        for (one, other) in [("Zoë", "Zoe"), ("dırk", "dirk"), ("Ada L", "AdaL")] {
            let [one, other] = [one, other].map(|name| Nickname::new(name).unwrap().skeleton());
            assert_ne!(one, other);
        }
    }

    #[test]
    fn a_name_keeps_its_case_and_loses_its_width() {
        for (raw, name) in [
            (" Zoe\u{308} ", "Zoë"),
            ("Ａｄａ", "Ada"),
            ("Ada \u{3000} L", "Ada L"),
            ("O'Brien-Müller 3", "O'Brien-Müller 3"),
            ("오페라", "오페라"),
            ("ชื่อเล่น", "ชื\u{E48}อเล\u{E48}น"),
            ("محمد", "محمد"),
            ("👍🏽", "👍🏽"),
            ("🥳🫶", "🥳🫶"),
            ("Ada ❤\u{FE0F}", "Ada ❤"),
        ] {
            assert_eq!(nickname(raw).as_deref(), Ok(name), "{raw:?}");
        }
    }

    #[test]
    fn a_name_that_shows_nothing_is_refused() {
        for raw in ["", " ", "\u{200B}", "\u{AD}", "\u{3164}", "\u{FFA0}", "\u{2800}", "\u{FE0F}"] {
            assert_eq!(nickname(raw), Err(Flaw::Invisible), "{raw:?}");
        }
    }

    #[test]
    fn a_name_has_nothing_hidden_in_it() {
        for (raw, flaw) in [
            ("a\0b", Flaw::Control),
            ("a\u{1B}[31mb", Flaw::Control),
            ("a\nb", Flaw::LineBreak),
            ("a\u{202E}b", Flaw::Direction),
            ("a\u{2066}b", Flaw::Direction),
            ("a\u{FFFE}b", Flaw::Noncharacter),
            ("a\u{200B}b", Flaw::Unusable),
            ("a\u{200D}b", Flaw::Unusable),
            ("a\u{200F}b", Flaw::Unusable),
            ("a\u{AD}b", Flaw::Unusable),
            ("a\u{3164}b", Flaw::Unusable),
            ("a\u{FEFF}b", Flaw::Unusable),
            ("a\u{E000}b", Flaw::Unusable),
            ("a\u{E0041}b", Flaw::Unusable),
            ("a\u{378}b", Flaw::Unusable),
        ] {
            assert_eq!(nickname(raw), Err(flaw), "{raw:?}");
        }
    }

    #[test]
    fn fifty_code_points_are_enough() {
        assert_eq!(nickname(&"ë".repeat(50)), Ok("ë".repeat(50)));
        assert_eq!(nickname(&"e\u{308}".repeat(50)), Ok("ë".repeat(50)));
        let flaw = Err(Flaw::Length { min: 1, max: 50 });
        assert_eq!(nickname(&"ë".repeat(51)), flaw);
        assert_eq!(nickname(&"\u{FDFA}".repeat(50)), flaw);
        assert_eq!(nickname(&"a".repeat(10_000_000)), flaw);
    }
}
