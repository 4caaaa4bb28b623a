//! Choosing seats: the map, holds, the best available.

use std::sync::Arc;

use crate::accounts::Caller;
use crate::admission::Pass;
use crate::box_office::BoxOffice;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{HoldId, PerformanceId};
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::seats::{
    Best, Frozen, Hold, HoldCommand, SeatStatus, Snapshot, Wish, best_available, orphans, priced,
};

/// How often the best seats are chosen from what was seen, before one look at how it really is.
const BEST_TRIES: u32 = 3;

/// The seats of a performance, with its layout.
#[derive(Clone, Debug)]
pub struct SeatMapView {
    /// The layout and the prices.
    pub sale: Arc<Sale>,
    /// Every seat's status.
    pub seats: Arc<Snapshot>,
}

impl BoxOffice {
    /// The map, at most a moment old.
    pub async fn seat_map(
        &self,
        caller: &Caller,
        performance: PerformanceId,
    ) -> Result<SeatMapView> {
        let now = self.now();
        let sale = self.visible_sale(Some(caller), performance, now).await?;
        let seats = self.recent_seats(&sale, now).await?;
        Ok(SeatMapView { sale, seats })
    }

    /// Seats for a while: all of them or none.
    pub async fn hold(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        pass_token: Option<&str>,
        key: IdempotencyKey,
        wish: Wish,
    ) -> Result<Hold> {
        let wish = wish.with_labels_compared();
        let now = self.now();
        let pass = self.pass_here(caller, performance, pass_token)?;
        let sale = self.sale(performance, now).await?;
        wish.check(&sale)?;
        let request = RequestHash::of("hold", performance, &wish);
        if let Err(closed) = sale.performance.details.sells(now) {
            // What was held before gets its first answer again.
            let seats = &self.backend().seats;
            let first = seats.remembered(&sale, pass.account(), &key, request, now).await?;
            return first.ok_or(closed);
        }
        let limit = sale.policy().seats_per_buyer;
        if wish.count() > limit {
            return Err(Error::LimitExceeded { limit });
        }
        match wish {
            Wish::Seats(seats) => {
                let command = self.hold_command(&sale, pass, key, request, seats, now)?;
                self.check_orphans(&sale, &command, now).await?;
                self.backend().seats.hold(&sale, command, now).await
            }
            Wish::Best(best) => self.hold_best(&sale, pass, key, request, &best, now).await,
        }
    }

    /// Gives a hold back. One that has ended is no error; a stranger's is none at all.
    pub async fn release(
        &self,
        caller: &Caller,
        pass_token: Option<&str>,
        hold: HoldId,
    ) -> Result<()> {
        let now = self.now();
        let pass = self.pass(caller, pass_token)?;
        self.own_hold(&pass, hold)?;
        let sale = self.sale(pass.performance(), now).await?;
        self.backend().seats.release(&sale, caller.account(), hold, now).await
    }

    fn hold_command(
        &self,
        sale: &Sale,
        pass: Pass,
        key: IdempotencyKey,
        request: RequestHash,
        mut seats: Vec<u32>,
        now: Timestamp,
    ) -> Result<HoldCommand> {
        seats.sort_unstable();
        let priced = priced(sale, &seats);
        let (lines, total) =
            priced.ok_or_else(|| Error::SeatTaken { seats: not_for_sale(sale, &seats) })?;
        let (account, performance) = (pass.account(), sale.id());
        let hold = Hold {
            id: self.0.hold_ids.mint(account, performance, &self.0.randomness, now),
            performance,
            account,
            seats,
            lines,
            total,
            expires_at: now.plus_seconds(sale.policy().hold_seconds),
            frozen: Frozen::of(sale),
        };
        let seats_per_buyer = sale.policy().seats_per_buyer;
        Ok(HoldCommand { pass, key, request, hold, seats_per_buyer })
    }

    async fn check_orphans(
        &self,
        sale: &Sale,
        command: &HoldCommand,
        now: Timestamp,
    ) -> Result<()> {
        if !sale.policy().orphan_rule {
            return Ok(());
        }
        let HoldCommand { key, request, hold, .. } = command;
        let seats = &self.backend().seats;
        if seats.remembered(sale, hold.account, key, *request, now).await?.is_some() {
            return Ok(());
        }
        let snapshot = self.recent_seats(sale, now).await?;
        let left_alone = orphans(&sale.map, &snapshot, &hold.seats);
        if left_alone.is_empty() { Ok(()) } else { Err(Error::OrphanSeat { seats: left_alone }) }
    }

    async fn hold_best(
        &self,
        sale: &Sale,
        pass: Pass,
        key: IdempotencyKey,
        request: RequestHash,
        best: &Best,
        now: Timestamp,
    ) -> Result<Hold> {
        let seats = &self.backend().seats;
        if let Some(first) = seats.remembered(sale, pass.account(), &key, request, now).await? {
            return Ok(first);
        }
        let mut snapshot = self.recent_seats(sale, now).await?;
        for attempt in 0..=BEST_TRIES {
            if attempt == BEST_TRIES {
                snapshot = self.fresh_seats(sale, now).await?;
            }
            let mut random = self.0.randomness.fork();
            let Some(chosen) = best_available(sale, &snapshot, best, &mut random) else {
                if attempt == BEST_TRIES {
                    break;
                }
                continue;
            };
            let command = self.hold_command(sale, pass, key.clone(), request, chosen, now)?;
            match self.backend().seats.hold(sale, command, now).await {
                Err(Error::SeatTaken { seats }) => patch(Arc::make_mut(&mut snapshot), &seats),
                held => return held,
            }
        }
        let sold_out = snapshot.counts().sold_out();
        Err(if sold_out { Error::SoldOut } else { Error::SeatTaken { seats: Vec::new() } })
    }
}

/// What a conflict taught about a snapshot.
fn patch(snapshot: &mut Snapshot, taken: &[u32]) {
    for seat in taken {
        if let Some(status) = snapshot.status.get_mut(*seat as usize) {
            *status = SeatStatus::Held as u8;
        }
    }
}

fn not_for_sale(sale: &Sale, seats: &[u32]) -> Vec<u32> {
    seats.iter().filter(|seat| sale.price(**seat).is_none()).copied().collect()
}
