//! The provider's own listing of what moved money: the third watch beside webhooks and looks at
//! attempts, and the one that also finds what no order knows.

use futures_util::{FutureExt, StreamExt, stream};

use super::Step;
use crate::box_office::BoxOffice;
use crate::error::{Result, readable};
use crate::orders::Listing;
use crate::payments::{Movement, Movements, ProviderError};

/// How often it is read, by whichever process comes by, once its end is reached.
const LISTED_EVERY_MS: i64 = 60_000;
/// How far back it is read at first, and again when it is read anew.
const LISTED_BACK_MS: i64 = 24 * 3_600_000;
/// How long one reading goes on: providers list a bounded span.
const READ_ANEW_MS: i64 = 30 * 24 * 3_600_000;
/// How often a page is read again of which not every payment could be looked at.
const TRIES_MAX: i32 = 10;
/// How many payments of a page are looked at once.
const AT_ONCE: usize = 8;

impl BoxOffice {
    /// Reads a page of what moved money at the provider, and looks at what the books do not know.
    pub async fn step_movements(&self) -> Result<Step> {
        let now = self.now();
        let paying = &self.backend().orders.paying;
        let Some(mut listing) = paying.take_listing(now).await? else { return Ok(Step::Idle) };
        if listing.since.is_before(now.plus_millis(-READ_ANEW_MS)) {
            listing = Listing::since(now.plus_millis(-LISTED_BACK_MS));
        }
        let later = now.plus_millis(LISTED_EVERY_MS);
        let page = self.0.provider.movements(listing.since, listing.cursor.as_deref()).await;
        let Movements { items, cursor, has_more } = match page {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(%error, "the provider's listing is read later");
                // A cursor that it no longer takes would be refused for ever.
                if !matches!(error, ProviderError::Unknown(_)) {
                    listing = Listing::since(now.plus_millis(-LISTED_BACK_MS));
                }
                paying.listed(&listing, later).await?;
                return Ok(Step::Idle);
            }
        };
        let is_whole = self.look_at_all(items).await;
        if !is_whole && listing.tries < TRIES_MAX {
            listing.tries += 1;
            paying.listed(&listing, later).await?;
            return Ok(Step::Idle);
        }
        if !is_whole {
            tracing::error!(?cursor, "payments of the provider's listing are passed over");
        }
        listing = Listing { cursor: cursor.or(listing.cursor), tries: 0, ..listing };
        paying.listed(&listing, if has_more { now } else { later }).await?;
        Ok(if has_more { Step::Worked } else { Step::Idle })
    }

    /// Whether each could be looked at.
    async fn look_at_all(&self, items: Vec<Movement>) -> bool {
        let looks = items.into_iter().map(|moved| self.moved(moved).boxed());
        let looks: Vec<Result<()>> = stream::iter(looks).buffer_unordered(AT_ONCE).collect().await;
        let mut is_whole = true;
        for look in looks {
            match look {
                Err(error) if error.is_passing() => is_whole = false,
                look => {
                    readable(look);
                }
            }
        }
        is_whole
    }

    async fn moved(&self, moved: Movement) -> Result<()> {
        let Movement { payment, captured, cancelled } = moved;
        let changing = &self.backend().orders.changing;
        let Some(order) = changing.order_of(payment).await? else {
            return self.attend_unknown(payment).await;
        };
        let Some(dossier) = changing.dossier(order).await? else { return Ok(()) };
        let seen = dossier.attempt(payment).map_or(0, |attempt| attempt.captured);
        let is_known = captured.is_some_and(|captured| captured <= seen)
            && cancelled.is_some_and(|cancelled| cancelled <= dossier.back(payment));
        if !is_known {
            self.look_for_certain(order, payment).await?;
        }
        Ok(())
    }
}
