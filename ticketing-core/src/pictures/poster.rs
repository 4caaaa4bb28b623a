use std::fmt;

use sha2::{Digest, Sha256};

use super::PictureSize;

/// How many hexadecimal digits a hash has.
const DIGITS: usize = 64;

/// What a file is called: the SHA-256 of what is in it, in lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PictureHash(String);

impl PictureHash {
    /// Nothing where the text is no hash.
    pub fn new(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == DIGITS && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PictureHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The picture of a production, in every size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poster {
    /// For a list.
    pub small: PictureHash,
    /// For a page.
    pub medium: PictureHash,
    /// For itself.
    pub large: PictureHash,
}

impl Poster {
    /// Of every size, or it is none.
    pub(crate) fn of(mut file: impl FnMut(PictureSize) -> Option<PictureHash>) -> Option<Self> {
        let [small, medium, large] = PictureSize::ALL.map(&mut file);
        Some(Self { small: small?, medium: medium?, large: large? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hash_as_we_write_it_is_one() {
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(PictureHash::new(&hash).unwrap().as_str(), hash);
        for wrong in ["", &hash[1..], &format!("{hash}0"), &hash.to_uppercase(), &"g".repeat(64)] {
            assert_eq!(PictureHash::new(wrong), None, "{wrong}");
        }
        assert_eq!(PictureHash::new(&"../".repeat(21)), None);
    }
}
