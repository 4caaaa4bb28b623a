//! Performances: put on sale, changed, shown.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use serde::{Deserialize, Serialize};

use super::productions::ProductionView;
use crate::accounts::{Account, Caller, Role};
use crate::box_office::BoxOffice;
use crate::catalog::{
    LineControl, Listing, NO_PRODUCTION, NO_VENUE, NewPerformance, Performance, PerformanceChange,
    Remembered, Request, Sale, SeatMap, Venue, Visible,
};
use crate::clock::Timestamp;
use crate::error::{Error, FieldErrors, Result, readable};
use crate::id::{PerformanceId, ProductionId};
use crate::idempotency::{IdempotencyKey, Kept, RequestHash};
use crate::page::{Page, Paged};
use crate::reviews::Rating;
use crate::text::OneLine;

/// The longest text that is searched for.
const SEARCH_MAX: usize = 255;
/// How many performances of a page are looked at at once.
const VIEWED_AT_ONCE: usize = 16;
/// How long it may take to count a performance's seats; it is shown without their number then.
const COUNTED_WITHIN: Duration = Duration::from_millis(500);

/// Where a sale stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaleStatus {
    /// It is announced.
    Listed,
    /// It sells.
    OnSale,
    /// No seat for sale is free, held or reserved.
    SoldOut,
    /// Every way of buying has ended.
    Over,
    /// It does not take place.
    Cancelled,
}

impl SaleStatus {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::OnSale => "on_sale",
            Self::SoldOut => "sold_out",
            Self::Over => "over",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A performance as readers see it.
#[derive(Clone, Debug)]
pub struct PerformanceView {
    /// The performance.
    pub performance: Performance,
    /// The work that is shown.
    pub production: ProductionView,
    /// The house's map.
    pub map: Arc<SeatMap>,
    /// The IANA name of the house's time zone.
    pub time_zone: String,
    /// How many seats nobody has, as of a moment ago; nothing while that cannot be seen.
    pub seats_free: Option<u32>,
    /// Where the sale stands.
    pub status: SaleStatus,
    /// What the reviews of the production add up to, where one performance is shown; nothing while that
    /// cannot be seen.
    pub rating: Option<Rating>,
}

/// From which the answer to a repeated request is rendered: what was said is in the request itself.
#[derive(Serialize, Deserialize)]
struct Facts {
    performance: PerformanceId,
}

impl BoxOffice {
    /// Puts a performance on sale. A repeat of the key gets the first answer.
    pub async fn add_performance(
        &self,
        caller: &Caller,
        new: NewPerformance,
        key: Option<IdempotencyKey>,
    ) -> Result<PerformanceView> {
        let organizer = self.organizer(caller).await?;
        let now = self.now();
        let request = key.map(|key| (key, RequestHash::of("performance", "", &format!("{new:?}"))));
        let venue = self.venue(new.venue_id).await.map_err(|error| match error {
            Error::NotFound(_) => Error::field("venue_id", NO_VENUE),
            error => error,
        })?;
        let may_sell = self.may_sell_in(&organizer, &venue).await;
        let named = self.named_production(&organizer, new.production_id).await?;
        let id: PerformanceId = self.0.randomness.id(now);
        let own = ProductionId::from(id.uuid());
        let production_id = named.as_ref().map_or(own, |named| named.production.id);
        let details = new.check(&venue.map, production_id)?;
        let line = LineControl::default().at_pace(&details.policy, now);
        let performance = Performance { id, organizer_id: organizer.id, details, line };
        let own = named.is_none().then(|| performance.own_production());
        let production = named.unwrap_or_else(|| performance.own_production().into());
        let request = request.map(|(key, hash)| {
            let facts = Facts { performance: id };
            let facts = serde_json::to_string(&facts).expect("plain data serialise");
            Request {
                account: organizer.id,
                key,
                hash,
                facts,
                #[cfg(feature = "services")]
                now,
            }
        });
        if let Err(refused) = may_sell {
            // Who was let when it was asked first hears what was answered then.
            let before = match &request {
                Some(request) => self.answered_before(request).await?,
                None => None,
            };
            return self.first_view(&before.ok_or(refused)?, now).await;
        }
        let catalog = &self.backend().catalog;
        match catalog.add_performance(performance.clone(), own, request, now).await? {
            Remembered::Now => {}
            Remembered::Before(facts) => return self.first_view(&facts, now).await,
        }
        if performance.details.policy.pre_queue_seconds.is_some() {
            // The commitment is there before anybody can join.
            self.draw_of(&*self.sale(id, now).await?, now).await?;
        }
        Ok(new_view(performance, production, &venue, now))
    }

    /// The production that a new performance names, which must be its organizer's own.
    async fn named_production(
        &self,
        organizer: &Account,
        id: Option<ProductionId>,
    ) -> Result<Option<ProductionView>> {
        let Some(id) = id else { return Ok(None) };
        let wrong = || Error::field("production_id", NO_PRODUCTION);
        let found = self.production(id).await.map_err(|error| match error {
            Error::NotFound(_) => wrong(),
            error => error,
        })?;
        let own =
            found.production.organizer_id == organizer.id || organizer.role == Role::Administrator;
        if own { Ok(Some(found)) } else { Err(wrong()) }
    }

    async fn answered_before(&self, request: &Request) -> Result<Option<String>> {
        let changing = &self.backend().orders.changing;
        let kept = changing.kept(request.account, &request.key, request.hash).await?;
        kept.map(Kept::facts).transpose()
    }

    /// The performance of an earlier request, as it was right after it.
    async fn first_view(&self, facts: &str, now: Timestamp) -> Result<PerformanceView> {
        let facts: Facts = serde_json::from_str(facts)
            .map_err(|error| Error::unreadable("idempotency", "facts", "?", error))?;
        let sale = self.sale(facts.performance, now).await?;
        let venue = self.venue(sale.performance.details.venue_id).await?;
        let production = self.production_of(&sale.performance).await?;
        Ok(new_view(sale.performance.clone(), production, &venue, now))
    }

    /// Changes a performance. What is left out stays; a running sale follows within a second.
    pub async fn change_performance(
        &self,
        caller: &Caller,
        id: PerformanceId,
        change: PerformanceChange,
    ) -> Result<PerformanceView> {
        let sale = self.owned_sale(caller, id).await?;
        let detail = change.named();
        let (map, office) = (sale.map.clone(), self.clone());
        let source = change.policy.as_ref().and_then(|policy| policy.draw_entropy.clone());
        let apply = move |performance| {
            // As late as it is once the row is ours: a promise is made by the old pace until then.
            change.applied_to(&Sale::new(performance, map.clone()), office.now())
        };
        let performance = self.revise(caller, id, "change", detail, apply).await?;
        if source.is_some() {
            let source = performance.details.policy.draw_entropy.as_ref().map(OneLine::as_str);
            self.backend().line_books.name_entropy(id, source).await?;
            self.0.draws.remove(&id);
        }
        self.performance_view(performance, self.now()).await
    }

    /// A performance: to everyone once it is listed, to its organizer before.
    pub async fn performance(
        &self,
        caller: Option<&Caller>,
        id: PerformanceId,
    ) -> Result<PerformanceView> {
        let now = self.now();
        let sale = self.visible_sale(caller, id, now).await?;
        let rating = self.rating(sale.performance.details.production_id).await;
        let view = self.performance_view(sale.performance.clone(), now).await?;
        Ok(PerformanceView { rating, ..view })
    }

    /// Performances that the caller may see. What cannot be read is passed over.
    pub async fn performances(
        &self,
        caller: Option<&Caller>,
        listing: Listing,
        page: Page,
    ) -> Result<Paged<PerformanceView>> {
        let now = self.now();
        let mut errors = FieldErrors::default();
        let search = |raw: Option<String>, field, errors: &mut FieldErrors| {
            let text = raw.and_then(|raw| errors.text(field, OneLine::new(&raw, 0..=SEARCH_MAX)));
            text.map(OneLine::into_string)
        };
        let listing = Listing {
            text: search(listing.text, "q", &mut errors),
            genre: search(listing.genre, "genre", &mut errors),
            sort: listing.sort,
        };
        errors.finish()?;
        let visible = Visible { now, also_of: caller.map(Caller::account), listing };
        let found = self.backend().catalog.performances(visible, page).await?;
        let shown = found.items.into_iter().filter(|one| !one.details.is_removed);
        let views = shown.map(|one| self.performance_view(one, now).boxed());
        let views = stream::iter(views).buffered(VIEWED_AT_ONCE);
        let items = views.filter_map(|view| std::future::ready(readable(view))).collect().await;
        Ok(Paged { items, next: found.next })
    }

    async fn performance_view(
        &self,
        performance: Performance,
        now: Timestamp,
    ) -> Result<PerformanceView> {
        let venue = self.venue(performance.details.venue_id).await?;
        let production = self.production_of(&performance).await?;
        let details = &performance.details;
        if now < details.on_sale_at && performance.line.began_at.is_none() {
            return Ok(new_view(performance, production, &venue, now));
        }
        // A sale that cannot be seen now is shown all the same, without its numbers.
        let sale = self.sale(performance.id, now).await?;
        let seats = async { self.recent_seats(sale.live()?, now).await };
        let seats = tokio::time::timeout(COUNTED_WITHIN, seats).await;
        let counts = seats.ok().and_then(Result::ok).map(|seats| seats.counts());
        let status = match () {
            () if details.cancelled_at.is_some() => SaleStatus::Cancelled,
            () if details.is_over(now) => SaleStatus::Over,
            () if counts.is_some_and(|counts| counts.sold_out()) => SaleStatus::SoldOut,
            () if details.sells(now).is_ok() => SaleStatus::OnSale,
            () => SaleStatus::Listed,
        };
        let seats_free = counts.map(|counts| counts.free);
        let (map, time_zone) = (venue.map.clone(), venue.time_zone.clone());
        Ok(PerformanceView {
            performance,
            production,
            map,
            time_zone,
            seats_free,
            status,
            rating: None,
        })
    }
}

/// A performance of which nothing was sold yet.
fn new_view(
    performance: Performance,
    production: ProductionView,
    venue: &Venue,
    now: Timestamp,
) -> PerformanceView {
    let details = &performance.details;
    let status = match () {
        () if details.cancelled_at.is_some() => SaleStatus::Cancelled,
        () if details.is_over(now) => SaleStatus::Over,
        () if details.sells(now).is_ok() => SaleStatus::OnSale,
        () => SaleStatus::Listed,
    };
    let map = venue.map.clone();
    let seats_free = Some(Sale::new(performance.clone(), map.clone()).seats_for_sale());
    let time_zone = venue.time_zone.clone();
    PerformanceView { performance, production, map, time_zone, seats_free, status, rating: None }
}
