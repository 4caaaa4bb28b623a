use crate::catalog::{Row, Seat, SeatMap, SectionKind};

use super::Snapshot;

/// The seats that taking `chosen` would leave alone: free, with no free neighbour, where one was
/// before. Neighbours stand in one row with no gap between them.
pub(crate) fn orphans(map: &SeatMap, snapshot: &Snapshot, chosen: &[u32]) -> Vec<u32> {
    let rows = map.sections.iter().filter_map(|section| match &section.kind {
        SectionKind::Rows(rows) => Some(rows),
        SectionKind::Area { .. } => None,
    });
    rows.flatten().flat_map(|row| row_orphans(row, snapshot, chosen)).collect()
}

fn row_orphans(row: &Row, snapshot: &Snapshot, chosen: &[u32]) -> Vec<u32> {
    if !row.seats.iter().any(|seat| chosen.contains(&seat.index)) {
        return Vec::new();
    }
    let alone = |free: &dyn Fn(u32) -> bool| -> Vec<u32> {
        let alone = runs(row, free).filter(|run| run.len() == 1);
        alone.flatten().map(|seat| seat.index).collect()
    };
    let before = alone(&|seat| snapshot.is_free(seat));
    let after = alone(&|seat| snapshot.is_free(seat) && !chosen.contains(&seat));
    after.into_iter().filter(|seat| !before.contains(seat)).collect()
}

/// Stretches of free seats side by side.
pub(super) fn runs(row: &Row, free: impl Fn(u32) -> bool + Copy) -> impl Iterator<Item = &[Seat]> {
    let stand_together = move |left: &Seat, right: &Seat| {
        right.gap_before == 0 && free(left.index) && free(right.index)
    };
    row.seats.chunk_by(stand_together).filter(move |run| run.iter().all(|seat| free(seat.index)))
}
