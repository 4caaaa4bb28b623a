//! Tickets: signed codes that verify offline; entering is one conditional update.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use uuid::Uuid;

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
}

/// What the door says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckIn {
    /// Come in; the ticket is used now.
    Admitted,
    /// Somebody came in with it.
    AlreadyUsed,
    /// Its order was refunded or is not known.
    Void,
    /// A true ticket, for something else.
    WrongPerformance,
    /// Not a ticket of ours.
    Forged,
}

impl CheckIn {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::AlreadyUsed => "already_used",
            Self::Void => "void",
            Self::WrongPerformance => "wrong_performance",
            Self::Forged => "forged",
        }
    }
}

const FACTS_LENGTH: usize = 16 + 16 + 4;
const PREFIX: &str = "T1.";

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

    /// The code of a ticket: the same ticket always has the same code.
    pub(crate) fn code(&self, ticket: &Ticket) -> String {
        let mut bytes = facts(ticket).to_vec();
        bytes.extend_from_slice(&self.current.sign(&bytes).to_bytes());
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
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
    /// The ticket of a code that this deployment signed.
    pub fn verify(&self, code: &str) -> Option<Ticket> {
        let bytes = URL_SAFE_NO_PAD.decode(code.strip_prefix(PREFIX)?).ok()?;
        let (facts, signature) = bytes.split_at_checked(FACTS_LENGTH)?;
        let signature = Signature::from_slice(signature).ok()?;
        self.0.iter().find(|key| key.verify_strict(facts, &signature).is_ok())?;
        Some(Ticket {
            id: Uuid::from_slice(&facts[..16]).ok()?.into(),
            performance: Uuid::from_slice(&facts[16..32]).ok()?.into(),
            seat: u32::from_be_bytes(facts[32..].try_into().ok()?),
        })
    }
}

fn facts(ticket: &Ticket) -> [u8; FACTS_LENGTH] {
    let mut facts = [0; FACTS_LENGTH];
    facts[..16].copy_from_slice(ticket.id.uuid().as_bytes());
    facts[16..32].copy_from_slice(ticket.performance.uuid().as_bytes());
    facts[32..].copy_from_slice(&ticket.seat.to_be_bytes());
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_verifies_offline_and_a_changed_one_does_not() {
        let signer = TicketSigner::new(&crate::signing::SigningKey::new([7; 32]));
        let ticket = Ticket {
            id: Uuid::from_u128(1).into(),
            performance: Uuid::from_u128(2).into(),
            seat: 3,
        };
        let code = signer.code(&ticket);
        assert_eq!(signer.verifier().verify(&code), Some(ticket.clone()));
        let other = TicketSigner::new(&crate::signing::SigningKey::new([8; 32]));
        assert_eq!(other.verifier().verify(&code), None);
        let key = crate::signing::SigningKey::new;
        let kept = TicketSigner::new(&key([8; 32]).accepting(vec![key([7; 32])]));
        assert_eq!(kept.verifier().verify(&code), Some(ticket.clone()));
        assert_ne!(kept.code(&ticket), code, "new ones are signed by the new key");
        let mut forged = code.into_bytes();
        forged[20] = if forged[20] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).expect("still ASCII");
        assert_eq!(signer.verifier().verify(&forged), None);
    }
}
