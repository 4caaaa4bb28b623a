//! The rules of the seats, as one state machine without effects. The Lua scripts say the same in
//! another language; the behaviour suite and the random histories hold the two together.

use std::collections::{BTreeSet, HashMap};

use super::contract::{Begun, HoldCommand, Projected, Projection, SOON_MS};
use super::{Hold, SeatStatus, Snapshot};
use crate::catalog::Sale;
use crate::clock::{GRACE_MS, Timestamp};
use crate::error::{Error, Result};
use crate::guards::Guards;
use crate::id::{AccountId, HoldId, OrderId};
use crate::idempotency::RequestHash;

/// How long after a hold's deadline others wait once an order was begun from it: more than the
/// wait for a connection, the statement time-out and [`GRACE_MS`] together, so that a commit which
/// is under way at the deadline finds its seats.
pub(crate) const ORDER_GRACE_MS: i64 = 3_000;
/// How long a hold's answer is kept for a repeat of its request, beyond the deadline.
pub(crate) const REMEMBERED_MS: i64 = 3_600_000;

/// The seats of one performance.
pub(crate) struct Board {
    guards: Guards,
    epoch: u32,
    sequence: u64,
    status: Vec<u8>,
    holds: HashMap<HoldId, Held>,
    /// When each hold falls to others.
    given_at: BTreeSet<(Timestamp, HoldId)>,
    held_by: HashMap<u32, HoldId>,
    ordered_by: HashMap<u32, OrderId>,
    applied: HashMap<OrderId, i64>,
    counts: HashMap<AccountId, u32>,
    remembered: HashMap<(AccountId, String), Remembered>,
}

struct Held {
    hold: Hold,
    given_at: Timestamp,
    begun: bool,
}

struct Remembered {
    request: RequestHash,
    hold: Hold,
}

impl Board {
    pub(crate) fn new(sale: &Sale, guards: Guards) -> Self {
        let status = |for_sale| {
            if for_sale { SeatStatus::Free as u8 } else { SeatStatus::NotForSale as u8 }
        };
        Self {
            guards,
            epoch: 1,
            sequence: 0,
            status: sale.for_sale().map(status).collect(),
            holds: HashMap::new(),
            given_at: BTreeSet::new(),
            held_by: HashMap::new(),
            ordered_by: HashMap::new(),
            applied: HashMap::new(),
            counts: HashMap::new(),
            remembered: HashMap::new(),
        }
    }

    pub(crate) fn remembered(
        &self,
        account: AccountId,
        key: &str,
        request: RequestHash,
        now: Timestamp,
    ) -> Result<Option<Hold>> {
        let Some(remembered) = self.remembered.get(&(account, key.to_owned())) else {
            return Ok(None);
        };
        if !now.is_before(remembered.hold.expires_at.plus_millis(REMEMBERED_MS)) {
            return Ok(None);
        }
        if remembered.request != request {
            return Err(Error::IdempotencyReused);
        }
        Ok(Some(remembered.hold.clone()))
    }

    pub(crate) fn hold(
        &mut self,
        command: HoldCommand,
        live: bool,
        now: Timestamp,
    ) -> Result<Hold> {
        let HoldCommand { key, request, hold, seats_per_buyer, .. } = command;
        if let Some(first) = self.remembered(hold.account, key.as_str(), request, now)? {
            return Ok(first);
        }
        if !live {
            return Err(Error::PassExpired);
        }
        self.free_if_given(&hold.seats, now);
        let count = self.counts.get(&hold.account).copied().unwrap_or(0);
        let wanted = u32::try_from(hold.seats.len()).unwrap_or(u32::MAX);
        if count.saturating_add(wanted) > seats_per_buyer {
            return Err(Error::LimitExceeded { limit: seats_per_buyer });
        }
        let taken = self.taken(&hold.seats);
        if !taken.is_empty() {
            return Err(Error::SeatTaken { seats: taken });
        }
        self.take(&hold);
        let remembered = Remembered { request, hold: hold.clone() };
        self.remembered.insert((hold.account, key.as_str().to_owned()), remembered);
        Ok(hold)
    }

    pub(crate) fn release(&mut self, account: AccountId, id: HoldId) {
        let releasable =
            self.holds.get(&id).is_some_and(|held| held.hold.account == account && !held.begun);
        if releasable {
            self.drop_hold(id);
        }
    }

    pub(crate) fn release_all(&mut self, account: AccountId) {
        let mine = self.holds.values().filter(|held| held.hold.account == account && !held.begun);
        let mine: Vec<HoldId> = mine.map(|held| held.hold.id).collect();
        for id in mine {
            self.drop_hold(id);
        }
    }

    pub(crate) fn begin_order(
        &mut self,
        account: AccountId,
        id: HoldId,
        now: Timestamp,
    ) -> Result<Begun> {
        let held = self.holds.get_mut(&id).ok_or(Error::HoldExpired)?;
        if held.hold.account != account || !now.is_before(held.hold.expires_at) {
            return Err(Error::HoldExpired);
        }
        if !held.begun {
            held.begun = true;
            self.given_at.remove(&(held.given_at, id));
            held.given_at = held.hold.expires_at.plus_millis(ORDER_GRACE_MS);
            self.given_at.insert((held.given_at, id));
        }
        Ok(Begun { hold: held.hold.clone(), given_at: held.given_at })
    }

    pub(crate) fn order_refused(&mut self, id: HoldId) {
        let Some(held) = self.holds.get_mut(&id) else { return };
        held.begun = false;
        self.given_at.remove(&(held.given_at, id));
        held.given_at = held.hold.expires_at.plus_millis(GRACE_MS);
        self.given_at.insert((held.given_at, id));
    }

    pub(crate) fn project(&mut self, projection: &Projection) -> Projected {
        let Projection { order, version, .. } = *projection;
        if self.applied.get(&order).is_some_and(|applied| version < *applied) {
            return Projected { changed: 0 };
        }
        self.applied.insert(order, version);
        let back = projection.free.iter().filter(|seat| self.take_back(**seat, projection));
        let back = back.count();
        let shown = match projection.state {
            SeatStatus::Reserved | SeatStatus::Sold => {
                self.drop_hold(projection.hold);
                projection.seats.iter().filter(|seat| self.give(**seat, projection)).count()
            }
            _ => projection.seats.iter().filter(|seat| self.take_back(**seat, projection)).count(),
        };
        let changed = back + shown;
        Projected { changed: u32::try_from(changed).unwrap_or(u32::MAX) }
    }

    pub(crate) fn projected(&self) -> Vec<(OrderId, i64)> {
        let orders: BTreeSet<OrderId> = self.ordered_by.values().copied().collect();
        orders.into_iter().map(|order| (order, self.applied[&order])).collect()
    }

    pub(crate) fn sweep(&mut self, now: Timestamp) -> u32 {
        let given = self.given_at.iter().take_while(|(given_at, _)| *given_at <= now);
        let given: Vec<HoldId> = given.map(|(_, id)| *id).collect();
        for id in &given {
            self.drop_hold(*id);
        }
        self.remembered
            .retain(|_, kept| now.is_before(kept.hold.expires_at.plus_millis(REMEMBERED_MS)));
        u32::try_from(given.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn soon(&self, now: Timestamp) -> u32 {
        let by_then = now.plus_millis(SOON_MS);
        let from = self.given_at.iter().skip_while(|(given_at, _)| *given_at < now);
        let soon = from.take_while(|(given_at, _)| *given_at <= by_then);
        soon.map(|(_, id)| count(&self.holds[id].hold.seats)).sum()
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.epoch, self.sequence, self.status.clone())
    }

    fn set(&mut self, seat: u32, status: SeatStatus) {
        self.status[seat as usize] = status as u8;
        self.sequence += 1;
    }

    fn is(&self, seat: u32, status: SeatStatus) -> bool {
        self.status[seat as usize] == status as u8
    }

    fn taken(&self, seats: &[u32]) -> Vec<u32> {
        if !self.guards.hold_conflict() {
            return Vec::new();
        }
        seats.iter().copied().filter(|seat| !self.is(*seat, SeatStatus::Free)).collect()
    }

    fn take(&mut self, hold: &Hold) {
        for seat in &hold.seats {
            self.set(*seat, SeatStatus::Held);
            self.held_by.insert(*seat, hold.id);
        }
        *self.counts.entry(hold.account).or_default() += count(&hold.seats);
        let given_at = hold.expires_at.plus_millis(GRACE_MS);
        self.given_at.insert((given_at, hold.id));
        self.holds.insert(hold.id, Held { hold: hold.clone(), given_at, begun: false });
    }

    /// An expired hold is free in place: whoever wants its seats need not wait for the sweep.
    fn free_if_given(&mut self, seats: &[u32], now: Timestamp) {
        for seat in seats {
            let Some(id) = self.held_by.get(seat).copied() else { continue };
            if self.holds.get(&id).is_some_and(|held| held.given_at <= now) {
                self.drop_hold(id);
            }
        }
    }

    fn drop_hold(&mut self, id: HoldId) {
        let Some(held) = self.holds.remove(&id) else { return };
        self.given_at.remove(&(held.given_at, id));
        self.lower_count(held.hold.account, count(&held.hold.seats));
        for seat in held.hold.seats {
            if self.held_by.get(&seat) != Some(&id) {
                continue;
            }
            self.held_by.remove(&seat);
            if !self.ordered_by.contains_key(&seat) {
                self.set(seat, SeatStatus::Free);
            }
        }
    }

    /// Gives a seat to an order, whoever held it; another order's seat stays.
    fn give(&mut self, seat: u32, projection: &Projection) -> bool {
        match self.ordered_by.get(&seat) {
            Some(order) if *order != projection.order => return false,
            Some(_) if self.is(seat, projection.state) => return false,
            Some(_) => {}
            None => {
                if let Some(id) = self.held_by.get(&seat).copied() {
                    self.drop_hold(id);
                }
                self.ordered_by.insert(seat, projection.order);
                *self.counts.entry(projection.account).or_default() += 1;
            }
        }
        self.set(seat, projection.state);
        true
    }

    fn take_back(&mut self, seat: u32, projection: &Projection) -> bool {
        if self.ordered_by.get(&seat) != Some(&projection.order) {
            return false;
        }
        self.ordered_by.remove(&seat);
        self.lower_count(projection.account, 1);
        self.set(seat, SeatStatus::Free);
        true
    }

    fn lower_count(&mut self, account: AccountId, by: u32) {
        let Some(count) = self.counts.get_mut(&account) else { return };
        *count = count.saturating_sub(by);
        if *count == 0 {
            self.counts.remove(&account);
        }
    }
}

fn count(seats: &[u32]) -> u32 {
    u32::try_from(seats.len()).unwrap_or(u32::MAX)
}
