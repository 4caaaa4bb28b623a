//! How fast a line moves, measured.

use std::collections::VecDeque;

use parking_lot::Mutex;

use crate::admission::Watermark;
use crate::catalog::Walked;
use crate::clock::Timestamp;

/// Over how long a head's walk is measured.
const WINDOW_MS: i64 = 30_000;
/// How finely.
const STEP_MS: i64 = 1_000;

/// Where the head of a line was of late, as this process saw it.
#[derive(Default)]
pub(in crate::box_office) struct Walk(Mutex<Heads>);

#[derive(Default)]
struct Heads {
    /// In which they were seen: another one begins somewhere else.
    epoch: u32,
    at: VecDeque<(Timestamp, u64)>,
}

impl Walk {
    /// Once in a step: how fast the head walks, where it has walked for a whole window; and that
    /// nobody waits. A head that stands (before the opening, paused, no seat free) says nothing
    /// about how fast it walks, so a window begins where it moves.
    pub(in crate::box_office) fn saw(
        &self,
        watermark: Watermark,
        now: Timestamp,
    ) -> Option<Walked> {
        let mut heads = self.0.lock();
        if heads.epoch != watermark.epoch {
            *heads = Heads { epoch: watermark.epoch, at: VecDeque::new() };
        }
        let since = |at: &Timestamp| now.as_millis() - at.as_millis();
        if heads.at.back().is_some_and(|(at, _)| since(at) < STEP_MS) {
            return None;
        }
        heads.at.push_back((now, watermark.head));
        while heads.at.get(1).is_some_and(|(at, _)| since(at) >= WINDOW_MS) {
            heads.at.pop_front();
        }
        let waiting = watermark.last.saturating_sub(watermark.head);
        let (began, from) = *heads.at.front()?;
        let walked = watermark.head.saturating_sub(from);
        if walked == 0 {
            let last = heads.at.len() - 1;
            heads.at.drain(..last);
        }
        let elapsed_ms = since(&began).unsigned_abs();
        let measured = walked > 0 && since(&began) >= WINDOW_MS;
        let per_second = walked.saturating_mul(1_000).checked_div(elapsed_ms).unwrap_or(0);
        (measured || waiting == 0).then_some(Walked { per_second, waiting })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Once a second: a head, in an epoch, with so many numbers given out.
    fn walked(walk: &Walk, second: i64, epoch: u32, head: u64, last: u64) -> Option<Walked> {
        let watermark = Watermark { epoch, head, last, ..Watermark::default() };
        walk.saw(watermark, Timestamp::from_millis(second * 1_000))
    }

    #[test]
    fn a_walk_is_measured_over_a_whole_window_from_where_it_begins() {
        let walk = Walk::default();
        for second in 0_i64..100 {
            assert_eq!(walked(&walk, second, 1, 0, 9_000), None, "the head stands");
        }
        for second in 100_i64..129 {
            let head = (second - 99).unsigned_abs() * 40;
            assert_eq!(walked(&walk, second, 1, head, 9_000), None, "no whole window yet");
        }
        let measured = Walked { per_second: 40, waiting: 7_800 };
        assert_eq!(walked(&walk, 129, 1, 1_200, 9_000), Some(measured));
        let again = Watermark { epoch: 1, head: 9_000, last: 9_000, ..Watermark::default() };
        assert_eq!(walk.saw(again, Timestamp::from_millis(129_999)), None, "once in a step");
        let standing = Walked { per_second: 1, waiting: 7_800 };
        assert_eq!(walked(&walk, 158, 1, 1_200, 9_000), Some(standing));
        assert_eq!(walked(&walk, 159, 1, 1_200, 9_000), None, "the window has passed the walk");
    }

    #[test]
    fn another_epoch_is_another_walk_and_an_empty_line_needs_no_window() {
        let walk = Walk::default();
        for second in 0_i64..30 {
            walked(&walk, second, 1, second.unsigned_abs(), 9_000);
        }
        assert_eq!(walked(&walk, 30, 2, 5_000, 9_000), None);
        assert_eq!(walked(&walk, 31, 2, 9_000, 9_000).map(|walked| walked.waiting), Some(0));
    }
}
