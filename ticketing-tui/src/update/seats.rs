//! The seat map: opening it, walking in it, keeping it fresh.

use std::time::Duration;

use ticketing_client::seats::{OtherLayout, SeatMap, SeatsAnswer};

use super::said;
use crate::hall::{Cursor, Hall};
use crate::keymap::Command;
use crate::state::{Effect, Failure, Link, Screen, Show, State, Visit};

/// How long after an answer the map is asked for again.
const REFRESH: Duration = Duration::from_secs(1);
/// The longest wait after questions without an answer.
const MAX_WAIT: Duration = Duration::from_secs(15);

/// Opens the map of a performance.
pub(super) fn visit(state: &mut State, show: Show) -> Vec<Effect> {
    state.visits += 1;
    let visit = Visit {
        number: state.visits,
        show,
        hall: None,
        cursor: Cursor::default(),
        etag: None,
        link: Link::Loading,
    };
    let fetch = visit.fetch_map(Duration::ZERO);
    state.screen = Screen::Seats(Box::new(visit));
    vec![Effect::Draw, fetch]
}

pub(super) fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    let Screen::Seats(visit) = &mut state.screen else { return Vec::new() };
    if command == Command::Refetch {
        // The map is asked for every second anyway; what can be stale is the layout.
        return visit.restart(&mut state.visits);
    }
    let Some(hall) = &visit.hall else { return Vec::new() };
    let from = visit.cursor;
    let sections = hall.sections.len();
    let to = match command {
        Command::Move(direction) => Some(hall.step(from, direction)),
        Command::First => Some(Cursor { seat: 0, ..from }),
        Command::Last => {
            let last = hall.rows(from).get(from.row).map_or(0, |row| row.seats.len());
            Some(Cursor { seat: last.saturating_sub(1), ..from })
        }
        Command::NextSection if sections > 0 => hall.enter((from.section + 1) % sections),
        Command::PreviousSection if sections > 0 => {
            hall.enter((from.section + sections - 1) % sections)
        }
        Command::Section(ordinal) => hall.enter(ordinal),
        _ => None,
    };
    match to {
        Some(to) if to != from => {
            visit.cursor = to;
            vec![Effect::Draw]
        }
        _ => Vec::new(),
    }
}

/// Takes the map with its layout; from then on only the statuses are asked for.
pub(super) fn map(state: &mut State, number: u64, answer: Result<SeatMap, Failure>) -> Vec<Effect> {
    let Some(visit) = present(&mut state.screen, number) else { return Vec::new() };
    match answer {
        Ok(map) => {
            let hall = Hall::new(map, &visit.show.prices);
            if hall.seat(visit.cursor).is_none() {
                visit.cursor = hall.enter(visit.cursor.section).unwrap_or_default();
            }
            visit.hall = Some(hall);
            visit.link = Link::Live;
            vec![Effect::Draw, visit.fetch_statuses(REFRESH)]
        }
        Err(failure) => {
            let (notice, wait) = visit.failed(&failure);
            state.notice = notice.or(state.notice.take());
            let again = wait.map(|wait| visit.fetch_map(wait));
            [Effect::Draw].into_iter().chain(again).collect()
        }
    }
}

/// Takes newer statuses. Draws only when the version is another one.
pub(super) fn statuses(
    state: &mut State,
    number: u64,
    answer: Result<SeatsAnswer, Failure>,
) -> Vec<Effect> {
    let Some(visit) = present(&mut state.screen, number) else { return Vec::new() };
    let before = visit.link;
    let changed = match answer {
        Ok(SeatsAnswer::Unchanged) => false,
        Ok(SeatsAnswer::Fresh { etag, now }) => {
            let hall = visit.hall.as_mut().expect("statuses are asked for after the layout came");
            match hall.refresh(&now) {
                Ok(changed) => {
                    visit.etag = etag;
                    changed
                }
                Err(OtherLayout) => return visit.restart(&mut state.visits),
            }
        }
        Err(failure) => {
            let (notice, wait) = visit.failed(&failure);
            let draw = (notice.is_some() || before == Link::Live).then_some(Effect::Draw);
            state.notice = notice.or(state.notice.take());
            let again = wait.map(|wait| visit.fetch_statuses(wait));
            return draw.into_iter().chain(again).collect();
        }
    };
    visit.link = Link::Live;
    if matches!(before, Link::Broken(_)) {
        state.notice = None;
    }
    let draw = (changed || before != Link::Live).then_some(Effect::Draw);
    draw.into_iter().chain([visit.fetch_statuses(REFRESH)]).collect()
}

/// The visit with this number, if it is the one on the screen: answers to an earlier one come late.
fn present(screen: &mut Screen, number: u64) -> Option<&mut Visit> {
    match screen {
        Screen::Seats(visit) if visit.number == number => Some(visit),
        Screen::Seats(_) | Screen::Performances => None,
    }
}

impl Visit {
    /// Begins again under a new number, so that answers on their way are ignored. What is shown
    /// stays until the new map is there.
    fn restart(&mut self, visits: &mut u64) -> Vec<Effect> {
        *visits += 1;
        self.number = *visits;
        self.link = Link::Loading;
        self.etag = None;
        vec![Effect::Draw, self.fetch_map(Duration::ZERO)]
    }

    /// Notes a question without an answer: what to say, and when to ask again.
    fn failed(&mut self, failure: &Failure) -> (Option<String>, Option<Duration>) {
        match failure {
            Failure::Gone | Failure::SignedOut => {
                self.link = Link::Ended;
                (Some(said(failure)), None)
            }
            Failure::Trouble(_) => {
                let failures = if let Link::Broken(before) = self.link { before + 1 } else { 1 };
                self.link = Link::Broken(failures);
                let wait = REFRESH.saturating_mul(2_u32.saturating_pow(failures)).min(MAX_WAIT);
                ((failures == 1).then(|| said(failure)), Some(wait))
            }
        }
    }

    fn fetch_map(&self, after: Duration) -> Effect {
        Effect::FetchMap { visit: self.number, performance: self.show.id, after }
    }

    fn fetch_statuses(&self, after: Duration) -> Effect {
        Effect::FetchStatuses {
            visit: self.number,
            performance: self.show.id,
            etag: self.etag.clone(),
            after,
        }
    }
}
