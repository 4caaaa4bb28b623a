//! What buyers are like where a scenario does not say otherwise.

use std::time::Duration;

use super::{Party, Patience, PerThousand, Refresh, Reviews, Strategies, Think, Ways};

impl Default for Ways {
    /// As people are.
    fn default() -> Self {
        let party = |(seats, weight)| Party { seats, weight };
        Self {
            party: [(1, 25.0), (2, 25.0), (3, 25.0), (4, 25.0)].map(party).to_vec(),
            determined: 0.5,
            patience: Patience::default(),
            think: Think::default(),
            strategies: Strategies::default(),
            per_thousand: PerThousand::default(),
            refresh: Refresh::default(),
            reviews: Reviews::default(),
            another_card: 0.85,
        }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self { shape: 2.0, scale: Duration::from_secs(30) }
    }
}

impl Default for Think {
    fn default() -> Self {
        Self { median: Duration::from_millis(400), sigma: 0.5 }
    }
}

impl Default for Refresh {
    fn default() -> Self {
        Self { share: 0.0, every: Duration::from_secs(1) }
    }
}

impl Default for Reviews {
    fn default() -> Self {
        Self { read: 0.0, pages: 5, like: 0.5, write: 0.0 }
    }
}

impl Default for Strategies {
    fn default() -> Self {
        Self {
            best: 45.0,
            category: 30.0,
            section: 0.0,
            by_hand: 25.0,
            front_row: 0.0,
            accessible: 0.0,
        }
    }
}

impl Default for PerThousand {
    fn default() -> Self {
        Self {
            vanish_waiting: 30,
            vanish_inside: 10,
            vanish_holding: 15,
            vanish_ordered: 10,
            leave_waiting: 30,
            leave_inside: 10,
            declined: 60,
            release_once: 40,
            cancel_once: 30,
            click_twice: 0,
        }
    }
}
