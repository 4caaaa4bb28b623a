//! The rules of the line, as one state machine without effects. The Lua scripts say the same in
//! another language; the behaviour suite and the random histories hold the two together.

use std::collections::{BTreeMap, HashMap};

use super::standing::{LineReport, Standing, State, Watermark};
use super::terms::{PRESENT_MS, TICK_INTERVAL_MS, Terms};
use super::{Place, Tick};
use crate::catalog::Reentry;
use crate::clock::Timestamp;
use crate::guards::Guards;
use crate::id::{AccountId, PerformanceId};

/// The line of one performance.
pub(crate) struct Line {
    performance: PerformanceId,
    guards: Guards,
    epoch: u32,
    last: u64,
    head: u64,
    numbers: HashMap<AccountId, u64>,
    /// When each number near the head last asked.
    present: BTreeMap<u64, Timestamp>,
    /// Turns: until when each can be claimed.
    ready: BTreeMap<u64, Timestamp>,
    /// Passes: until when each lease runs.
    admitted: BTreeMap<u64, Timestamp>,
    ended: HashMap<u64, State>,
    last_tick: Timestamp,
    rate_credit: f64,
    totals: LineReport,
}

impl Line {
    pub(crate) fn new(performance: PerformanceId, guards: Guards) -> Self {
        Self {
            performance,
            guards,
            epoch: 1,
            last: 0,
            head: 0,
            numbers: HashMap::new(),
            present: BTreeMap::new(),
            ready: BTreeMap::new(),
            admitted: BTreeMap::new(),
            ended: HashMap::new(),
            last_tick: Timestamp::EPOCH,
            rate_credit: 0.0,
            totals: LineReport::default(),
        }
    }

    /// `None` when the account's place was revoked.
    pub(crate) fn join(
        &mut self,
        account: AccountId,
        terms: Terms,
        now: Timestamp,
    ) -> Option<Standing> {
        if let Some(number) = self.numbers.get(&account).copied() {
            self.end_if_expired(number, now);
            let state = self.state(number);
            let kept = match state {
                State::Revoked => return None,
                State::Ready | State::Admitted => true,
                State::Waiting => terms.reentry == Reentry::Keep,
                _ => false,
            };
            if kept {
                if state == State::Waiting {
                    self.mark_present(number, terms, now);
                }
                return Some(self.standing(account, number));
            }
            self.give_up(number, state);
        }
        self.last += 1;
        self.numbers.insert(account, self.last);
        self.mark_present(self.last, terms, now);
        Some(self.standing(account, self.last))
    }

    pub(crate) fn ask(&mut self, place: Place, terms: Terms, now: Timestamp) -> Standing {
        let Place { number, account, .. } = place;
        if !self.is_current(&place) {
            return Standing { state: State::Left, ..self.standing(account, number) };
        }
        match self.state(number) {
            State::Waiting => self.mark_present(number, terms, now),
            State::Ready => self.claim(number, terms, now),
            State::Admitted if !now.is_before(self.admitted[&number]) => {
                return Standing {
                    state: State::Expired,
                    pass_expires_at: None,
                    ..self.standing(account, number)
                };
            }
            _ => {}
        }
        self.standing(account, number)
    }

    pub(crate) fn tick(&mut self, terms: Terms, now: Timestamp) -> Tick {
        let elapsed_ms = now.as_millis() - self.last_tick.as_millis();
        if elapsed_ms < TICK_INTERVAL_MS {
            return Tick { ran: false, turns_given: 0, watermark: self.watermark() };
        }
        self.last_tick = now;
        self.end_past_grace(now);
        let slots = self.free_slots(terms, elapsed_ms);
        let turns_given = self.give_turns(slots, terms, now);
        if terms.admit_per_minute.is_some() {
            self.rate_credit -= f64::from(turns_given);
        }
        self.totals.max_inside = self.totals.max_inside.max(self.inside());
        Tick { ran: true, turns_given, watermark: self.watermark() }
    }

    pub(crate) fn leave(&mut self, place: Place) {
        if self.is_current(&place) {
            let state = self.state(place.number);
            self.give_up(place.number, state);
        }
    }

    pub(crate) fn finish(&mut self, number: u64, account: AccountId) {
        if self.numbers.get(&account) == Some(&number) && self.admitted.remove(&number).is_some() {
            self.ended.insert(number, State::Done);
        }
    }

    /// The account's live pass is the one of this place.
    pub(crate) fn has_pass(&self, place: &Place, now: Timestamp) -> bool {
        let lease = self.admitted.get(&place.number);
        self.is_current(place) && lease.is_some_and(|end| now.is_before(*end))
    }

    pub(crate) fn watermark(&self) -> Watermark {
        Watermark {
            epoch: self.epoch,
            head: self.head,
            last: self.last,
            admitted_total: self.totals.admitted_total,
            inside: self.inside(),
        }
    }

    pub(crate) fn report(&self) -> LineReport {
        LineReport {
            capacity: 0,
            inside: self.inside(),
            ready: u32::try_from(self.ready.len()).unwrap_or(u32::MAX),
            waiting: self.last - self.head,
            ..self.totals
        }
    }

    fn inside(&self) -> u32 {
        u32::try_from(self.ready.len() + self.admitted.len()).unwrap_or(u32::MAX)
    }

    fn is_current(&self, place: &Place) -> bool {
        place.epoch == self.epoch && self.numbers.get(&place.account) == Some(&place.number)
    }

    fn state(&self, number: u64) -> State {
        if let Some(state) = self.ended.get(&number) {
            *state
        } else if self.admitted.contains_key(&number) {
            State::Admitted
        } else if self.ready.contains_key(&number) {
            State::Ready
        } else {
            State::Waiting
        }
    }

    fn standing(&self, account: AccountId, number: u64) -> Standing {
        let epoch = self.epoch;
        Standing {
            place: Place { performance: self.performance, account, epoch, number },
            state: self.state(number),
            pass_expires_at: self.admitted.get(&number).copied(),
            watermark: self.watermark(),
        }
    }

    /// Someone farther back than the near zone cannot be reached before it has asked again, so
    /// only near numbers are kept.
    fn mark_present(&mut self, number: u64, terms: Terms, now: Timestamp) {
        if number <= self.head.saturating_add(terms.near_zone()) {
            self.present.insert(number, now);
        }
    }

    fn claim(&mut self, number: u64, terms: Terms, now: Timestamp) {
        let in_time = self.ready.remove(&number).is_some_and(|until| now.is_before(until));
        if in_time {
            self.admitted.insert(number, now.plus_millis(terms.lease_ms));
            self.totals.admitted_total += 1;
        } else {
            self.ended.insert(number, State::Lapsed);
            self.totals.lapsed_total += 1;
        }
    }

    /// Whoever joins again after its lease is a newcomer, whether a tick came by or not.
    fn end_if_expired(&mut self, number: u64, now: Timestamp) {
        if self.admitted.get(&number).is_some_and(|lease| !now.is_before(*lease)) {
            self.admitted.remove(&number);
            self.ended.insert(number, State::Expired);
            self.totals.expired_total += 1;
        }
    }

    fn give_up(&mut self, number: u64, state: State) {
        self.present.remove(&number);
        self.ready.remove(&number);
        self.admitted.remove(&number);
        if matches!(state, State::Waiting | State::Ready | State::Admitted) {
            self.ended.insert(number, State::Left);
            self.totals.left_total += 1;
        }
    }

    fn end_past_grace(&mut self, now: Timestamp) {
        let lapsed: Vec<u64> = past_grace(&self.ready, now);
        for number in lapsed {
            self.ready.remove(&number);
            self.ended.insert(number, State::Lapsed);
            self.totals.lapsed_total += 1;
        }
        let expired: Vec<u64> = past_grace(&self.admitted, now);
        for number in expired {
            self.admitted.remove(&number);
            self.ended.insert(number, State::Expired);
            self.totals.expired_total += 1;
        }
    }

    fn free_slots(&mut self, terms: Terms, elapsed_ms: i64) -> u32 {
        if !self.guards.admission() {
            return u32::MAX;
        }
        let free = terms.capacity.saturating_sub(self.inside());
        let Some(per_minute) = terms.admit_per_minute else { return free };
        let earned = f64::from(per_minute) * elapsed_ms as f64 / 60_000.0;
        self.rate_credit = (self.rate_credit + earned).min(terms.rate_burst());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let by_rate = self.rate_credit.clamp(0.0, f64::from(u32::MAX)) as u32;
        free.min(by_rate)
    }

    fn give_turns(&mut self, slots: u32, terms: Terms, now: Timestamp) -> u32 {
        let reach = (self.head + terms.numbers_per_tick()).min(self.last);
        let mut given = 0;
        while given < slots {
            let Some((number, asked)) = self.present.range(..=reach).next() else {
                break;
            };
            let (number, asked) = (*number, *asked);
            self.present.remove(&number);
            if now.as_millis() - asked.as_millis() <= PRESENT_MS {
                self.ready.insert(number, now.plus_millis(terms.claim_ms));
                self.head = self.head.max(number);
                given += 1;
            }
        }
        if given < slots {
            self.head = reach;
        }
        given
    }
}

fn past_grace(deadlines: &BTreeMap<u64, Timestamp>, now: Timestamp) -> Vec<u64> {
    let past = deadlines.iter().filter(|(_, deadline)| now.is_past_grace(**deadline));
    past.map(|(number, _)| *number).collect()
}
