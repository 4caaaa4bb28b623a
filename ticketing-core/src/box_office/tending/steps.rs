//! The steps that keep sales going without anybody asking. Each takes no input, may run in every
//! server at once and may run twice.

use std::sync::Arc;

use crate::admission::{Chosen, Terms};
use crate::box_office::BoxOffice;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::{Error, Result, readable, report};

/// How often a line's progress is written into the books, for a repair to begin at.
const CHECKPOINT_EVERY_MS: i64 = 1_000;

/// Whether a step found something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing to do.
    Idle,
    /// Something was done; there may be more.
    Worked,
}

impl Step {
    pub(super) fn of(count: usize) -> Self {
        if count == 0 { Self::Idle } else { Self::Worked }
    }
}

impl BoxOffice {
    /// Sweeps expired holds and ticks the line of every running performance. One that cannot be
    /// tended holds up no other.
    pub async fn step_lines(&self) -> Result<Step> {
        let (mut worked, mut failed) = (0, None);
        for sale in self.sales_running().await? {
            match self.tend_line(&sale).await {
                Ok(done) => worked += done,
                Err(error @ Error::Unreadable { .. }) => report(&error),
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(Step::of(worked)), Err)
    }

    async fn tend_line(&self, sale: &Sale) -> Result<usize> {
        let now = self.now();
        let swept = self.backend().seats.sweep(sale, now).await? as usize;
        self.open_line(sale, now).await?;
        let outlook = self.fresh_outlook(sale, now).await?;
        let terms = Terms::of(&sale.performance, now).with_outlook(outlook, now);
        let tick = self.backend().lines.tick(sale.id(), terms, now).await?;
        let view = self.view(sale.id());
        self.learn_gaps(sale, &view, tick.watermark).await?;
        view.saw(tick.watermark, now);
        let turns = match tick.chosen {
            Some(chosen) => self.give_turns(sale, chosen, terms).await?,
            None => 0,
        };
        if view.checkpoint_is_due(tick.watermark, now, CHECKPOINT_EVERY_MS) {
            let report = self.backend().lines.report(sale.id()).await?;
            self.backend().line_books.checkpoint(sale.id(), &report, tick.watermark).await?;
        }
        Ok(swept + turns)
    }

    /// The second and third step of an admission: whoever was chosen is written into the journal,
    /// and only then told. A server that dies in between leaves them chosen, and the next tick of
    /// any server comes here with them; to do it twice changes nothing.
    async fn give_turns(&self, sale: &Sale, chosen: Chosen, terms: Terms) -> Result<usize> {
        if !self.0.guards.journaling() {
            return Ok(0);
        }
        let claim_until: Timestamp = self.now().plus_millis(terms.claim_ms);
        let inside_until = claim_until.plus_millis(chosen.lease_ms);
        if self.0.guards.journal() {
            self.backend().line_books.journal(sale.id(), &chosen, inside_until).await?;
        }
        if !self.0.guards.publishing() {
            return Ok(0);
        }
        self.backend().lines.publish(sale.id(), &chosen, claim_until).await?;
        Ok(chosen.turns.len())
    }

    /// Makes the seats of every performance on sale say what the books say.
    pub async fn step_seats(&self) -> Result<Step> {
        for sale in self.sales_running().await? {
            readable(self.reconcile_seats(&sale).await);
        }
        Ok(Step::Idle)
    }

    /// Reads the deployment's clock again.
    #[cfg_attr(not(feature = "services"), expect(clippy::unused_async, reason = "services answer"))]
    pub async fn step_clock(&self) -> Result<Step> {
        #[cfg(feature = "services")]
        if let Some(services) = &self.backend().services {
            services.read_clock(&self.0.clock).await?;
        }
        Ok(Step::Idle)
    }

    pub(in crate::box_office) async fn sales_running(&self) -> Result<Vec<Arc<Sale>>> {
        let now = self.now();
        let running = self.backend().catalog.running(now).await?;
        self.sales_of(&running, now).await
    }
}
