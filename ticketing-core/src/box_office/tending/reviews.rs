//! Reviews that are shown again, and ratings that are counted again.

use super::Step;
use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::error::{Error, Result, readable, report};
use crate::events::ReviewEvent;
use crate::id::ProductionId;
use crate::reviews::{RatingDifference, Recount, Revised, Rule, show_again};

/// How many reviews one step counts before it ends; a production is counted whole.
const COUNTED_MAX: u64 = 200_000;

impl BoxOffice {
    /// Shows what was hidden for long enough. One that cannot be shown holds up no other.
    pub async fn step_reviews(&self) -> Result<Step> {
        let now = self.now();
        self.0.fronts.sweep(now);
        let due = self.backend().reviews.to_show(now).await?;
        let mut shown = 0;
        for id in due {
            let rule: Rule = Box::new(move |before| Ok(Some(show_again(before, now))));
            let revised =
                self.backend().reviews.revise(id, ReviewEvent::Restored, false, now, rule).await;
            match revised {
                Err(error) if error.is_passing() => return Err(error),
                revised => {
                    let Some(Revised { review, version }) = readable(revised) else { continue };
                    self.told_reviews_changed(review.production, version).await;
                    shown += 1;
                }
            }
        }
        Ok(Step::of(shown))
    }

    /// Counts all reviews again: the productions whose rating is not what they add up to; for
    /// administrators.
    pub async fn rating_differences(&self, caller: &Caller) -> Result<Vec<RatingDifference>> {
        self.administrator(caller).await?;
        let (mut behind, mut found) = (None, Vec::new());
        loop {
            let rated = self.backend().reviews.rated(behind).await?;
            for production in &rated {
                found.extend(self.difference(*production).await?.1);
            }
            let Some(last) = rated.last() else { return Ok(found) };
            behind = Some(*last);
        }
    }

    /// The same for the next productions, again and again; differences are reported. One that cannot be
    /// counted is, too, and holds up no other.
    pub async fn step_ratings(&self) -> Result<Step> {
        let mut behind = self.0.fronts.counted.lock().await;
        let rated = self.backend().reviews.rated(*behind).await?;
        let mut counted = 0;
        for production in &rated {
            *behind = Some(*production);
            match self.difference(*production).await {
                Ok((count, difference)) => {
                    counted += count;
                    if let Some(one) = difference {
                        metrics::counter!("ticketing_ratings_differ_total").increment(1);
                        let (row, why) = (one.production, format!("{one:?}"));
                        report(&Error::unreadable("production_ratings", "stars", row, why));
                    }
                }
                Err(error) => report(&error),
            }
            if counted >= COUNTED_MAX {
                return Ok(Step::Idle);
            }
        }
        if rated.is_empty() {
            *behind = None;
        }
        Ok(Step::of(rated.len()))
    }

    /// How many reviews a production has, and what is wrong with its rating.
    async fn difference(
        &self,
        production: ProductionId,
    ) -> Result<(u64, Option<RatingDifference>)> {
        let Recount { kept, counted } = self.backend().reviews.recount(production).await?;
        let difference = RatingDifference { production, kept, counted };
        Ok((counted.count, (kept != counted).then_some(difference)))
    }
}
