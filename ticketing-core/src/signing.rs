//! One signing key; a subkey per use, so that a token of one kind is never one of another.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;

/// The deployment's signing key: 32 bytes from which every subkey is derived. With it older ones may
/// be kept, whose tokens and tickets stay good; new ones are signed by the new key alone.
pub struct SigningKey {
    current: SecretBox<[u8; 32]>,
    older: Vec<SigningKey>,
}

impl SigningKey {
    /// From 32 secret bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self { current: SecretBox::new(Box::new(bytes)), older: Vec::new() }
    }

    /// From base64 text, as the setting has it.
    pub fn from_base64(text: &str) -> Option<Self> {
        let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?;
        bytes.try_into().ok().map(Self::new)
    }

    /// The same key, which also accepts what older ones signed.
    #[must_use]
    pub fn accepting(self, older: Vec<Self>) -> Self {
        Self { older, ..self }
    }

    /// The name of the key: it says which one signed, and nothing of the key.
    pub fn id(&self) -> String {
        let [a, b, c, d, ..] = self.subkey("key id");
        format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
    }

    /// This key, then the older ones.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.older)
    }

    /// The subkey of one use.
    pub(crate) fn subkey(&self, label: &str) -> [u8; 32] {
        let mut subkey = [0; 32];
        Hkdf::<Sha256>::new(None, self.current.expose_secret())
            .expand(label.as_bytes(), &mut subkey)
            .expect("32 bytes are within what HKDF-SHA256 gives");
        subkey
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SigningKey")
    }
}

const MAC_LENGTH: usize = 16;

/// Seals short facts into tokens and opens them again. A MAC, because a public-key check on every
/// poll would cost more than the poll.
#[derive(Clone)]
pub(crate) struct Sealer {
    current: Hmac<Sha256>,
    older: Vec<Hmac<Sha256>>,
}

impl Sealer {
    pub(crate) fn new(key: &SigningKey, label: &str) -> Self {
        let mac = |key: &SigningKey| {
            let mac = Hmac::<Sha256>::new_from_slice(&key.subkey(label));
            mac.expect("HMAC takes a key of any length")
        };
        Self { current: mac(key), older: key.older.iter().map(mac).collect() }
    }

    /// The facts and their MAC, as base64url.
    pub(crate) fn seal(&self, facts: &[u8]) -> String {
        let mut token = facts.to_vec();
        token.extend_from_slice(&self.mac(facts)[..MAC_LENGTH]);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The facts of a token that this key sealed.
    pub(crate) fn open<const N: usize>(&self, token: &str) -> Option<[u8; N]> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (facts, tag) = (bytes.get(..N)?, bytes.get(N..)?);
        let sealed = tag.len() == MAC_LENGTH && self.has_sealed(facts, tag);
        sealed.then(|| facts.try_into().ok())?
    }

    /// Whether this key, or one that is kept, made the beginning of a MAC.
    pub(crate) fn has_sealed(&self, facts: &[u8], tag: &[u8]) -> bool {
        std::iter::once(&self.current).chain(&self.older).any(|mac| {
            let mut mac = mac.clone();
            mac.update(facts);
            mac.verify_truncated_left(tag).is_ok()
        })
    }

    /// The whole MAC of some facts.
    pub(crate) fn mac(&self, facts: &[u8]) -> [u8; 32] {
        let mut mac = self.current.clone();
        mac.update(facts);
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sealer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_only_under_its_own_key_and_use() {
        let key = SigningKey::new([7; 32]);
        let place = Sealer::new(&key, "place");
        let token = place.seal(b"facts");
        assert_eq!(place.open::<5>(&token), Some(*b"facts"));
        assert_eq!(Sealer::new(&key, "pass").open::<5>(&token), None);
        assert_eq!(Sealer::new(&SigningKey::new([8; 32]), "place").open::<5>(&token), None);
        assert_eq!(place.open::<4>(&token), None);
    }

    #[test]
    fn an_older_key_is_good_as_long_as_it_is_kept_and_signs_nothing_new() {
        let old = || SigningKey::new([1; 32]);
        let token = Sealer::new(&old(), "place").seal(b"facts");
        let both = Sealer::new(&SigningKey::new([2; 32]).accepting(vec![old()]), "place");
        assert_eq!(both.open::<5>(&token), Some(*b"facts"));
        let alone = Sealer::new(&SigningKey::new([2; 32]), "place");
        assert_eq!(alone.open::<5>(&token), None);
        assert_eq!(alone.open::<5>(&both.seal(b"facts")), Some(*b"facts"));
        assert_ne!(old().id(), SigningKey::new([2; 32]).id());
    }

    #[test]
    fn a_token_with_any_changed_character_is_refused() {
        let place = Sealer::new(&SigningKey::new([7; 32]), "place");
        let token = place.seal(b"facts");
        for position in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).expect("still ASCII");
            assert_eq!(place.open::<5>(&forged), None, "changed at {position}");
        }
    }
}
