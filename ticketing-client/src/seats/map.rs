//! A layout and what every seat of it is: fetched once, kept fresh by answers and events.

use std::sync::Arc;

use ticketing_wire::seats::{Layout, SeatStatus, SeatsDelta, SeatsNow, Version};

/// The seats of a performance at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct SeatMap {
    layout: Arc<Layout>,
    version: Version,
    statuses: Vec<SeatStatus>,
}

/// The statuses are of another layout: it has to be fetched first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherLayout;

/// What became of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The map is newer now.
    Newer,
    /// The map has them already.
    Known,
    /// They follow something that was not seen: ask for the seats anew.
    Gap,
}

impl SeatMap {
    /// The statuses of this layout.
    pub fn new(layout: Arc<Layout>, now: &SeatsNow) -> Result<Self, OtherLayout> {
        if layout.layout != now.layout {
            return Err(OtherLayout);
        }
        Ok(Self { layout, version: now.version, statuses: now.statuses() })
    }

    /// Where the seats are.
    pub fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// Of which moment the statuses are.
    pub fn version(&self) -> Version {
        self.version
    }

    /// One status per seat index.
    pub fn statuses(&self) -> &[SeatStatus] {
        &self.statuses
    }

    /// What a seat is; `None` for one that is not there.
    pub fn status(&self, seat: u32) -> Option<SeatStatus> {
        usize::try_from(seat).ok().and_then(|seat| self.statuses.get(seat)).copied()
    }

    /// Takes the statuses of another moment; true where that is another moment. A server that lost
    /// its memory may count from the beginning, so an earlier one is taken, too.
    pub fn refresh(&mut self, now: &SeatsNow) -> Result<bool, OtherLayout> {
        let fresh = Self::new(Arc::clone(&self.layout), now)?;
        let changed = fresh.version != self.version;
        *self = fresh;
        Ok(changed)
    }

    /// Takes changes that follow what this map says.
    pub fn apply(&mut self, delta: &SeatsDelta) -> Applied {
        if delta.epoch != self.version.epoch {
            return Applied::Gap;
        }
        if delta.sequence <= self.version.sequence {
            return Applied::Known;
        }
        for (seat, status) in &delta.changes {
            let seat = usize::try_from(*seat).ok().and_then(|seat| self.statuses.get_mut(seat));
            let Some(seat) = seat else { return Applied::Gap };
            *seat = SeatStatus::from_number(*status);
        }
        self.version.sequence = delta.sequence;
        Applied::Newer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(hash: &str) -> Arc<Layout> {
        let layout = hash.to_owned();
        Arc::new(Layout { layout, seats_total: 3, categories: Vec::new(), sections: Vec::new() })
    }

    fn now(epoch: u32, sequence: u64, status: &str) -> SeatsNow {
        let version = Version { epoch, sequence };
        SeatsNow { version, layout: "one".to_owned(), status: status.to_owned() }
    }

    fn delta(epoch: u32, sequence: u64, changes: &[(u32, u8)]) -> SeatsDelta {
        SeatsDelta { epoch, sequence, changes: changes.to_vec() }
    }

    #[test]
    fn statuses_of_another_layout_are_refused() {
        assert_eq!(SeatMap::new(layout("two"), &now(1, 1, "000")), Err(OtherLayout));
        let mut map = SeatMap::new(layout("one"), &now(1, 1, "000")).unwrap();
        let other = SeatsNow { layout: "two".to_owned(), ..now(1, 2, "000") };
        assert_eq!(map.refresh(&other), Err(OtherLayout));
        assert_eq!(map.refresh(&now(1, 1, "000")), Ok(false));
        assert_eq!(map.refresh(&now(1, 0, "300")), Ok(true), "a server that began again");
        assert_eq!(map.status(0), Some(SeatStatus::Sold));
    }

    #[test]
    fn changes_are_applied_once_and_in_their_epoch_only() {
        let mut map = SeatMap::new(layout("one"), &now(1, 5, "000")).unwrap();
        assert_eq!(map.apply(&delta(1, 7, &[(2, 1), (0, 9)])), Applied::Newer);
        assert_eq!(map.apply(&delta(1, 7, &[(2, 3)])), Applied::Known);
        let expected = [SeatStatus::Other(9), SeatStatus::Free, SeatStatus::Held];
        assert_eq!(map.statuses(), expected);
        assert_eq!(map.apply(&delta(2, 8, &[])), Applied::Gap);
        assert_eq!(map.apply(&delta(1, 8, &[(3, 0)])), Applied::Gap, "there is no such seat");
        assert_eq!(map.version(), Version { epoch: 1, sequence: 7 });
    }
}
