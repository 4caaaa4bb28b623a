//! Keys that make a repeated request change nothing.

/// Names one attempt, so that repeating it changes nothing. 16 to 64 ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A key from 128 random bits; whoever calls brings the randomness.
    pub fn from_random(bits: u128) -> Self {
        Self(format!("{bits:032x}"))
    }

    /// The key as it stands in the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_length_that_the_contract_asks_for() {
        assert_eq!(IdempotencyKey::from_random(7).as_str().len(), 32);
    }
}
