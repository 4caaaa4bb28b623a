//! The rules of the line, as one state machine without effects. The Lua scripts say the same in
//! another language; the behaviour suite and the random histories hold the two together.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Place;
use super::contract::{Ask, Chosen, Tick};
use super::presence::Presence;
use super::standing::{LineReport, Standing, State, Watermark};
use super::terms::{TICK_INTERVAL_MS, Terms};
use crate::catalog::Reentry;
use crate::clock::Timestamp;
use crate::guards::Guards;
use crate::id::{AccountId, PerformanceId};

/// The line of one performance. In memory it has one epoch.
pub(crate) struct Line {
    performance: PerformanceId,
    guards: Guards,
    last: u64,
    head: u64,
    /// How many joined before the opening, once that is fixed.
    places: Option<u64>,
    opened: bool,
    numbers: HashMap<AccountId, u64>,
    present: Presence,
    /// Turns that were chosen and stand in no journal yet.
    chosen: Option<Chosen>,
    tick: u64,
    /// Turns: until when each can be claimed, and how long its pass will last.
    ready: BTreeMap<u64, (Timestamp, i64)>,
    /// Passes: until when each lease runs.
    admitted: BTreeMap<u64, Timestamp>,
    ended: HashMap<u64, State>,
    revoked: HashSet<AccountId>,
    last_tick: Timestamp,
    resume_at: Timestamp,
    rate_credit: f64,
    totals: LineReport,
}

/// The one epoch of a line in memory.
const EPOCH: u32 = 1;

impl Line {
    pub(crate) fn new(performance: PerformanceId, guards: Guards) -> Self {
        Self {
            performance,
            guards,
            last: 0,
            head: 0,
            places: None,
            opened: false,
            numbers: HashMap::new(),
            present: Presence::default(),
            chosen: None,
            tick: 0,
            ready: BTreeMap::new(),
            admitted: BTreeMap::new(),
            ended: HashMap::new(),
            revoked: HashSet::new(),
            last_tick: Timestamp::EPOCH,
            resume_at: Timestamp::EPOCH,
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
        if self.revoked.contains(&account) {
            return None;
        }
        if let Some(number) = self.numbers.get(&account).copied() {
            self.end_if_expired(number, now);
            if self.is_kept(number, terms) {
                if self.is_early(number, terms) {
                    // Leaving before the opening costs nothing: the same number again.
                    self.ended.remove(&number);
                } else {
                    self.joined(number, account, terms, now);
                }
                return Some(self.standing(account, number, terms));
            }
            self.give_up(number, terms);
            self.ended.remove(&number);
        }
        self.last += 1;
        self.numbers.insert(account, self.last);
        self.joined(self.last, account, terms, now);
        Some(self.standing(account, self.last, terms))
    }

    pub(crate) fn ask(&mut self, ask: Ask, terms: Terms, now: Timestamp) -> Standing {
        let Place { number, account, .. } = ask.place;
        if self.numbers.get(&account) != Some(&number) {
            let revoked = self.revoked.contains(&account);
            let state = if revoked { State::Revoked } else { State::Left };
            return Standing { state, ..self.standing(account, number, terms) };
        }
        match self.state(number, terms) {
            State::Waiting => {
                if let Some(rank) = ask.rank {
                    self.mark_present(number, account, rank, terms, now);
                }
            }
            State::Ready if ask.claims => self.claim(number, now),
            State::Admitted if !now.is_before(self.admitted[&number]) => {
                return Standing {
                    state: State::Expired,
                    pass_expires_at: None,
                    ..self.standing(account, number, terms)
                };
            }
            _ => {}
        }
        self.standing(account, number, terms)
    }

    pub(crate) fn tick(&mut self, terms: Terms, now: Timestamp) -> Tick {
        if let Some(chosen) = self.chosen.clone() {
            return Tick { ran: false, chosen: Some(chosen), watermark: self.watermark() };
        }
        let elapsed_ms = now.as_millis() - self.last_tick.as_millis();
        if elapsed_ms < TICK_INTERVAL_MS {
            return Tick { ran: false, chosen: None, watermark: self.watermark() };
        }
        self.last_tick = now;
        self.resume_at = self.resume_at.max(terms.held_back_until);
        self.end_past_grace(now);
        let slots = self.free_slots(terms, elapsed_ms, now);
        let turns = self.choose(slots, terms, now);
        if terms.admit_per_minute.is_some() {
            self.rate_credit -= turns.len() as f64;
        }
        if !turns.is_empty() {
            self.tick += 1;
            let (tick, lease_ms) = (self.tick, terms.lease_ms);
            self.chosen = Some(Chosen { epoch: EPOCH, tick, turns, lease_ms });
        }
        self.totals.max_inside = self.totals.max_inside.max(self.inside());
        Tick { ran: true, chosen: self.chosen.clone(), watermark: self.watermark() }
    }

    pub(crate) fn publish(&mut self, chosen: &Chosen, claim_until: Timestamp) {
        let Some(mine) = self.chosen.take_if(|mine| mine.tick == chosen.tick) else { return };
        for (number, _) in mine.turns {
            self.ready.insert(number, (claim_until, mine.lease_ms));
        }
    }

    pub(crate) fn leave(&mut self, place: Place, terms: Terms) {
        if self.is_current(&place) {
            self.give_up(place.number, terms);
        }
    }

    pub(crate) fn finish(&mut self, number: u64, account: AccountId) {
        if self.numbers.get(&account) == Some(&number) && self.admitted.remove(&number).is_some() {
            self.ended.insert(number, State::Done);
        }
    }

    pub(crate) fn revoke(&mut self, account: AccountId, terms: Terms) -> Option<u64> {
        self.revoked.insert(account);
        let number = self.numbers.get(&account).copied()?;
        self.give_up(number, terms);
        self.ended.insert(number, State::Revoked);
        Some(number)
    }

    pub(crate) fn freeze(&mut self) -> u64 {
        *self.places.get_or_insert(self.last)
    }

    pub(crate) fn open(&mut self, places: u64, admits_from: Timestamp) {
        if self.opened {
            return;
        }
        self.places = Some(places);
        self.opened = true;
        self.resume_at = self.resume_at.max(admits_from);
    }

    /// The account's live pass is the one of this place.
    pub(crate) fn has_pass(&self, place: &Place, now: Timestamp) -> bool {
        let lease = self.admitted.get(&place.number);
        self.is_current(place) && lease.is_some_and(|end| now.is_before(*end))
    }

    pub(crate) fn watermark(&self) -> Watermark {
        Watermark {
            epoch: EPOCH,
            head: self.head,
            last: self.last,
            admitted_total: self.totals.admitted_total,
            inside: self.inside(),
            places: self.places,
            opened: self.opened,
            gap: None,
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
        let chosen = self.chosen.as_ref().map_or(0, |chosen| chosen.turns.len());
        let inside = self.ready.len() + self.admitted.len() + chosen;
        u32::try_from(inside).unwrap_or(u32::MAX)
    }

    fn is_current(&self, place: &Place) -> bool {
        place.epoch == EPOCH && self.numbers.get(&place.account) == Some(&place.number)
    }

    /// It joined before the opening, and the opening has not come.
    fn is_early(&self, number: u64, terms: Terms) -> bool {
        terms.drawn && !self.opened && self.places.is_none_or(|places| number <= places)
    }

    /// Joining again answers the same place.
    fn is_kept(&self, number: u64, terms: Terms) -> bool {
        match self.state(number, terms) {
            State::Ready | State::Admitted | State::PreQueued => true,
            State::Waiting => terms.reentry == Reentry::Keep,
            State::Left => self.is_early(number, terms),
            _ => false,
        }
    }

    fn state(&self, number: u64, terms: Terms) -> State {
        if let Some(state) = self.ended.get(&number) {
            *state
        } else if self.admitted.contains_key(&number) {
            State::Admitted
        } else if self.ready.contains_key(&number) {
            State::Ready
        } else if self.is_early(number, terms) {
            State::PreQueued
        } else {
            State::Waiting
        }
    }

    fn standing(&self, account: AccountId, number: u64, terms: Terms) -> Standing {
        Standing {
            place: Place { performance: self.performance, account, epoch: EPOCH, number },
            state: self.state(number, terms),
            pass_expires_at: self.admitted.get(&number).copied(),
            watermark: self.watermark(),
        }
    }

    /// Joining counts as asking, but for an early place: the question that brings its rank does.
    fn joined(&mut self, number: u64, account: AccountId, terms: Terms, now: Timestamp) {
        let early = terms.drawn && self.places.is_none_or(|places| number <= places);
        if !early {
            self.mark_present(number, account, number, terms, now);
        }
    }

    /// Someone farther back than the near zone cannot be reached before it has asked again, so
    /// only near ranks are kept.
    fn mark_present(
        &mut self,
        number: u64,
        account: AccountId,
        rank: u64,
        terms: Terms,
        now: Timestamp,
    ) {
        let waits = self.state(number, terms) == State::Waiting && !self.is_chosen(number);
        let near = rank <= self.head.saturating_add(terms.near_zone());
        if waits && near {
            self.present.mark(number, account, rank, now);
        }
    }

    fn is_chosen(&self, number: u64) -> bool {
        let chosen = self.chosen.as_ref();
        chosen.is_some_and(|chosen| chosen.turns.iter().any(|(turn, _)| *turn == number))
    }

    fn claim(&mut self, number: u64, now: Timestamp) {
        let Some((until, lease_ms)) = self.ready.remove(&number) else { return };
        if now.is_before(until) {
            self.admitted.insert(number, now.plus_millis(lease_ms));
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

    fn give_up(&mut self, number: u64, terms: Terms) {
        let state = self.state(number, terms);
        self.present.forget(number);
        self.ready.remove(&number);
        self.admitted.remove(&number);
        if let Some(chosen) = &mut self.chosen {
            chosen.turns.retain(|(turn, _)| *turn != number);
        }
        let lives =
            matches!(state, State::PreQueued | State::Waiting | State::Ready | State::Admitted);
        if lives {
            self.ended.insert(number, State::Left);
            self.totals.left_total += 1;
        }
    }

    fn end_past_grace(&mut self, now: Timestamp) {
        let lapsed = self.ready.iter().filter(|(_, (until, _))| now.is_past_grace(*until));
        let lapsed: Vec<u64> = lapsed.map(|(number, _)| *number).collect();
        for number in lapsed {
            self.ready.remove(&number);
            self.ended.insert(number, State::Lapsed);
            self.totals.lapsed_total += 1;
        }
        let expired = self.admitted.iter().filter(|(_, lease)| now.is_past_grace(**lease));
        let expired: Vec<u64> = expired.map(|(number, _)| *number).collect();
        for number in expired {
            self.admitted.remove(&number);
            self.ended.insert(number, State::Expired);
            self.totals.expired_total += 1;
        }
    }

    fn free_slots(&mut self, terms: Terms, elapsed_ms: i64, now: Timestamp) -> u32 {
        if now.is_before(self.resume_at) || (terms.drawn && !self.opened) {
            return 0;
        }
        if !self.guards.admission() {
            return u32::MAX;
        }
        let free = terms.admit_up_to().saturating_sub(self.inside());
        let Some(per_minute) = terms.admit_per_minute else { return free };
        let earned = f64::from(per_minute) * elapsed_ms as f64 / 60_000.0;
        self.rate_credit = (self.rate_credit + earned).min(terms.rate_burst());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let by_rate = self.rate_credit.clamp(0.0, f64::from(u32::MAX)) as u32;
        free.min(by_rate)
    }

    /// The smallest present ranks within reach; the absent ones before them are passed over.
    fn choose(&mut self, slots: u32, terms: Terms, now: Timestamp) -> Vec<(u64, AccountId)> {
        let reach = (self.head + terms.numbers_per_tick()).min(self.last);
        let mut turns = Vec::new();
        while turns.len() < slots as usize {
            let Some(first) = self.present.take_first(reach) else {
                self.head = reach.max(self.head);
                break;
            };
            if first.is_present(now) {
                self.head = self.head.max(first.rank);
                turns.push((first.number, first.account));
            }
        }
        turns
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::admission::terms::tests::terms_at;
    use crate::admission::{SeatOutlook, State};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    /// A tick with its journal and its telling.
    fn tick(line: &mut Line, outlook: SeatOutlook, now: Timestamp) {
        let terms = terms_at(10, now).with_outlook(outlook, now);
        if let Some(chosen) = line.tick(terms, now).chosen {
            line.publish(&chosen, now.plus_seconds(30));
        }
    }

    /// Those on standby were told to ask every thirty seconds: a seat that comes back is not given
    /// to somebody behind them who happens to ask sooner.
    #[test]
    fn a_seat_that_comes_back_waits_until_everyone_on_standby_has_asked() {
        let mut line = Line::new(Uuid::from_u128(9).into(), Guards::default());
        let accounts = [1, 2].map(|number| AccountId::from(Uuid::from_u128(number)));
        let places = accounts.map(|account| {
            line.join(account, terms_at(10, at(0)), at(0)).expect("not revoked").place
        });
        let sold_out = SeatOutlook { free: 0, soon: 0, sold_out: true };
        let one_free = SeatOutlook { free: 1, soon: 0, sold_out: false };
        tick(&mut line, sold_out, at(100));
        let ask = |line: &mut Line, place: Place, now| {
            let ask = Ask { place, rank: Some(place.number()), claims: true };
            line.ask(ask, terms_at(10, now), now).state
        };
        for second in 101..130 {
            assert_eq!(ask(&mut line, places[1], at(second)), State::Waiting);
            tick(&mut line, one_free, at(second));
        }
        assert_eq!(ask(&mut line, places[0], at(130)), State::Waiting);
        for second in 131..134 {
            ask(&mut line, places[1], at(second));
            ask(&mut line, places[0], at(second));
            tick(&mut line, one_free, at(second));
        }
        assert_eq!(ask(&mut line, places[0], at(134)), State::Admitted);
        assert_eq!(ask(&mut line, places[1], at(134)), State::Waiting);
    }
}
