//! The scenarios that come with the product.

use super::Scenario;

/// Their names and texts, in the order in which they are listed.
pub const SHIPPED: [(&str, &str); 13] = [
    ("arena", include_str!("../../scenarios/arena.toml")),
    ("stadium", include_str!("../../scenarios/stadium.toml")),
    ("presale-draw", include_str!("../../scenarios/presale-draw.toml")),
    ("refresh-storm", include_str!("../../scenarios/refresh-storm.toml")),
    ("bots", include_str!("../../scenarios/bots.toml")),
    ("double-clickers", include_str!("../../scenarios/double-clickers.toml")),
    ("abandoners", include_str!("../../scenarios/abandoners.toml")),
    ("best-available-herd", include_str!("../../scenarios/best-available-herd.toml")),
    ("front-row-fight", include_str!("../../scenarios/front-row-fight.toml")),
    ("patient-line", include_str!("../../scenarios/patient-line.toml")),
    ("review-readers", include_str!("../../scenarios/review-readers.toml")),
    ("original-1000", include_str!("../../scenarios/original-1000.toml")),
    ("original-10000", include_str!("../../scenarios/original-10000.toml")),
];

/// The shipped scenario of this name.
pub fn shipped(name: &str) -> Option<Scenario> {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
    Some(Scenario::parse(text).expect("a shipped scenario is one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_scenario_is_one_and_has_the_name_of_its_file() {
        for (name, text) in SHIPPED {
            let scenario = Scenario::parse(text).unwrap_or_else(|why| panic!("{name}: {why}"));
            assert_eq!(scenario.name, name);
            assert!(!scenario.about.is_empty() && shipped(name) == Some(scenario));
        }
        assert_eq!(shipped("arenas"), None);
    }
}
