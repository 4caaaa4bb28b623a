//! The steps that keep sales going without anybody asking. Each takes no input, may run in every
//! server at once and may run twice.

use std::sync::Arc;
use std::time::Duration;

use super::BySale;
use crate::admission::{Chosen, Terms};
use crate::box_office::BoxOffice;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::PerformanceId;

/// How often a line's progress is written into the books, for a repair to begin at.
const CHECKPOINT_EVERY_MS: i64 = 1_000;
/// How many sales of a process are tended at once; each may take a connection to the books.
const AT_ONCE: usize = 8;
/// How many sales are compared with the books at once, which reads all their orders.
const RECONCILED_AT_ONCE: usize = 2;
/// After so long, what was read of a sale is read again.
const STALE_MS: i64 = 500;

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

/// What is done for every sale, each by itself.
pub(in crate::box_office) struct SaleWork {
    lines: BySale,
    pub(in crate::box_office) push: BySale,
    seats: BySale,
}

impl Default for SaleWork {
    fn default() -> Self {
        let (lines, push) = (BySale::new("lines", AT_ONCE), BySale::new("push", AT_ONCE));
        Self { lines, push, seats: BySale::new("seats", RECONCILED_AT_ONCE) }
    }
}

type Works<Work> = Vec<(PerformanceId, Work)>;

impl BoxOffice {
    /// Sweeps expired holds and ticks the line of every running performance. One that cannot be
    /// tended holds up no other.
    pub async fn step_lines(&self) -> Result<Step> {
        Ok(Step::of(self.0.work.lines.each(self.lines().await?).await?))
    }

    /// The same; waits so long for those that take long.
    pub(crate) async fn tend_lines(&self, wait: Duration) -> Result<Step> {
        self.0.work.lines.for_a_while(self.lines().await?, wait).await.map(|()| Step::Idle)
    }

    async fn lines(&self) -> Result<Works<impl Future<Output = Result<usize>> + use<>>> {
        let tended = self.sales_running().await?.into_iter().map(|sale| {
            let office = self.clone();
            (sale.id(), async move { office.tend_line(sale).await })
        });
        Ok(tended.collect())
    }

    async fn tend_line(&self, mut sale: Arc<Sale>) -> Result<usize> {
        let (performance, began) = (sale.id(), self.now());
        let swept = self.backend().seats.sweep(&sale, began).await? as usize;
        let now = self.now();
        if now.as_millis() - began.as_millis() >= STALE_MS {
            // It has waited for a repair.
            sale = self.sale(performance, now).await?;
        }
        self.open_line(&sale, now).await?;
        let outlook = self.fresh_outlook(&sale, now).await?;
        let terms = Terms::of(&sale.performance, now).with_outlook(outlook, now);
        let tick = self.backend().lines.tick(performance, terms, now).await?;
        let view = self.view(performance);
        self.learn_gaps(&sale, &view, tick.watermark).await?;
        view.saw(tick.watermark, now);
        let turns = match tick.chosen {
            Some(chosen) => self.give_turns(&sale, chosen, terms).await?,
            None => 0,
        };
        if view.checkpoint_is_due(tick.watermark, now, CHECKPOINT_EVERY_MS) {
            let report = self.backend().lines.report(performance).await?;
            self.backend().line_books.checkpoint(performance, &report, tick.watermark).await?;
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
        // What cannot be reconciled says so itself.
        let _ = self.0.work.seats.each(self.reconciliations().await?).await;
        Ok(Step::Idle)
    }

    /// The same; waits so long for those that take long.
    pub(crate) async fn tend_seats(&self, wait: Duration) -> Result<Step> {
        let reconciliations = self.reconciliations().await?;
        self.0.work.seats.for_a_while(reconciliations, wait).await.map(|()| Step::Idle)
    }

    async fn reconciliations(&self) -> Result<Works<impl Future<Output = Result<usize>> + use<>>> {
        let reconciled = self.sales_running().await?.into_iter().map(|sale| {
            let office = self.clone();
            (sale.id(), async move { office.reconcile_seats(&sale).await.map(|()| 0) })
        });
        Ok(reconciled.collect())
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
