//! The ranking, made by one server at a time.

use std::sync::Arc;

use super::Step;
use crate::box_office::BoxOffice;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::{Result, readable};
use crate::ranking::{Candidate, RankedBy, Ranking, Uncounted, rank};
use crate::text::folded;

/// For how long whoever makes the ranking is the only one: a little less than between two steps.
#[cfg(feature = "services")]
const LEASE_MS: i64 = 1_900;

impl BoxOffice {
    /// Makes the ranking anew, unless another server does, and keeps it for who asks. Without Redis each
    /// server makes its own.
    pub async fn step_ranking(&self) -> Result<Step> {
        #[cfg(feature = "services")]
        if let Some(shared) = &self.backend().shared_ranking {
            let is_ours = shared.take(self.now(), LEASE_MS).await;
            if matches!(is_ours, Ok(false))
                && let Ok(Some(ranking)) = shared.shared().await
            {
                self.0.rankings.keep(ranking);
                return Ok(Step::Idle);
            }
            let ranking = self.make_ranking().await?;
            if let Err(error) = shared.share(&ranking).await {
                tracing::debug!(%error, "the ranking is not shared");
            }
            self.0.rankings.keep(ranking);
            return Ok(Step::Idle);
        }
        let ranking = self.make_ranking().await?;
        self.0.rankings.keep(ranking);
        Ok(Step::Idle)
    }

    /// Counts orders again that are newer than what was counted of them, and forgets days that no ranking
    /// looks back to. One that cannot be counted holds up no other.
    pub async fn step_sold(&self) -> Result<Step> {
        let sold_seats = &self.backend().sold_seats;
        let mut behind = self.0.rankings.counted.lock().await;
        let Uncounted { orders, last } = sold_seats.uncounted(*behind).await?;
        for order in orders {
            match self.count_seats(order).await {
                Err(error) if error.is_passing() => return Err(error),
                counted => readable(counted),
            };
        }
        *behind = last;
        if last.is_some() {
            return Ok(Step::Worked);
        }
        let oldest = RankedBy::ALL.iter().filter_map(|by| by.since(self.now())).min();
        let forgotten = sold_seats.forget(oldest.unwrap_or(i32::MIN)).await?;
        Ok(Step::of(forgotten))
    }

    /// Of what is listed and sells.
    pub(in crate::box_office) async fn make_ranking(&self) -> Result<Ranking> {
        let now = self.now();
        let sales: Vec<Arc<Sale>> =
            self.sales_running().await?.into_iter().filter(|sale| is_ranked(sale, now)).collect();
        let ids: Vec<_> = sales.iter().map(|sale| sale.id()).collect();
        let mut ranking = Ranking { computed_at: Some(now), ..Ranking::default() };
        for by in RankedBy::ALL {
            let sold = self.backend().sold_seats.sold(&ids, by.since(now)).await?;
            let candidate = |sale: &Arc<Sale>| {
                let seats = sale.seats_that_cost();
                let sold = sold.get(&sale.id()).copied().unwrap_or(0);
                Candidate {
                    performance: sale.id(),
                    genre: folded(sale.performance.details.genre.as_str()),
                    // Seats that were sold before their category became free count no more than all.
                    sold: if by == RankedBy::Rate { sold.min(seats.into()) } else { sold },
                    seats,
                }
            };
            ranking.by.insert(by, rank(by, sales.iter().map(candidate).collect()));
        }
        Ok(ranking)
    }
}

fn is_ranked(sale: &Sale, now: Timestamp) -> bool {
    let details = &sale.performance.details;
    let is_seen = details.listed_at <= now && !details.is_removed;
    is_seen && details.sells(now).is_ok() && sale.seats_that_cost() > 0
}
