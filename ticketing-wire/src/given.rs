//! Fields that are left out, null, or given: three things in a change.

use serde::{Deserialize, Deserializer};

/// For `Option<T>` with `#[serde(default)]`: what is left out is `None`, and null is refused unless
/// `T` has it as a value.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// For `Option<T>` that must be there and may be null.
pub fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(value)
}
