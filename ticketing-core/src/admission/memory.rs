use std::sync::Arc;

use async_trait::async_trait;
use dashmap::{DashMap, DashSet};
use parking_lot::{Mutex, MutexGuard};

use super::contract::{Ask, Chosen};
use super::draw::{ALGORITHM, Seed};
use super::{
    Draw, Line, LineBooks, LineReport, Lines, Pass, Place, Standing, Terms, Tick, Watermark,
};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::guards::Guards;
use crate::id::{AccountId, PerformanceId};

/// Every line, each behind a mutex of its own.
#[derive(Default)]
pub(crate) struct MemoryLines {
    guards: Guards,
    lines: DashMap<PerformanceId, Arc<Mutex<Line>>>,
    closed: DashSet<PerformanceId>,
}

impl MemoryLines {
    pub(crate) fn new(guards: Guards) -> Self {
        Self { guards, lines: DashMap::new(), closed: DashSet::new() }
    }

    /// Nothing is made anew of a sale that is closed.
    pub(crate) fn line(&self, performance: PerformanceId) -> Result<Arc<Mutex<Line>>> {
        let line = self.lines.entry(performance);
        if self.closed.contains(&performance) {
            return Err(Error::NotFound("sale"));
        }
        let new = || Arc::new(Mutex::new(Line::new(performance, self.guards)));
        Ok(line.or_insert_with(new).clone())
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
        let standing = self.line(performance)?.lock().join(account, terms, now);
        standing.ok_or(Error::Forbidden("the place in this line was revoked"))
    }

    async fn ask(&self, ask: Ask, terms: Terms, now: Timestamp) -> Result<Standing> {
        Ok(self.line(ask.place.performance())?.lock().ask(ask, terms, now))
    }

    async fn tick(&self, performance: PerformanceId, terms: Terms, now: Timestamp) -> Result<Tick> {
        Ok(self.line(performance)?.lock().tick(terms, now))
    }

    async fn publish(
        &self,
        performance: PerformanceId,
        chosen: &Chosen,
        claim_until: Timestamp,
    ) -> Result<()> {
        self.line(performance)?.lock().publish(chosen, claim_until);
        Ok(())
    }

    async fn leave(&self, place: Place, terms: Terms, _now: Timestamp) -> Result<()> {
        self.line(place.performance())?.lock().leave(place, terms);
        Ok(())
    }

    async fn finish(
        &self,
        performance: PerformanceId,
        number: u64,
        account: AccountId,
    ) -> Result<()> {
        self.line(performance)?.lock().finish(number, account);
        Ok(())
    }

    async fn revoke(
        &self,
        performance: PerformanceId,
        account: AccountId,
        terms: Terms,
    ) -> Result<Option<u64>> {
        Ok(self.line(performance)?.lock().revoke(account, terms))
    }

    async fn freeze(&self, performance: PerformanceId) -> Result<u64> {
        Ok(self.line(performance)?.lock().freeze())
    }

    async fn open(
        &self,
        performance: PerformanceId,
        places: u64,
        admits_from: Timestamp,
    ) -> Result<()> {
        self.line(performance)?.lock().open(places, admits_from);
        Ok(())
    }

    async fn watermark(&self, performance: PerformanceId) -> Result<Watermark> {
        Ok(self.line(performance)?.lock().watermark())
    }

    async fn close(&self, performance: PerformanceId) -> Result<()> {
        self.closed.insert(performance);
        Ok(())
    }

    async fn remove(&self, performance: PerformanceId) -> Result<()> {
        self.lines.remove(&performance);
        Ok(())
    }

    async fn report(&self, performance: PerformanceId) -> Result<LineReport> {
        Ok(self.line(performance)?.lock().report())
    }
}

/// The line's half of the books. Of journal, checkpoints and revocations nothing is kept: in
/// memory the live sale ends with the books, so that no repair ever asks for them.
#[derive(Default)]
pub(crate) struct MemoryLineBooks(Mutex<std::collections::HashMap<PerformanceId, Draw>>);

impl MemoryLineBooks {
    fn change(&self, id: PerformanceId, change: impl FnOnce(&mut Draw)) -> Result<Draw> {
        let mut draws = self.0.lock();
        let draw = draws.get_mut(&id).ok_or(Error::NotFound("draw"))?;
        change(draw);
        Ok(draw.clone())
    }
}

#[async_trait]
impl LineBooks for MemoryLineBooks {
    async fn draw(
        &self,
        performance: PerformanceId,
        seed: Seed,
        entropy_source: Option<&str>,
    ) -> Result<Draw> {
        let mut draws = self.0.lock();
        let draw = draws.entry(performance).or_insert_with(|| Draw {
            performance,
            algorithm: ALGORITHM,
            seed,
            entropy_source: entropy_source.map(str::to_owned),
            places: None,
            entropy: None,
            opened_at: None,
        });
        Ok(draw.clone())
    }

    async fn name_entropy(&self, performance: PerformanceId, source: Option<&str>) -> Result<()> {
        if let Some(draw) = self.0.lock().get_mut(&performance).filter(|d| d.places.is_none()) {
            draw.entropy_source = source.map(str::to_owned);
        }
        Ok(())
    }

    async fn record_places(
        &self,
        performance: PerformanceId,
        places: u64,
        _now: Timestamp,
    ) -> Result<Draw> {
        self.change(performance, |draw| {
            draw.places.get_or_insert(places);
        })
    }

    async fn record_entropy(&self, performance: PerformanceId, entropy: &str) -> Result<Draw> {
        let draw = self.change(performance, |draw| {
            if draw.takes_entropy() {
                draw.entropy.get_or_insert_with(|| entropy.to_owned());
            }
        })?;
        draw.with_entropy(entropy)
    }

    async fn record_opening(&self, performance: PerformanceId, now: Timestamp) -> Result<Draw> {
        self.change(performance, |draw| {
            draw.opened_at.get_or_insert(now);
        })
    }

    async fn journal(&self, _: PerformanceId, _: &Chosen, _: Timestamp) -> Result<()> {
        Ok(())
    }

    async fn checkpoint(&self, _: PerformanceId, _: &LineReport, _: Watermark) -> Result<()> {
        Ok(())
    }

    async fn gaps(&self, _: PerformanceId) -> Result<Vec<(u64, u64)>> {
        Ok(Vec::new())
    }

    async fn remove(&self, performance: PerformanceId) -> Result<bool> {
        self.0.lock().remove(&performance);
        Ok(false)
    }

    async fn record_revocation(&self, _: PerformanceId, _: AccountId, _: Timestamp) -> Result<()> {
        Ok(())
    }
}
