//! A seating plan as a file: seating-plan JSON, or the compact TOML.

mod made;

use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value;

/// Plans larger than this are no plans.
const MAX_PLAN_BYTES: u64 = 64 * 1024 * 1024;

/// The arena that the product ships.
const ARENA: &str = include_str!("../../venues/arena.toml");

/// A plan that is ready to be sent. What it says is judged by the server alone; here only the
/// name and the categories are read.
#[derive(Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) categories: Vec<String>,
    /// A seating-plan object, or a text with the compact TOML.
    pub(crate) seat_map: Value,
}

#[derive(Deserialize)]
struct Head {
    name: String,
    #[serde(default)]
    categories: Vec<Category>,
}

#[derive(Deserialize)]
struct Category {
    name: String,
}

impl Plan {
    /// The arena that the product ships.
    pub(crate) fn arena() -> Self {
        Self::parse(ARENA).expect("the shipped arena is a plan")
    }

    /// The shipped hall of this name.
    pub(crate) fn shipped(name: &str) -> Option<Self> {
        match name {
            "arena" => Some(Self::arena()),
            "stadium" => Some(Self::parse(&made::stadium()).expect("the stadium is a plan")),
            "grandstand" => {
                Some(Self::parse(&made::grandstand()).expect("the grandstand is a plan"))
            }
            _ => None,
        }
    }

    /// Reads a plan file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let context = || format!("cannot read the plan {}", path.display());
        let bytes = std::fs::metadata(path).with_context(context)?.len();
        anyhow::ensure!(bytes <= MAX_PLAN_BYTES, "{} has {bytes} bytes: no plan", path.display());
        let text = std::fs::read_to_string(path).with_context(context)?;
        Self::parse(&text).with_context(context)
    }

    /// A document that begins with a brace is JSON; TOML cannot.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let text = text.trim_start_matches('\u{feff}');
        let (head, seat_map) = if text.trim_start().starts_with('{') {
            let seat_map: Value = serde_json::from_str(text).context("not JSON")?;
            (Head::deserialize(&seat_map).context("not a seating plan")?, seat_map)
        } else {
            (toml::from_str::<Head>(text).context("not a compact plan")?, Value::from(text))
        };
        let categories = head.categories.into_iter().map(|category| category.name).collect();
        Ok(Self { name: head.name, categories, seat_map })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_arena_is_a_plan_with_seven_categories() {
        let arena = Plan::arena();
        assert_eq!(arena.name, "Riethsporthalle Erfurt");
        assert_eq!(arena.categories.len(), 7);
        assert!(arena.seat_map.is_string());
    }

    #[test]
    fn a_seating_plan_is_sent_as_the_object_that_it_is() {
        let text = r#" {"name":"H","categories":[{"name":"I","color":"red"}],"zones":[]}"#;
        let plan = Plan::parse(text).unwrap();
        assert_eq!(plan.categories, ["I"]);
        assert!(plan.seat_map["zones"].is_array());
    }

    #[test]
    fn what_is_neither_is_refused() {
        assert!(Plan::parse("{").is_err());
        assert!(Plan::parse("categories = []").is_err());
    }
}
