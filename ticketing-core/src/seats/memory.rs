use std::sync::Arc;

use async_trait::async_trait;
use dashmap::DashMap;
use parking_lot::Mutex;

use super::{Begun, Board, Hold, HoldCommand, Projected, Projection, Seats, Snapshot};
use crate::admission::memory::MemoryLines;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::guards::Guards;
use crate::id::{AccountId, HoldId, OrderId, PerformanceId};
use crate::idempotency::{IdempotencyKey, RequestHash};

/// Every performance's seats, each behind a mutex of its own.
pub(crate) struct MemorySeats {
    guards: Guards,
    lines: Arc<MemoryLines>,
    boards: DashMap<PerformanceId, Arc<Mutex<Board>>>,
}

impl MemorySeats {
    pub(crate) fn new(lines: Arc<MemoryLines>, guards: Guards) -> Self {
        Self { guards, lines, boards: DashMap::new() }
    }

    fn board(&self, sale: &Sale) -> Result<Arc<Mutex<Board>>> {
        let board = self.boards.entry(sale.id());
        // The live sale is there, or is not, as its line is.
        self.lines.line(sale.id())?;
        let new = || Arc::new(Mutex::new(Board::new(sale, self.guards)));
        Ok(board.or_insert_with(new).clone())
    }
}

#[async_trait]
impl Seats for MemorySeats {
    async fn hold(&self, sale: &Sale, command: HoldCommand, now: Timestamp) -> Result<Hold> {
        let line = self.lines.line(sale.id())?;
        let (still, live) = MemoryLines::live_pass(&line, &command.pass, now);
        let held = self.board(sale)?.lock().hold(command, live, now);
        drop(still);
        held
    }

    async fn remembered(
        &self,
        sale: &Sale,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
        now: Timestamp,
    ) -> Result<Option<Hold>> {
        self.board(sale)?.lock().remembered(account, key.as_str(), request, now)
    }

    async fn release(
        &self,
        sale: &Sale,
        account: AccountId,
        hold: HoldId,
        _now: Timestamp,
    ) -> Result<()> {
        self.board(sale)?.lock().release(account, hold);
        Ok(())
    }

    async fn release_all(&self, sale: &Sale, account: AccountId, _now: Timestamp) -> Result<()> {
        self.board(sale)?.lock().release_all(account);
        Ok(())
    }

    async fn begin_order(
        &self,
        sale: &Sale,
        account: AccountId,
        hold: HoldId,
        now: Timestamp,
    ) -> Result<Begun> {
        self.board(sale)?.lock().begin_order(account, hold, now)
    }

    async fn order_refused(&self, sale: &Sale, hold: HoldId) -> Result<()> {
        self.board(sale)?.lock().order_refused(hold);
        Ok(())
    }

    async fn project(
        &self,
        sale: &Sale,
        projection: Projection,
        _now: Timestamp,
    ) -> Result<Projected> {
        Ok(self.board(sale)?.lock().project(&projection))
    }

    async fn projected(&self, sale: &Sale) -> Result<Vec<(OrderId, i64)>> {
        Ok(self.board(sale)?.lock().projected())
    }

    async fn sweep(&self, sale: &Sale, now: Timestamp) -> Result<u32> {
        Ok(self.board(sale)?.lock().sweep(now))
    }

    async fn soon(&self, sale: &Sale, now: Timestamp) -> Result<u32> {
        Ok(self.board(sale)?.lock().soon(now))
    }

    async fn remove(&self, performance: PerformanceId) -> Result<()> {
        self.boards.remove(&performance);
        Ok(())
    }

    async fn snapshot(&self, sale: &Sale) -> Result<Snapshot> {
        Ok(self.board(sale)?.lock().snapshot())
    }
}
