//! The line: join, ask, leave.

use serde::Serialize;

use super::BoxOffice;
use crate::accounts::Caller;
use crate::admission::{Pass, Place, Standing, State, Terms, Watermark};
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::PerformanceId;

/// How long the wait may be, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Eta {
    /// At best.
    pub low: u64,
    /// At worst.
    pub high: u64,
}

/// A pass, as its buyer gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassGranted {
    /// The proof to carry along.
    pub token: String,
    /// When the lease ends.
    pub expires_at: Timestamp,
}

/// Where a buyer stands in the line.
#[derive(Clone, Debug)]
pub struct LineAnswer {
    /// Waiting, admitted, or how it ended. A turn that was not claimed yet shows as waiting.
    pub state: State,
    /// The proof of the place.
    pub place_token: String,
    /// The place.
    pub place: Place,
    /// Numbers before it that are still to come.
    pub ahead: u64,
    /// Numbers after it.
    pub behind: u64,
    /// When to ask again; asking when told is enough to be passed over by nobody.
    pub poll_after_ms: u64,
    /// How long it may take; nothing while nothing moves.
    pub eta: Option<Eta>,
    /// Once admitted.
    pub pass: Option<PassGranted>,
}

/// How far a line has come: the same for everyone, and enough to compute one's own position.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LineStatus {
    /// `closed` before the on-sale time, `open`, or `sold_out`.
    pub state: &'static str,
    /// The highest number given a turn or passed over.
    pub admitted_through: u64,
    /// Numbers behind it.
    pub waiting: u64,
    /// Admissions as measured over the last seconds.
    pub admitting_per_minute: u64,
}

impl BoxOffice {
    /// How far a line has come.
    pub async fn line_status(&self, performance: PerformanceId) -> Result<LineStatus> {
        let now = self.now();
        let sale = self.visible_sale(None, performance, now).await?;
        if now < sale.performance.details.on_sale_at {
            let state = "closed";
            return Ok(LineStatus {
                state,
                admitted_through: 0,
                waiting: 0,
                admitting_per_minute: 0,
            });
        }
        let watermark = self.watermark(&sale, now).await?;
        let sold_out = self.recent_seats(&sale, now).await?.counts().sold_out();
        let per_second = self.view(performance).admissions_per_second().unwrap_or(0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
        let admitting_per_minute = (per_second * 60.0).round() as u64;
        Ok(LineStatus {
            state: if sold_out { "sold_out" } else { "open" },
            admitted_through: watermark.head,
            waiting: watermark.last - watermark.head,
            admitting_per_minute,
        })
    }

    /// Takes a place in the line, or answers the one the buyer has.
    pub async fn join(&self, caller: &Caller, performance: PerformanceId) -> Result<LineAnswer> {
        let now = self.now();
        let sale = self.visible_sale(Some(caller), performance, now).await?;
        let on_sale_at = sale.performance.details.on_sale_at;
        if now < on_sale_at {
            return Err(Error::NotOnSale { on_sale_at });
        }
        if !sale.performance.on_sale(now) {
            return Err(Error::conflict("the sale is over"));
        }
        if self.recent_seats(&sale, now).await?.counts().sold_out() {
            return Err(Error::SoldOut);
        }
        let terms = Terms::of(sale.policy());
        let lines = &self.backend().lines;
        let standing = lines.join(performance, caller.account(), terms, now).await?;
        Ok(self.line_answer(&sale, standing))
    }

    /// Where a place stands. Asking never costs the place; asking when it is one's turn claims it.
    pub async fn ask(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        place_token: &str,
    ) -> Result<LineAnswer> {
        let now = self.now();
        let place = self.place(caller, performance, place_token)?;
        let sale = self.sale(performance, now).await?;
        let terms = Terms::of(sale.policy());
        let watermark = self.watermark(&sale, now).await?;
        let mut standing = if is_far(&place, &watermark, terms) {
            Standing { place, state: State::Waiting, pass_expires_at: None, watermark }
        } else {
            self.backend().lines.ask(place, terms, now).await?
        };
        let waits = matches!(standing.state, State::Waiting | State::Ready);
        if waits && self.recent_seats(&sale, now).await?.counts().sold_out() {
            standing.state = State::SoldOut;
        }
        Ok(self.line_answer(&sale, standing))
    }

    /// Gives the place up, and the holds that no order was placed from.
    pub async fn leave(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        place_token: &str,
    ) -> Result<()> {
        let now = self.now();
        let place = self.place(caller, performance, place_token)?;
        let sale = self.sale(performance, now).await?;
        self.backend().lines.leave(place, now).await?;
        self.backend().seats.release_all(&sale, caller.account(), now).await
    }

    /// The pass of a token, which must be the caller's and of this performance.
    pub(super) fn pass(
        &self,
        caller: &Caller,
        performance: Option<PerformanceId>,
        token: Option<&str>,
    ) -> Result<Pass> {
        let pass = token.and_then(|token| self.0.pass_tokens.open(token));
        let pass = pass.ok_or(Error::PassRequired)?;
        let here = performance.is_none_or(|performance| pass.performance() == performance);
        if here && pass.account() == caller.account() { Ok(pass) } else { Err(Error::PassRequired) }
    }

    fn place(&self, caller: &Caller, performance: PerformanceId, token: &str) -> Result<Place> {
        let place = self.0.place_tokens.open(token);
        let place = place.ok_or(Error::Forbidden("this is not a place of this line"))?;
        if place.performance() != performance {
            return Err(Error::Forbidden("the place is in another line"));
        }
        if place.account() != caller.account() {
            return Err(Error::Forbidden("the place is another buyer's"));
        }
        Ok(place)
    }

    fn line_answer(&self, sale: &Sale, standing: Standing) -> LineAnswer {
        let Standing { place, state, pass_expires_at, watermark } = standing;
        let terms = Terms::of(sale.policy());
        let distance = place.number().saturating_sub(watermark.head);
        let ahead = if state == State::Waiting { distance.saturating_sub(1) } else { 0 };
        let poll_after_ms = match state {
            State::Waiting => terms.poll_after_ms(distance),
            _ => 0,
        };
        let pass = pass_expires_at.map(|expires_at| PassGranted {
            token: self.0.pass_tokens.seal(&Pass::admitted(place, expires_at)),
            expires_at,
        });
        LineAnswer {
            state: if state == State::Ready { State::Waiting } else { state },
            place_token: self.0.place_tokens.seal(&place),
            place,
            ahead,
            behind: watermark.last.saturating_sub(place.number()),
            poll_after_ms,
            eta: self.view(sale.id()).eta(ahead).filter(|_| state == State::Waiting),
            pass,
        }
    }
}

/// Too far back to be reached before it has asked again: answered without any store.
fn is_far(place: &Place, watermark: &Watermark, terms: Terms) -> bool {
    place.epoch() == watermark.epoch
        && place.number() > watermark.head.saturating_add(terms.near_zone())
}
