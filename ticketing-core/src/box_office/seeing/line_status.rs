//! What everybody may know of a line.

use std::sync::Arc;

use super::push::StatusFrame;
use crate::accounts::Caller;
use crate::admission::draw::PublicDraw;
use crate::admission::{SeatOutlook, Watermark};
use crate::box_office::BoxOffice;
use crate::catalog::{LineMode, Sale};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::PerformanceId;

/// What a line is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// Nobody can join yet.
    Idle,
    /// People join; the draw is still to come.
    PreQueue,
    /// People join and come in.
    Open,
    /// People join and wait.
    Paused,
    /// Nobody joins; those who wait come in.
    Draining,
    /// Drained, or the show is over.
    Closed,
    /// No seat for sale is free, held or reserved.
    SoldOut,
}

impl LineState {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::PreQueue => "pre_queue",
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Draining => "draining",
            Self::Closed => "closed",
            Self::SoldOut => "sold_out",
        }
    }
}

/// How far a line has come: the same for everyone, and enough to compute one's own position. One's
/// rank is one's number, or what the draw gives it; ahead of it are the ranks from
/// `admitted_through` on, without those in `gaps`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineStatus {
    /// What the line is doing.
    pub state: LineState,
    /// What the organizer says to those who wait.
    pub message: Option<String>,
    /// The highest rank given a turn or passed over.
    pub admitted_through: u64,
    /// Places behind it.
    pub waiting: u64,
    /// Admissions as measured over the last seconds.
    pub admitting_per_minute: u64,
    /// Runs of numbers that were never given out: the first and the last of each.
    pub gaps: Vec<(u64, u64)>,
    /// Seats that are free or come back soon.
    pub seats_left: u32,
    /// The draw, where the line has one.
    pub draw: Option<PublicDraw>,
}

impl BoxOffice {
    /// How far a line has come.
    pub async fn line_status(&self, performance: PerformanceId) -> Result<LineStatus> {
        let now = self.now();
        let sale = self.visible_sale(None, performance, now).await?;
        self.status_of(&sale, now).await
    }

    /// The same to an organizer, who sees a performance before it is listed.
    pub async fn line_status_for(
        &self,
        caller: &Caller,
        performance: PerformanceId,
    ) -> Result<LineStatus> {
        let now = self.now();
        let sale = self.visible_sale(Some(caller), performance, now).await?;
        self.status_of(&sale, now).await
    }

    /// The same as it is sent to everyone: the same frame while nothing changes.
    pub async fn line_frame(&self, performance: PerformanceId) -> Result<Arc<StatusFrame>> {
        let now = self.now();
        let sale = self.visible_sale(None, performance, now).await?;
        Ok(self.status_frame(&sale, now).await?.0)
    }

    pub(in crate::box_office) async fn status_of(
        &self,
        sale: &Sale,
        now: Timestamp,
    ) -> Result<LineStatus> {
        sale.live()?;
        let runs = sale.performance.runs(now);
        let watermark = if runs { self.watermark(sale, now).await? } else { Watermark::default() };
        let outlook = if runs { self.outlook(sale, now).await? } else { untouched(sale) };
        let view = self.view(sale.id());
        let per_second = view.admissions_per_second().unwrap_or(0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
        let admitting_per_minute = (per_second * 60.0).round() as u64;
        let gaps = view.gaps();
        let head = view.head(&watermark);
        Ok(LineStatus {
            state: line_state(sale, &watermark, outlook, now),
            message: sale.performance.line.message.as_ref().map(ToString::to_string),
            admitted_through: head,
            waiting: watermark.last.saturating_sub(head) - within(&gaps, head, watermark.last),
            admitting_per_minute,
            gaps,
            seats_left: outlook.seats(),
            draw: self.public_draw(sale, now).await?,
        })
    }
}

/// Before anybody could join, all that is for sale is free.
fn untouched(sale: &Sale) -> SeatOutlook {
    SeatOutlook { free: sale.seats_for_sale(), soon: 0, sold_out: false }
}

fn line_state(
    sale: &Sale,
    watermark: &Watermark,
    outlook: SeatOutlook,
    now: Timestamp,
) -> LineState {
    let Sale { performance, .. } = sale;
    let drawn = performance.details.policy.pre_queue_seconds.is_some();
    if now < performance.details.joins_from() {
        LineState::Idle
    } else if performance.details.is_over(now) {
        LineState::Closed
    } else if drawn && !watermark.opened {
        LineState::PreQueue
    } else if outlook.sold_out {
        LineState::SoldOut
    } else {
        match performance.line.mode {
            LineMode::Open => LineState::Open,
            LineMode::Paused => LineState::Paused,
            LineMode::Draining if watermark.head >= watermark.last => LineState::Closed,
            LineMode::Draining => LineState::Draining,
        }
    }
}

/// How many numbers of the gaps lie behind `after` and not behind `last`.
pub(in crate::box_office) fn within(gaps: &[(u64, u64)], after: u64, last: u64) -> u64 {
    let overlap =
        |(from, to): &(u64, u64)| (*to).min(last).saturating_sub((*from).max(after + 1) - 1);
    gaps.iter().map(overlap).sum()
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn numbers_of_a_gap_are_counted_where_they_lie_between() {
        let gaps = [(11, 20), (31, 40)];
        assert_eq!(within(&gaps, 0, 10), 0);
        assert_eq!(within(&gaps, 0, 15), 5);
        assert_eq!(within(&gaps, 15, 35), 10);
        assert_eq!(within(&gaps, 20, 30), 0);
        assert_eq!(within(&gaps, 0, 100), 20);
        assert_eq!(within(&gaps, 50, 100), 0);
    }
}
