use crate::catalog::{Row, SeatMap, SectionKind};

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
        runs(row, free).into_iter().filter(|run| run.len() == 1).flatten().collect()
    };
    let before = alone(&|seat| snapshot.is_free(seat));
    let after = alone(&|seat| snapshot.is_free(seat) && !chosen.contains(&seat));
    after.into_iter().filter(|seat| !before.contains(seat)).collect()
}

/// Stretches of free seats side by side.
pub(super) fn runs(row: &Row, free: &dyn Fn(u32) -> bool) -> Vec<Vec<u32>> {
    let mut runs: Vec<Vec<u32>> = Vec::new();
    let mut open = false;
    for seat in &row.seats {
        let joins = open && seat.gap_before == 0;
        open = free(seat.index);
        match runs.last_mut() {
            _ if !open => {}
            Some(run) if joins => run.push(seat.index),
            _ => runs.push(vec![seat.index]),
        }
    }
    runs
}
