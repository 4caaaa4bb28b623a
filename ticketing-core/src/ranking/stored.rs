//! Rankings as servers share them, in JSON. What cannot be read is made anew.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Ranked, RankedBy, Ranking};
use crate::clock::Timestamp;
use crate::id::PerformanceId;

#[derive(Serialize, Deserialize)]
struct StoredRanking {
    computed_at_ms: i64,
    /// By the word of what is ranked by, and the genre.
    by: BTreeMap<String, BTreeMap<String, Vec<StoredRanked>>>,
}

/// Place, performance, sold seats, seats.
type StoredRanked = (u32, PerformanceId, u64, u32);

pub(super) fn write(ranking: &Ranking) -> Option<(i64, String)> {
    let at = ranking.computed_at?.as_millis();
    let ranked = |one: &Ranked| (one.place, one.performance, one.sold, one.seats);
    let of = |genres: &BTreeMap<String, Vec<Ranked>>| {
        let genre = |(genre, all): (&String, &Vec<Ranked>)| {
            (genre.clone(), all.iter().map(ranked).collect())
        };
        genres.iter().map(genre).collect()
    };
    let by = ranking.by.iter().map(|(by, genres)| (by.name().to_owned(), of(genres))).collect();
    let text = serde_json::to_string(&StoredRanking { computed_at_ms: at, by }).ok()?;
    Some((at, text))
}

pub(super) fn read(text: &str) -> Option<Ranking> {
    let mut stored: StoredRanking = serde_json::from_str(text).ok()?;
    let ranked = |(place, performance, sold, seats): StoredRanked| Ranked {
        place,
        performance,
        sold,
        seats,
    };
    let mut by = BTreeMap::new();
    for known in RankedBy::ALL {
        let genres = stored.by.remove(known.name())?.into_iter();
        let genre = |(genre, all): (String, Vec<StoredRanked>)| {
            (genre, all.into_iter().map(ranked).collect())
        };
        by.insert(known, genres.map(genre).collect());
    }
    Some(Ranking { computed_at: Some(Timestamp::from_millis(stored.computed_at_ms)), by })
}
