use std::sync::Arc;

use async_trait::async_trait;
use dashmap::DashMap;
use parking_lot::{Mutex, MutexGuard};

use super::{Line, LineReport, Lines, Pass, Place, Standing, Terms, Tick, Watermark};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::guards::Guards;
use crate::id::{AccountId, PerformanceId};

/// Every line, each behind a mutex of its own.
#[derive(Default)]
pub(crate) struct MemoryLines {
    guards: Guards,
    lines: DashMap<PerformanceId, Arc<Mutex<Line>>>,
}

impl MemoryLines {
    pub(crate) fn new(guards: Guards) -> Self {
        Self { guards, lines: DashMap::new() }
    }

    pub(crate) fn line(&self, performance: PerformanceId) -> Arc<Mutex<Line>> {
        let line = self.lines.entry(performance);
        line.or_insert_with(|| Arc::new(Mutex::new(Line::new(performance, self.guards)))).clone()
    }

    /// Whether a pass is live, with the line kept still while the guard lives: a hold decides
    /// under it. Lock order: line, then seats.
    pub(crate) fn live_pass<'line>(
        line: &'line Mutex<Line>,
        pass: &Pass,
        now: Timestamp,
    ) -> (MutexGuard<'line, Line>, bool) {
        let guard = line.lock();
        let live = guard.has_pass(pass.place(), now);
        (guard, live)
    }
}

#[async_trait]
impl Lines for MemoryLines {
    async fn join(
        &self,
        performance: PerformanceId,
        account: AccountId,
        terms: Terms,
        now: Timestamp,
    ) -> Result<Standing> {
        let standing = self.line(performance).lock().join(account, terms, now);
        standing.ok_or(Error::Forbidden("the place in this line was revoked"))
    }

    async fn ask(&self, place: Place, terms: Terms, now: Timestamp) -> Result<Standing> {
        Ok(self.line(place.performance()).lock().ask(place, terms, now))
    }

    async fn tick(&self, performance: PerformanceId, terms: Terms, now: Timestamp) -> Result<Tick> {
        Ok(self.line(performance).lock().tick(terms, now))
    }

    async fn leave(&self, place: Place, _now: Timestamp) -> Result<()> {
        self.line(place.performance()).lock().leave(place);
        Ok(())
    }

    async fn finish(
        &self,
        performance: PerformanceId,
        number: u64,
        account: AccountId,
    ) -> Result<()> {
        self.line(performance).lock().finish(number, account);
        Ok(())
    }

    async fn watermark(&self, performance: PerformanceId) -> Result<Watermark> {
        Ok(self.line(performance).lock().watermark())
    }

    async fn report(&self, performance: PerformanceId) -> Result<LineReport> {
        Ok(self.line(performance).lock().report())
    }
}
