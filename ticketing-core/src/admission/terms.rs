use crate::catalog::SALE_MAX_AGE_MS;
use crate::catalog::{LineMode, Performance, Reentry};
use crate::clock::Timestamp;

/// The tick refuses to run again before this.
pub(crate) const TICK_INTERVAL_MS: i64 = 200;
/// A place is present if it asked within this: two near intervals.
pub(crate) const PRESENT_MS: i64 = 2_000;
/// Two near intervals: in that time everyone at the head asks at least once.
#[cfg(feature = "services")]
pub(crate) const NEAR_INTERVALS_MS: i64 = PRESENT_MS;
/// The shortest promise of a poll, and the interval of everyone near.
pub(crate) const POLL_MIN_MS: u64 = 1_000;
/// The longest promise of a poll.
pub(crate) const POLL_MAX_MS: u64 = 30_000;
/// How long after a change another server may still go by what was before: it reads a sale again
/// within [`SALE_MAX_AGE_MS`], and answers what it was asked then within as long.
const CHANGE_REACHES_ALL_MS: i64 = 2 * SALE_MAX_AGE_MS;
/// How many of those who joined early are told to ask in one second after the opening.
const OPENING_POLLS_PER_SECOND: u64 = 5_000;
/// The shortest and the longest time over which those who joined early learn their ranks.
const OPENING_SPREAD_MS: (u64, u64) = (2_000, POLL_MAX_MS);

/// What the seats can still take in: free ones, and those that come back soon unless bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatOutlook {
    /// Nobody has them.
    pub free: u32,
    /// On hold, with a deadline that comes soon.
    pub soon: u32,
    /// Nothing is free, held or reserved.
    pub sold_out: bool,
}

impl SeatOutlook {
    /// For how many people there may be a seat, one each.
    pub fn seats(&self) -> u32 {
        self.free.saturating_add(self.soon)
    }
}

/// A performance's policy, as the line reads it at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) capacity: u32,
    /// How many may be inside at once by the seats that are left, and by the organizer's word.
    pub(crate) room: u32,
    pub(crate) admit_per_minute: Option<u32>,
    pub(crate) claim_ms: i64,
    pub(crate) lease_ms: i64,
    pub(crate) reentry: Reentry,
    /// Those who join before the opening are drawn.
    pub(crate) drawn: bool,
    /// Nobody comes in before, whatever happens: those who wait were told to ask again by then.
    pub(crate) held_back_until: Timestamp,
    /// V, as the head walks by: the least of all that are or were in force while a promise lasts.
    walk_speed: u64,
    /// V, as polls are promised by: the most of those that some server may still walk by.
    promise_speed: u64,
}

impl Terms {
    pub(crate) fn of(performance: &Performance, now: Timestamp) -> Self {
        let policy = &performance.details.policy;
        let line = &performance.line;
        let promised_ms = i64::try_from(POLL_MAX_MS).unwrap_or(i64::MAX) + CHANGE_REACHES_ALL_MS;
        let speed = policy.line_speed();
        // Nobody comes in for whom nothing is sold.
        let sells = performance.details.sells(now).is_ok();
        let open = line.mode != LineMode::Paused && sells;
        Self {
            capacity: policy.line_capacity,
            room: if open { u32::MAX } else { 0 },
            admit_per_minute: policy.admit_per_minute,
            claim_ms: i64::from(policy.claim_seconds) * 1000,
            lease_ms: i64::from(policy.pass_lease_seconds) * 1000,
            reentry: policy.reentry,
            drawn: policy.pre_queue_seconds.is_some(),
            held_back_until: Timestamp::EPOCH,
            walk_speed: line.speeds(promised_ms, now).min().unwrap_or(speed).min(speed),
            promise_speed: line
                .speeds(CHANGE_REACHES_ALL_MS, now)
                .max()
                .unwrap_or(speed)
                .max(speed),
        }
    }

    /// The same, with what the seats can take in: nobody comes in for whom there is no seat, and
    /// after a sold-out line goes on those who were told to ask seldom get the time to ask.
    pub(crate) fn with_outlook(self, outlook: SeatOutlook, now: Timestamp) -> Self {
        let standby_ms = i64::try_from(POLL_MAX_MS).unwrap_or(i64::MAX) + PRESENT_MS;
        let held_back_until =
            if outlook.sold_out { now.plus_millis(standby_ms) } else { self.held_back_until };
        Self { room: self.room.min(outlook.seats()), held_back_until, ..self }
    }

    /// How many may be inside.
    pub(crate) fn admit_up_to(&self) -> u32 {
        self.capacity.min(self.room)
    }

    /// How many numbers the head may move in one tick.
    pub(crate) fn numbers_per_tick(&self) -> u64 {
        self.walk_speed * TICK_INTERVAL_MS.unsigned_abs() / 1000
    }

    /// How close to the head a place asks the store itself; everyone else is answered by
    /// arithmetic. At least the capacity and four seconds of the head's fastest walk, so that a
    /// watermark a second old and a poll a second apart never pass anybody over.
    pub(crate) fn near_zone(&self) -> u64 {
        u64::from(self.capacity) + 4 * self.promise_speed
    }

    /// When a place `distance` numbers behind the head should ask again: in half the time the head
    /// could need to reach it.
    pub(crate) fn poll_after_ms(&self, distance: u64) -> u64 {
        (distance.saturating_mul(1000) / (2 * self.promise_speed)).clamp(POLL_MIN_MS, POLL_MAX_MS)
    }

    /// The most admissions that may be saved up under a rate: one tick's worth, at least one.
    pub(crate) fn rate_burst(&self) -> f64 {
        let per_minute = f64::from(self.admit_per_minute.unwrap_or(0));
        (per_minute / 60_000.0 * TICK_INTERVAL_MS as f64).max(1.0)
    }
}

/// Over how long so many early places learn their ranks.
pub(crate) fn opening_spread_ms(places: u64) -> u64 {
    let (least, most) = OPENING_SPREAD_MS;
    (places.saturating_mul(1000) / OPENING_POLLS_PER_SECOND).clamp(least, most)
}

/// From when a line that was opened admits: everyone who asked when told knows its rank by then,
/// and those at the head have asked again.
pub(crate) fn admits_from(opened_at: Timestamp, places: u64) -> Timestamp {
    let spread_ms = i64::try_from(opening_spread_ms(places)).unwrap_or(i64::MAX);
    opened_at.plus_millis(spread_ms).plus_millis(PRESENT_MS)
}

/// When an early place asks again before the opening: at the latest after the longest promise, and
/// around the opening spread out by its number.
pub(crate) fn poll_before_opening_ms(number: u64, places: u64, opens_in_ms: i64) -> u64 {
    let opens_in_ms = u64::try_from(opens_in_ms).unwrap_or(0);
    if opens_in_ms > POLL_MAX_MS {
        return POLL_MAX_MS;
    }
    // Multiplying by an odd number of no pattern spreads neighbours over the whole time.
    let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    (opens_in_ms + spread % opening_spread_ms(places)).max(POLL_MIN_MS)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::catalog::{LineControl, PerformanceDetails, Policy};
    use crate::text::{OneLine, Paragraphs};

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn policy(line_capacity: u32, admit_per_minute: Option<u32>) -> Policy {
        Policy { line_capacity, admit_per_minute, ..Policy::default() }
    }

    fn performance(policy: Policy, line: LineControl) -> Performance {
        let nil = uuid::Uuid::nil();
        Performance {
            id: nil.into(),
            organizer_id: nil.into(),
            details: PerformanceDetails {
                production_id: nil.into(),
                venue_id: nil.into(),
                title: OneLine::new("A concert", 1..=9).expect("a title"),
                description: Paragraphs::new("", 0..=0).expect("no text is a text"),
                genre: OneLine::new("", 0..=0).expect("no text is a text"),
                age_limit: 0,
                running_minutes: 0,
                listed_at: Timestamp::EPOCH,
                on_sale_at: Timestamp::EPOCH,
                starts_at: NOW.plus_seconds(1_000_000),
                prices: Vec::new(),
                policy,
                moved_at: None,
                cancelled_at: None,
                is_removed: false,
                closed_at: None,
                cleared_at: None,
            },
            line,
        }
    }

    /// The terms of a line with this capacity, at a moment.
    pub(in crate::admission) fn terms_at(capacity: u32, now: Timestamp) -> Terms {
        Terms::of(&performance(policy(capacity, None), LineControl::default()), now)
    }

    fn terms(capacity: u32, admit_per_minute: Option<u32>) -> Terms {
        Terms::of(&performance(policy(capacity, admit_per_minute), LineControl::default()), NOW)
    }

    #[test]
    fn the_head_cannot_reach_a_place_before_it_asks_again() {
        for terms in [terms(1, None), terms(300, None), terms(10_000, Some(60_000))] {
            let ticks_per_second = 1000 / TICK_INTERVAL_MS.unsigned_abs();
            assert!(terms.numbers_per_tick() * ticks_per_second <= terms.walk_speed);
            for distance in [1, terms.near_zone(), terms.near_zone() + 1, 1_000_000] {
                let seconds = terms.poll_after_ms(distance) as f64 / 1000.0;
                let walked = seconds * terms.walk_speed as f64;
                let far = distance > terms.near_zone();
                assert!(!far || walked < distance as f64, "{terms:?} at {distance}");
            }
        }
    }

    #[test]
    fn a_poll_is_promised_between_one_and_thirty_seconds() {
        assert_eq!(terms(300, None).poll_after_ms(1), 1_000);
        assert_eq!(terms(300, None).poll_after_ms(1_500), 5_000);
        assert_eq!(terms(300, None).poll_after_ms(1_000_000), 30_000);
    }

    /// Whatever an organizer changes and when, and however late a server hears of it: the head
    /// walks no faster, over the time of a promise, than the promise was made for.
    #[test]
    fn a_raised_rate_waits_for_the_longest_promise_and_a_lowered_one_does_not() {
        let (slow, fast) = (policy(200, None), policy(20_000, None));
        let at = |seconds: i64| NOW.plus_millis(seconds * 1000);
        let line = LineControl::default().at_pace(&slow, NOW).at_pace(&fast, at(100));
        let terms = |now| Terms::of(&performance(fast.clone(), line.clone()), now);
        assert_eq!((terms(at(99)).walk_speed, terms(at(101)).promise_speed), (100, 10_000));
        assert_eq!(terms(at(131)).walk_speed, 100);
        assert_eq!(terms(at(133)).walk_speed, 10_000);

        let line = LineControl::default().at_pace(&fast, NOW).at_pace(&slow, at(100));
        let terms = |now| Terms::of(&performance(slow.clone(), line.clone()), now);
        assert_eq!((terms(at(101)).walk_speed, terms(at(101)).promise_speed), (100, 10_000));
        assert_eq!(terms(at(103)).promise_speed, 100);
    }

    #[test]
    fn the_first_rank_has_asked_before_anybody_is_admitted() {
        for places in [1, 1_000, 100_000, 10_000_000] {
            let admits_from = admits_from(NOW, places);
            for number in [1, 2, 3, places / 2, places] {
                for opens_in_ms in [0, 1, 999, 29_999, 30_000] {
                    let told = poll_before_opening_ms(number, places, opens_in_ms);
                    let asks_at = NOW.plus_millis(told.cast_signed() - opens_in_ms);
                    let again = asks_at.plus_millis(POLL_MIN_MS.cast_signed());
                    assert!(again <= admits_from, "{number} of {places}, {opens_in_ms} before");
                    assert!(asks_at >= NOW || told == POLL_MIN_MS);
                }
            }
            assert_eq!(poll_before_opening_ms(1, places, 30_001), POLL_MAX_MS);
        }
    }
}
