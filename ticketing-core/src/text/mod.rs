//! What people write, as types: whoever holds one knows that it is text that every store takes,
//! every program can show, and that compares the way it looks.
//!
//! All of it is in normal form C, so that what looks the same is the same. Bounds count code
//! points after normalisation.

mod bounds;
mod characters;
mod code;
mod email;
mod flaw;
mod folding;
mod lines;
mod nickname;
mod password;
mod precis;

pub use self::code::Code;
pub use self::email::Email;
pub use self::flaw::Flaw;
pub use self::folding::folded;
pub(crate) use self::folding::label;
pub use self::lines::{OneLine, Paragraphs};
pub use self::nickname::Nickname;
pub use self::password::Password;

/// What all the types offer that may be shown; a macro, since each keeps its own field.
macro_rules! readable {
    ($($written:ty),+) => {$(
        impl $written {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.text
            }

            /// The text, given away.
            pub fn into_string(self) -> String {
                self.text
            }
        }

        impl std::fmt::Display for $written {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.text)
            }
        }
    )+};
}

readable!(OneLine, Paragraphs, Nickname, Email, Code);
