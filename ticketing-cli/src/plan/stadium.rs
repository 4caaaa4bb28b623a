//! A stadium of 50,000 places, as regular as real ones are: made, since it would be a file of a
//! thousand rows.

use std::fmt::Write as _;

/// The two tiers: category, blocks, rows of each, seats of each row.
const TIERS: [(&str, u32, u32, u32); 2] = [("Lower tier", 30, 20, 30), ("Upper tier", 40, 25, 30)];

/// Where people stand.
const STANDING: u32 = 2_000;

/// Seats between two aisles of a row.
const BETWEEN_AISLES: u32 = 10;

/// The plan, in the compact format.
pub(super) fn plan() -> String {
    let mut plan = "name = \"Stadium\"\n".to_owned();
    for category in TIERS.map(|(category, ..)| category).into_iter().chain(["Standing"]) {
        let _ = writeln!(plan, "[[categories]]\nname = \"{category}\"");
    }
    for (category, blocks, rows, seats) in TIERS {
        for block in 1..=blocks {
            let _ = writeln!(
                plan,
                "[[sections]]\nname = \"{category} {block}\"\ncategory = \"{category}\"\nrows = ["
            );
            for row in 1..=rows {
                let _ =
                    writeln!(plan, "{{ label = \"{row}\", seats = \"{}\" }},", self::row(seats));
            }
            plan.push_str("]\n");
        }
    }
    let _ = writeln!(
        plan,
        "[[areas]]\nname = \"Standing\"\ncategory = \"Standing\"\nplaces = {STANDING}"
    );
    plan
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
    fn the_stadium_has_fifty_thousand_places() {
        let seats: u32 = TIERS.iter().map(|(_, blocks, rows, seats)| blocks * rows * seats).sum();
        assert_eq!(seats + STANDING, 50_000);
        assert_eq!(row(30), "1-10 _ 11-20 _ 21-30");
        assert_eq!(plan().matches("[[sections]]").count(), 70);
    }
}
