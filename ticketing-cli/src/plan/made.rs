//! Halls as regular as real ones are: made, since they would be files of a thousand rows.

use std::fmt::Write as _;

/// A hall of equal blocks.
struct Hall {
    name: &'static str,
    tiers: &'static [Tier],
    /// Where people stand.
    standing: Option<u32>,
}

/// Blocks of one category.
struct Tier {
    category: &'static str,
    blocks: u32,
    /// Of each block.
    rows: u32,
    /// Of each row.
    seats: u32,
}

/// 50,000 places.
const STADIUM: Hall = Hall {
    name: "Stadium",
    tiers: &[
        Tier { category: "Lower tier", blocks: 30, rows: 20, seats: 30 },
        Tier { category: "Upper tier", blocks: 40, rows: 25, seats: 30 },
    ],
    standing: Some(2_000),
};

/// 10,000 seats.
const GRANDSTAND: Hall = Hall {
    name: "Grandstand",
    tiers: &[Tier { category: "Seats", blocks: 10, rows: 25, seats: 40 }],
    standing: None,
};

/// Seats between two aisles of a row.
const BETWEEN_AISLES: u32 = 10;

/// A stadium, in the compact format.
pub(super) fn stadium() -> String {
    STADIUM.plan()
}

/// A grandstand, in the compact format.
pub(super) fn grandstand() -> String {
    GRANDSTAND.plan()
}

impl Hall {
    fn plan(&self) -> String {
        let mut plan = format!("name = \"{}\"\n", self.name);
        let categories = self.tiers.iter().map(|tier| tier.category);
        for category in categories.chain(self.standing.map(|_| "Standing")) {
            let _ = writeln!(plan, "[[categories]]\nname = \"{category}\"");
        }
        for Tier { category, blocks, rows, seats } in self.tiers {
            for block in 1..=*blocks {
                let _ = writeln!(
                    plan,
                    "[[sections]]\nname = \"{category} {block}\"\ncategory = \"{category}\"\nrows = ["
                );
                for row in 1..=*rows {
                    let seats = self::row(*seats);
                    let _ = writeln!(plan, "{{ label = \"{row}\", seats = \"{seats}\" }},");
                }
                plan.push_str("]\n");
            }
        }
        if let Some(places) = self.standing {
            let _ = writeln!(
                plan,
                "[[areas]]\nname = \"Standing\"\ncategory = \"Standing\"\nplaces = {places}"
            );
        }
        plan
    }
}

/// Runs of seats with aisles between them.
fn row(seats: u32) -> String {
    let firsts = (1..=seats).step_by(BETWEEN_AISLES as usize);
    let runs: Vec<_> = firsts
        .map(|first| format!("{first}-{}", (first + BETWEEN_AISLES - 1).min(seats)))
        .collect();
    runs.join(" _ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_halls_have_as_many_places_as_they_say() {
        for (hall, places) in [(STADIUM, 50_000), (GRANDSTAND, 10_000)] {
            let seats: u32 =
                hall.tiers.iter().map(|tier| tier.blocks * tier.rows * tier.seats).sum();
            assert_eq!(seats + hall.standing.unwrap_or_default(), places, "{}", hall.name);
            let blocks: u32 = hall.tiers.iter().map(|tier| tier.blocks).sum();
            assert_eq!(hall.plan().matches("[[sections]]").count(), blocks as usize);
        }
        assert_eq!(row(30), "1-10 _ 11-20 _ 21-30");
    }
}
