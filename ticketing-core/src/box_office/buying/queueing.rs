//! The line: join, ask, leave, and what everybody may know of it.

use crate::accounts::Caller;
use crate::admission::{
    Ask, POLL_MAX_MS, Pass, Place, SeatOutlook, Standing, State, Terms, Watermark,
    poll_before_opening_ms,
};
use crate::box_office::BoxOffice;
use crate::box_office::seeing::within;
use crate::catalog::{LineMode, Sale};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::PerformanceId;

/// How long the wait may be, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Where it stands in the order of admission: its number, or what the draw gave it. Nothing
    /// before the opening.
    pub rank: Option<u64>,
    /// Places before it that are still to come.
    pub ahead: u64,
    /// Places after it.
    pub behind: u64,
    /// When to ask again; asking when told is enough to be passed over by nobody.
    pub poll_after_ms: u64,
    /// How long it may take; nothing while nothing moves.
    pub eta: Option<Eta>,
    /// The seats that are left cannot cover everyone who comes before.
    pub likely_sold_out: bool,
    /// What the organizer says to those who wait.
    pub message: Option<String>,
    /// For third parties: proof of a place taken before the opening, with every answer to a join.
    pub receipt: Option<String>,
    /// Once admitted.
    pub pass: Option<PassGranted>,
}

/// What an answer needs besides the standing.
#[derive(Clone, Copy)]
struct Known {
    rank: Option<u64>,
    outlook: SeatOutlook,
}

impl BoxOffice {
    /// Takes a place in the line, or answers the one the buyer has.
    pub async fn join(&self, caller: &Caller, performance: PerformanceId) -> Result<LineAnswer> {
        let now = self.now();
        self.0.joins.admit(caller.account(), now)?;
        let sale = self.visible_sale(Some(caller), performance, now).await?;
        sale.performance.details.takes_joins(now)?;
        if sale.performance.line.mode == LineMode::Draining {
            return Err(Error::conflict("the line is closing: nobody joins it any more"));
        }
        if self.outlook(&sale, now).await?.sold_out {
            return Err(Error::SoldOut);
        }
        let terms = Terms::of(&sale.performance, now);
        let lines = &self.backend().lines;
        let mut standing = lines.join(performance, caller.account(), terms, now).await?;
        let rank = self.rank(&sale, standing.place.number(), &standing.watermark, now).await?;
        let places = standing.watermark.places.filter(|_| terms.drawn);
        let was_drawn = places.is_some_and(|places| standing.place.number() <= places);
        if standing.state == State::Waiting && was_drawn {
            // Joining counts as asking; only now is it known where.
            let ask = Ask { place: standing.place, rank, claims: false };
            standing = lines.ask(ask, terms, now).await?;
        }
        self.view(performance).saw(standing.watermark, now);
        let receipt = self.receipt(&sale, &standing.place, &standing.watermark, now).await?;
        Ok(LineAnswer { receipt, ..self.line_answer(&sale, standing, None, now).await? })
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
        if let Some(answer) = self.answer_from_memory(place, place_token, now) {
            return Ok(answer);
        }
        // Apart and boxed: the many polls from far back do not carry what only the near ones need.
        Box::pin(self.ask_the_line(place, place_token, now)).await
    }

    /// The answer to someone far back, or before the opening: arithmetic on what this process saw
    /// a moment ago. Nothing where that is too old, or the place is near.
    fn answer_from_memory(
        &self,
        place: Place,
        place_token: &str,
        now: Timestamp,
    ) -> Option<LineAnswer> {
        let sale = self.known_sale(place.performance(), now)?;
        let (watermark, outlook) = self.view(sale.id()).seen(now)?;
        let terms = Terms::of(&sale.performance, now);
        let rank = self.known_rank(&sale, place.number(), &watermark)?;
        if !self.is_far(rank, &watermark, &sale, terms) {
            return None;
        }
        let standing = Standing { place, state: State::Waiting, pass_expires_at: None, watermark };
        let known = Known { rank: Some(rank), outlook };
        Some(self.compose(&sale, standing, known, Some(place_token.to_owned()), now))
    }

    async fn ask_the_line(
        &self,
        place: Place,
        place_token: &str,
        now: Timestamp,
    ) -> Result<LineAnswer> {
        let performance = place.performance();
        let sale = self.sale(performance, now).await?;
        let terms = Terms::of(&sale.performance, now);
        let watermark = self.watermark(&sale, now).await?;
        let rank = self.rank(&sale, place.number(), &watermark, now).await?;
        let told = |state| Standing { place, state, pass_expires_at: None, watermark };
        let standing = match rank {
            None => told(State::PreQueued),
            Some(rank) if self.is_far(rank, &watermark, &sale, terms) => told(State::Waiting),
            Some(_) => {
                let ask = Ask { place, rank, claims: true };
                let standing = self.backend().lines.ask(ask, terms, now).await?;
                self.view(performance).saw(standing.watermark, now);
                standing
            }
        };
        let known = (standing.place == place).then(|| place_token.to_owned());
        self.line_answer(&sale, standing, known, now).await
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
        let terms = Terms::of(&sale.performance, now);
        self.backend().lines.leave(place, terms, now).await?;
        self.backend().seats.release_all(&sale, caller.account(), now).await
    }

    /// Too far back to be reached before it has asked again: answered without any store. By the
    /// farthest head that anybody was shown, which is never behind the line's own.
    pub(in crate::box_office) fn is_far(
        &self,
        rank: u64,
        watermark: &Watermark,
        sale: &Sale,
        terms: Terms,
    ) -> bool {
        rank > self.view(sale.id()).head(watermark).saturating_add(terms.near_zone())
    }

    /// `token` is the place's own where it came with the question.
    pub(in crate::box_office) async fn line_answer(
        &self,
        sale: &Sale,
        standing: Standing,
        token: Option<String>,
        now: Timestamp,
    ) -> Result<LineAnswer> {
        let Standing { place, watermark, .. } = standing;
        let known = Known {
            rank: self.rank(sale, place.number(), &watermark, now).await?,
            outlook: self.outlook(sale, now).await?,
        };
        Ok(self.compose(sale, standing, known, token, now))
    }

    fn compose(
        &self,
        sale: &Sale,
        standing: Standing,
        known: Known,
        token: Option<String>,
        now: Timestamp,
    ) -> LineAnswer {
        let Standing { place, state, pass_expires_at, watermark } = standing;
        let Known { rank, outlook } = known;
        let view = self.view(sale.id());
        let terms = Terms::of(&sale.performance, now);
        let waits = matches!(state, State::Waiting | State::Ready);
        let state = if waits && outlook.sold_out { State::SoldOut } else { state };
        let (head, gaps) = (view.head(&watermark), view.gaps());
        let last = watermark.last;
        let position = rank.unwrap_or(0);
        let distance = position.saturating_sub(head);
        let ahead = match state {
            State::Waiting | State::SoldOut => {
                let before = distance.saturating_sub(1);
                before.saturating_sub(within(&gaps, head, position.saturating_sub(1)))
            }
            _ => 0,
        };
        let behind = last.saturating_sub(position.max(head));
        let behind = behind.saturating_sub(within(&gaps, position.max(head), last));
        let opens_in_ms = sale.performance.details.on_sale_at.as_millis() - now.as_millis();
        let poll_after_ms = match state {
            State::Waiting => terms.poll_after_ms(distance),
            State::SoldOut => POLL_MAX_MS,
            State::PreQueued => poll_before_opening_ms(place.number(), last, opens_in_ms),
            _ => 0,
        };
        let pass = pass_expires_at.map(|expires_at| PassGranted {
            token: self.0.pass_tokens.seal(&Pass::admitted(place, expires_at)),
            expires_at,
        });
        let unseated = ahead.saturating_add(u64::from(watermark.inside));
        let waits = state == State::Waiting;
        LineAnswer {
            state: if state == State::Ready { State::Waiting } else { state },
            place_token: token.unwrap_or_else(|| self.0.place_tokens.seal(&place)),
            place,
            rank,
            ahead,
            behind,
            poll_after_ms,
            eta: view.eta(ahead).filter(|_| waits),
            likely_sold_out: waits && u64::from(outlook.seats()) <= unseated,
            message: sale.performance.line.message.as_ref().map(ToString::to_string),
            receipt: None,
            pass,
        }
    }
}
