//! The receipt of a place that was taken before the opening: an Ed25519 signature, so that third
//! parties can check it with the public key alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use uuid::Uuid;

use super::Place;
use crate::id::{AccountId, PerformanceId};

const FACTS_LENGTH: usize = 16 + 16 + 8 + 32;
const PREFIX: &str = "L1.";

/// What a receipt says: this account had this number when this commitment was public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// In which line.
    pub performance: PerformanceId,
    /// Whose place.
    pub account: AccountId,
    /// Its number: the draw gives it a rank.
    pub number: u64,
    /// The commitment of the draw as it was published then.
    pub commitment: [u8; 32],
}

/// Signs receipts.
pub(crate) struct ReceiptSigner {
    current: SigningKey,
    public_keys: Vec<String>,
}

impl ReceiptSigner {
    pub(crate) fn new(key: &crate::signing::SigningKey) -> Self {
        let signing =
            |key: &crate::signing::SigningKey| SigningKey::from_bytes(&key.subkey("line receipt"));
        let public = |key| URL_SAFE_NO_PAD.encode(signing(key).verifying_key().as_bytes());
        Self { current: signing(key), public_keys: key.all().map(public).collect() }
    }

    /// The receipt's text: the same place always has the same.
    pub(crate) fn sign(&self, place: &Place, commitment: [u8; 32]) -> String {
        let mut bytes = Vec::with_capacity(FACTS_LENGTH + 64);
        bytes.extend_from_slice(place.performance().uuid().as_bytes());
        bytes.extend_from_slice(place.account().uuid().as_bytes());
        bytes.extend_from_slice(&place.number().to_be_bytes());
        bytes.extend_from_slice(&commitment);
        bytes.extend_from_slice(&self.current.sign(&bytes).to_bytes());
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The public keys, as base64url: the present one, then the older ones that are kept.
    pub(crate) fn public_keys(&self) -> &[String] {
        &self.public_keys
    }
}

/// Reads a receipt with the deployment's public key (base64url); `None` where it was not signed
/// with it.
pub fn open_receipt(text: &str, public_key: &str) -> Option<Receipt> {
    let key: [u8; 32] = URL_SAFE_NO_PAD.decode(public_key).ok()?.try_into().ok()?;
    let bytes = URL_SAFE_NO_PAD.decode(text.trim().strip_prefix(PREFIX)?).ok()?;
    let (facts, signature) = bytes.split_at_checked(FACTS_LENGTH)?;
    let signature = Signature::from_slice(signature).ok()?;
    VerifyingKey::from_bytes(&key).ok()?.verify_strict(facts, &signature).ok()?;
    Some(Receipt {
        performance: Uuid::from_slice(&facts[..16]).ok()?.into(),
        account: Uuid::from_slice(&facts[16..32]).ok()?.into(),
        number: u64::from_be_bytes(facts[32..40].try_into().ok()?),
        commitment: facts[40..].try_into().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_read_with_the_public_key_and_a_changed_one_is_not() {
        let signer = ReceiptSigner::new(&crate::signing::SigningKey::new([7; 32]));
        let place = Place {
            performance: Uuid::from_u128(1).into(),
            account: Uuid::from_u128(2).into(),
            epoch: 1,
            number: 3,
        };
        let text = signer.sign(&place, [9; 32]);
        let receipt = open_receipt(&text, &signer.public_keys()[0]).expect("it is ours");
        assert_eq!((receipt.number, receipt.commitment), (3, [9; 32]));
        assert_eq!(receipt.account, place.account);
        let other = ReceiptSigner::new(&crate::signing::SigningKey::new([8; 32]));
        assert_eq!(open_receipt(&text, &other.public_keys()[0]), None);
        for position in 3..text.len() {
            let mut forged = text.clone().into_bytes();
            forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).expect("still ASCII");
            assert_eq!(open_receipt(&forged, &signer.public_keys()[0]), None, "at {position}");
        }
    }
}
