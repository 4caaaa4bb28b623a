//! How often what waits is looked at: less and less while nothing is found to do.

use std::collections::{HashMap, HashSet};

use parking_lot::Mutex;

use crate::clock::Timestamp;
use crate::id::PerformanceId;

/// How soon a performance of which nothing was to be done is looked at again, the first time; each time in
/// vain doubles it.
const AGAIN_MS: i64 = 30_000;
/// The longest.
const AGAIN_MAX_MS: i64 = 10 * 60_000;

/// When each is looked at again, and how long it waits until then.
#[derive(Default)]
pub(in crate::box_office) struct Looks(Mutex<HashMap<PerformanceId, (Timestamp, i64)>>);

impl Looks {
    /// Which of all of them are due; what is not among them is forgotten.
    pub(super) fn due(&self, all: &[PerformanceId], now: Timestamp) -> Vec<PerformanceId> {
        let mut looks = self.0.lock();
        if looks.len() > all.len() {
            let all: HashSet<&PerformanceId> = all.iter().collect();
            looks.retain(|id, _| all.contains(id));
        }
        let is_due = |id: &&PerformanceId| looks.get(id).is_none_or(|(at, _)| *at <= now);
        all.iter().filter(is_due).copied().collect()
    }

    /// So much was done; nothing, and it waits.
    pub(super) fn did(&self, id: PerformanceId, done: usize, now: Timestamp) {
        let mut looks = self.0.lock();
        let waited = looks.remove(&id).map(|(_, waited)| waited);
        if done == 0 {
            let waits = waited.map_or(AGAIN_MS, |ms| (2 * ms).min(AGAIN_MAX_MS));
            looks.insert(id, (now.plus_millis(waits), waits));
        }
    }

    /// It is due at once.
    pub(super) fn forget(&self, id: PerformanceId) {
        self.0.lock().remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_waits_in_vain_is_looked_at_less_and_less_and_what_is_gone_is_forgotten() {
        let looks = Looks::default();
        let [one, other] = [1, 2].map(|number| PerformanceId::from(Uuid::from_u128(number)));
        let at = |ms| Timestamp::from_millis(ms);
        assert_eq!(looks.due(&[one, other], at(0)), [one, other]);
        looks.did(other, 3, at(0));
        let mut now = 0;
        for waits in [30, 60, 120, 240, 480, 600, 600] {
            looks.did(one, 0, at(now));
            now += waits * 1_000;
            assert_eq!(looks.due(&[one], at(now - 1)), [], "{waits}");
            assert_eq!(looks.due(&[one], at(now)), [one], "{waits}");
        }
        looks.did(one, 1, at(now));
        assert_eq!(looks.due(&[one], at(now)), [one], "there may be more");
        looks.did(one, 0, at(now));
        assert_eq!(looks.due(&[], at(now)), []);
        assert!(looks.0.lock().is_empty());
    }
}
