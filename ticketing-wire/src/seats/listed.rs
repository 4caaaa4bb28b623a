//! Seats behind the `?`: `seats=2,3`, none of them as `seats=`.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// As `2,3`.
#[expect(clippy::ref_option, reason = "serde hands over the field as it is")]
pub(crate) fn serialize<S: Serializer>(seats: &Option<Vec<u32>>, to: S) -> Result<S::Ok, S::Error> {
    let seats: Vec<String> = seats.iter().flatten().map(u32::to_string).collect();
    to.serialize_str(&seats.join(","))
}

/// From `2,3`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Vec<u32>>, D::Error> {
    let text = String::deserialize(from)?;
    if text.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let seat = |text: &str| {
        text.parse().map_err(|_| D::Error::custom(format!("seats: numbers, not {text:?}")))
    };
    text.split(',').map(seat).collect::<Result<_, _>>().map(Some)
}
