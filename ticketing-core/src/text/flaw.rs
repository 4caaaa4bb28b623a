//! What a text lacks.

/// Why a text was refused; shown, it says what would be right, to stand beside a field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Too few or too many code points.
    #[error("{}", characters(*.min, *.max))]
    Length {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// Too many bytes.
    #[error("at most {max} bytes")]
    Bytes {
        /// The most.
        max: usize,
    },
    /// Nothing that a reader would see.
    #[error("at least one visible character")]
    Invisible,
    /// A line break where there is one line.
    #[error("a single line")]
    LineBreak,
    /// A line or paragraph separator; few programs break a line there.
    #[error("newlines for line breaks, not U+2028 or U+2029")]
    Separator,
    /// A control character.
    #[error("no control characters")]
    Control,
    /// A character that turns the text around it.
    #[error("no characters that change the direction of the text")]
    Direction,
    /// A code point that Unicode keeps for no character.
    #[error("no code points that are not characters")]
    Noncharacter,
    /// Marks piled up until they cover the lines around them.
    #[error("at most {max} marks on one letter")]
    Marks {
        /// The most.
        max: usize,
    },
    /// A character outside the PRECIS freeform class (RFC 8264, 4.3).
    #[error("letters, digits, spaces, punctuation, symbols and single emoji, nothing invisible")]
    Unusable,
    /// Something else than what machines make codes of.
    #[error("printable ASCII without spaces")]
    Unprintable,
    /// Not an e-mail address, or one that nobody can be reached at.
    #[error("an address such as ada@example.org")]
    Address,
}

fn characters(min: usize, max: usize) -> String {
    match min {
        0 => format!("at most {max} characters"),
        _ if min == max => format!("exactly {max} characters"),
        _ => format!("{min} to {max} characters"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flaw_says_what_would_be_right() {
        for (flaw, right) in [
            (Flaw::Length { min: 1, max: 255 }, "1 to 255 characters"),
            (Flaw::Length { min: 0, max: 255 }, "at most 255 characters"),
            (Flaw::Length { min: 3, max: 3 }, "exactly 3 characters"),
            (Flaw::Control, "no control characters"),
            (Flaw::Direction, "no characters that change the direction of the text"),
            (Flaw::Address, "an address such as ada@example.org"),
        ] {
            assert_eq!(flaw.to_string(), right);
        }
    }
}
