//! The only two places where the gateway reads the world: the wall clock and entropy.

use jiff::Timestamp;
use rand::RngExt as _;

/// The wall clock.
#[expect(clippy::disallowed_methods, reason = "the edge of this program: its one clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Fresh entropy, for tokens that nobody can guess.
#[expect(clippy::disallowed_methods, reason = "the edge of this program: its one entropy source")]
pub(crate) fn seed() -> [u8; 32] {
    rand::rng().random()
}
