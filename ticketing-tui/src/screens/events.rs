//! What is sold: the performances, to search and to open.

pub(crate) mod keys;
pub(crate) mod update;
pub(crate) mod view;

use ticketing_wire::Time;
use ticketing_wire::performances::{Performance, Price, SaleStatus};
use ticketing_wire::text::clean;
use uuid::Uuid;

use super::Link;

/// The performances.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// `None` until the first answer.
    pub(crate) shows: Option<Vec<Show>>,
    /// An ordinal among those that the filter leaves.
    pub(crate) selected: usize,
    pub(crate) filter: String,
    /// Whether keys go into the filter.
    pub(crate) typing: bool,
    pub(crate) link: Link,
}

/// A performance as people see it, its texts made safe.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Show {
    pub(crate) id: Uuid,
    pub(crate) title: String,
    pub(crate) status: SaleStatus,
    pub(crate) starts_at: Time,
    pub(crate) on_sale_at: Time,
    /// The zone that these times are read in.
    pub(crate) time_zone: Option<String>,
    pub(crate) free: Option<u32>,
    pub(crate) total: u32,
    pub(crate) prices: Vec<Price>,
    /// The most seats of one buyer.
    pub(crate) seats_per_buyer: u32,
}

impl Events {
    /// What the filter leaves.
    pub(crate) fn left(&self) -> Vec<&Show> {
        let wanted = self.filter.to_lowercase();
        let shows = self.shows.iter().flatten();
        shows.filter(|show| show.title.to_lowercase().contains(&wanted)).collect()
    }

    pub(crate) fn chosen(&self) -> Option<&Show> {
        self.left().get(self.selected).copied()
    }

    /// What a performance is called, as far as it is listed.
    pub(crate) fn show(&self, id: Uuid) -> Option<&Show> {
        self.shows.iter().flatten().find(|show| show.id == id)
    }

    /// Whether a sale is still to begin.
    pub(crate) fn counts_down(&self, now: Time) -> bool {
        self.shows.iter().flatten().any(|show| show.on_sale_at > now)
    }
}

impl From<Performance> for Show {
    fn from(performance: Performance) -> Self {
        Self {
            id: performance.id,
            title: clean(&performance.title).into_owned(),
            status: performance.status,
            starts_at: performance.starts_at,
            on_sale_at: performance.on_sale_at,
            time_zone: performance.time_zone,
            free: performance.seats_free,
            total: performance.seats_total,
            prices: performance.prices,
            seats_per_buyer: performance.policy.seats_per_buyer,
        }
    }
}
