//! Tickets: signed codes that a QR code of version 5-M holds and that verify offline.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::BASE32_NOPAD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::catalog::SEATS_MAX;
use crate::id::{PerformanceId, TicketId};

/// What is scanned at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// For which performance.
    pub performance: PerformanceId,
    /// For which seat index.
    pub seat: u32,
    /// How often its code was replaced: only the present one lets anybody in.
    pub issue: u8,
}

/// How often the code of a ticket may be replaced.
pub(crate) const REISSUES_MAX: u8 = 3;

/// What a code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// A ticket that this deployment signed for the performance.
    Signed(TicketCode),
    /// It says that it is for another performance.
    WrongPerformance,
    /// Nothing that this deployment signed.
    Forged,
}

/// The ticket that a code is for, as far as the code tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketCode {
    /// For which seat index.
    pub seat: u32,
    /// How often the ticket's code had been replaced before this one.
    pub issue: u8,
    /// The first bytes of the ticket's id.
    pub(crate) reference: [u8; REFERENCE_LENGTH],
}

impl TicketCode {
    /// Whether it is of this ticket of its performance: of the present issue or of one before.
    pub(crate) fn names(&self, ticket: &Ticket) -> bool {
        let code = Self::from(ticket);
        (code.seat, code.reference) == (self.seat, self.reference)
    }
}

impl From<&Ticket> for TicketCode {
    fn from(ticket: &Ticket) -> Self {
        let mut reference = [0; REFERENCE_LENGTH];
        reference.copy_from_slice(&ticket.id.uuid().as_bytes()[..REFERENCE_LENGTH]);
        Self { seat: ticket.seat, issue: ticket.issue, reference }
    }
}

const REFERENCE_LENGTH: usize = 5;
/// Key, short performance, seat, issue, reference: with the signature 76 bytes, 122 characters.
const FACTS_LENGTH: usize = 1 + 2 + 3 + 1 + REFERENCE_LENGTH;
/// A seat's index has three bytes.
const _: () = assert!(SEATS_MAX < 1 << 24);
/// What is signed is nothing but a ticket.
const PURPOSE: &[u8] = b"ticket 2";

/// Signs tickets.
pub(crate) struct TicketSigner {
    current: SigningKey,
    verifier: TicketVerifier,
}

impl TicketSigner {
    pub(crate) fn new(key: &crate::signing::SigningKey) -> Self {
        let signing =
            |key: &crate::signing::SigningKey| SigningKey::from_bytes(&key.subkey("ticket"));
        let verifier = key.all().map(|key| signing(key).verifying_key()).collect();
        Self { current: signing(key), verifier: TicketVerifier(verifier) }
    }

    /// The code of a ticket: the same issue of the same ticket always has the same code.
    pub(crate) fn code(&self, ticket: &Ticket) -> String {
        let facts = facts(ticket, key_id(&self.current.verifying_key()));
        let signature = self.current.sign(&signed(ticket.performance, &facts));
        BASE32_NOPAD.encode(&[&facts[..], &signature.to_bytes()].concat())
    }

    pub(crate) fn verifier(&self) -> TicketVerifier {
        self.verifier.clone()
    }
}

/// Tells true tickets from forged ones without asking anybody: of the present key, and of the older
/// ones that are kept.
#[derive(Clone, Debug)]
pub struct TicketVerifier(Vec<VerifyingKey>);

impl TicketVerifier {
    /// For a device that has been given the public keys.
    pub fn new(keys: &[[u8; 32]]) -> Option<Self> {
        let keys = keys.iter().map(|key| VerifyingKey::from_bytes(key).ok());
        keys.collect::<Option<Vec<_>>>().map(Self)
    }

    /// What a device needs to verify codes by itself. No secrets.
    pub fn public_keys(&self) -> Vec<[u8; 32]> {
        self.0.iter().map(VerifyingKey::to_bytes).collect()
    }

    /// What a code says at the door of a performance; in capitals or not.
    pub fn scan(&self, performance: PerformanceId, code: &str) -> Scanned {
        if code.starts_with(OLD_PREFIX) {
            return self.scan_old(performance, code);
        }
        let Ok(bytes) = BASE32_NOPAD.decode(code.to_ascii_uppercase().as_bytes()) else {
            return Scanned::Forged;
        };
        let Some((facts, signature)) = bytes.split_first_chunk::<FACTS_LENGTH>() else {
            return Scanned::Forged;
        };
        let Ok(signature) = Signature::from_slice(signature) else { return Scanned::Forged };
        if facts[1..3] != short(performance) {
            return Scanned::WrongPerformance;
        }
        let message = signed(performance, facts);
        let mut named = self.0.iter().filter(|key| key_id(key) == facts[0]);
        if !named.any(|key| key.verify_strict(&message, &signature).is_ok()) {
            return Scanned::Forged;
        }
        let seat = u32::from_be_bytes([0, facts[3], facts[4], facts[5]]);
        let mut reference = [0; REFERENCE_LENGTH];
        reference.copy_from_slice(&facts[7..]);
        Scanned::Signed(TicketCode { seat, issue: facts[6], reference })
    }

    /// Codes of before: longer, with whole ids and no issue. Tickets that were sold under them stay
    /// good.
    fn scan_old(&self, performance: PerformanceId, code: &str) -> Scanned {
        let bytes = URL_SAFE_NO_PAD.decode(&code[OLD_PREFIX.len()..]).unwrap_or_default();
        let Some((facts, signature)) = bytes.split_first_chunk::<OLD_FACTS_LENGTH>() else {
            return Scanned::Forged;
        };
        let Ok(signature) = Signature::from_slice(signature) else { return Scanned::Forged };
        if !self.0.iter().any(|key| key.verify_strict(facts, &signature).is_ok()) {
            return Scanned::Forged;
        }
        let id = |bytes: &[u8]| Uuid::from_slice(bytes).unwrap_or_default();
        let (seat, _) = facts[32..].split_first_chunk().unwrap_or((&[0; 4], &[]));
        let ticket = Ticket {
            id: id(&facts[..16]).into(),
            performance: id(&facts[16..32]).into(),
            seat: u32::from_be_bytes(*seat),
            issue: 0,
        };
        if ticket.performance == performance {
            Scanned::Signed(TicketCode::from(&ticket))
        } else {
            Scanned::WrongPerformance
        }
    }
}

const OLD_PREFIX: &str = "T1.";
const OLD_FACTS_LENGTH: usize = 16 + 16 + 4;

fn facts(ticket: &Ticket, key: u8) -> [u8; FACTS_LENGTH] {
    let TicketCode { seat, issue, reference } = TicketCode::from(ticket);
    let mut facts = [0; FACTS_LENGTH];
    facts[0] = key;
    facts[1..3].copy_from_slice(&short(ticket.performance));
    facts[3..6].copy_from_slice(&seat.to_be_bytes()[1..]);
    facts[6] = issue;
    facts[7..].copy_from_slice(&reference);
    facts
}

/// The whole performance is signed, of which the code says only two bytes.
fn signed(performance: PerformanceId, facts: &[u8; FACTS_LENGTH]) -> Vec<u8> {
    [PURPOSE, performance.uuid().as_bytes(), facts].concat()
}

fn short(performance: PerformanceId) -> [u8; 2] {
    let [first, second, ..]: [u8; 32] = Sha256::digest(performance.uuid().as_bytes()).into();
    [first, second]
}

/// Which key to try.
fn key_id(key: &VerifyingKey) -> u8 {
    let [first, ..]: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> crate::signing::SigningKey {
        crate::signing::SigningKey::new([byte; 32])
    }

    fn performance(number: u128) -> PerformanceId {
        Uuid::from_u128(number).into()
    }

    fn ticket() -> Ticket {
        let id = Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10).into();
        Ticket { id, performance: performance(2), seat: 70_000, issue: 1 }
    }

    #[test]
    fn a_code_fits_a_qr_code_of_version_5_and_nothing_is_lost_around_it() {
        let code = TicketSigner::new(&key(7)).code(&ticket());
        assert_eq!(code.len(), 122);
        assert!(code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
    }

    #[test]
    fn a_ticket_verifies_offline_and_a_changed_one_does_not() {
        let signer = TicketSigner::new(&key(7));
        let code = signer.code(&ticket());
        let scan = |code: &str| signer.verifier().scan(performance(2), code);
        assert_eq!(scan(&code), Scanned::Signed(TicketCode::from(&ticket())));
        assert_eq!(scan(&code.to_lowercase()), scan(&code), "typed by hand");
        for place in 8..code.len() {
            let mut forged = code.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).expect("still ASCII");
            assert_eq!(scan(&forged), Scanned::Forged, "{place}");
        }
        for forged in ["", "T1.", "A", &code[1..], &code[..121], &format!("{code}A")] {
            assert_eq!(scan(forged), Scanned::Forged, "{forged:?}");
        }
        let elsewhere = signer.verifier().scan(performance(3), &code);
        assert_eq!(elsewhere, Scanned::WrongPerformance);
    }

    #[test]
    fn the_whole_performance_is_signed() {
        let signer = TicketSigner::new(&key(7));
        let twin = (3..1_000_000).map(performance).find(|one| short(*one) == short(performance(2)));
        let twin = twin.expect("two bytes are the same sooner or later");
        let code = signer.code(&ticket());
        assert_eq!(signer.verifier().scan(twin, &code), Scanned::Forged);
    }

    #[test]
    fn a_ticket_is_good_under_a_new_key_while_the_old_one_is_kept() {
        let code = TicketSigner::new(&key(7)).code(&ticket());
        let other = TicketSigner::new(&key(8));
        assert_eq!(other.verifier().scan(performance(2), &code), Scanned::Forged);
        let kept = TicketSigner::new(&key(8).accepting(vec![key(7)]));
        assert!(matches!(kept.verifier().scan(performance(2), &code), Scanned::Signed(_)));
        assert_ne!(kept.code(&ticket()), code, "new ones are signed by the new key");
    }

    #[test]
    fn a_code_of_before_is_still_read() {
        let signer = TicketSigner::new(&key(7));
        let ticket = Ticket { issue: 0, ..ticket() };
        let mut bytes = ticket.id.uuid().as_bytes().to_vec();
        bytes.extend_from_slice(ticket.performance.uuid().as_bytes());
        bytes.extend_from_slice(&ticket.seat.to_be_bytes());
        bytes.extend_from_slice(&signer.current.sign(&bytes).to_bytes());
        let code = format!("{OLD_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let scan = |number, code: &str| signer.verifier().scan(performance(number), code);
        assert_eq!(scan(2, &code), Scanned::Signed(TicketCode::from(&ticket)));
        assert_eq!(scan(3, &code), Scanned::WrongPerformance);
        assert_eq!(scan(2, &code[..100]), Scanned::Forged);
    }
}
