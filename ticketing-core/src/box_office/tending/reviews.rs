//! Reviews that are shown again, and ratings that are counted again.

use super::Step;
use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::error::{Error, Result, readable, report};
use crate::events::ReviewEvent;
use crate::reviews::{RatingDifference, Revised, Rule, show_again};

impl BoxOffice {
    /// Shows what was hidden for long enough. One that cannot be shown holds up no other.
    pub async fn step_reviews(&self) -> Result<Step> {
        let now = self.now();
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
                    self.reviews_changed(review.production, version).await;
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
            let (last, differences) = self.backend().reviews.recount(behind).await?;
            found.extend(differences);
            if last.is_none() {
                return Ok(found);
            }
            behind = last;
        }
    }

    /// The same for the next productions, again and again; differences are reported.
    pub async fn step_ratings(&self) -> Result<Step> {
        let mut behind = self.0.fronts.counted.lock().await;
        let (last, differences) = self.backend().reviews.recount(*behind).await?;
        *behind = last;
        for one in &differences {
            let production = one.production;
            metrics::counter!("ticketing_ratings_differ_total").increment(1);
            report(&Error::unreadable(
                "production_ratings",
                "stars",
                production,
                format!("{one:?}"),
            ));
        }
        Ok(if last.is_some() { Step::Worked } else { Step::Idle })
    }
}
