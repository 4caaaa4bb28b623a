use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// An average rating: a number with two decimals, kept in hundredths so that it is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Average {
    hundredths: u32,
}

impl Average {
    /// From hundredths: 433 is 4.33.
    pub const fn from_hundredths(hundredths: u32) -> Self {
        Self { hundredths }
    }
}

/// As people write it: `4.33`.
impl std::fmt::Display for Average {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{:02}", self.hundredths / 100, self.hundredths % 100)
    }
}

impl Serialize for Average {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.hundredths) / 100.0)
    }
}

impl<'de> Deserialize<'de> for Average {
    fn deserialize<D: Deserializer<'de>>(average: D) -> Result<Self, D::Error> {
        let average = f64::deserialize(average)?;
        if !(0.0..=5.0).contains(&average) {
            return Err(serde::de::Error::custom("an average rating is from 1 to 5"));
        }
        let rounded = (average * 100.0).round();
        let hundredths = (0_u32..=500).find(|one| f64::from(*one) >= rounded);
        Ok(Self { hundredths: hundredths.unwrap_or(500) })
    }
}

impl PartialSchema for Average {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Number);
        number.minimum(Some(1)).maximum(Some(5)).build().into()
    }
}

impl ToSchema for Average {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_decimals_survive_the_wire() {
        for hundredths in 100..=500 {
            let average = Average::from_hundredths(hundredths);
            let text = serde_json::to_string(&average).unwrap();
            assert!(text.len() <= 4, "{text}");
            assert_eq!(serde_json::from_str::<Average>(&text).unwrap(), average);
        }
        assert_eq!(Average::from_hundredths(405).to_string(), "4.05");
        assert!(serde_json::from_str::<Average>("1e300").is_err());
    }
}
