//! Where the program's randomness comes from.

use rand::RngExt as _;

/// Fresh random bits from the operating system: for a seed that nobody chose, and for names and
/// passwords that must not repeat. Everything else follows from a seed.
#[expect(clippy::disallowed_methods, reason = "the program's one source of entropy")]
pub(crate) fn fresh() -> u128 {
    rand::rng().random()
}
