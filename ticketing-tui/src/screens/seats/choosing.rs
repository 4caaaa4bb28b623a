//! Walking in the house and choosing seats there: what is chosen, what is lost, what is offered instead.

use ticketing_wire::problem::{Problem, ProblemType};

use super::Visit;
use crate::hall::{Cursor, Direction, Hall, Shown};
use crate::keymap::Command;
use crate::state::Failure;
use crate::words::Words;

impl Visit {
    pub(super) fn walk(&self, command: Command) -> Cursor {
        let from = self.cursor;
        let Some(hall) = &self.hall else { return from };
        let sections = hall.sections.len();
        let to = match command {
            Command::Move(direction) if self.overview => {
                let to = match direction {
                    Direction::Up | Direction::Left => from.section.saturating_sub(1),
                    Direction::Down | Direction::Right => from.section + 1,
                };
                hall.enter(to)
            }
            Command::First if self.overview => hall.enter(0),
            Command::Last if self.overview => hall.enter(sections.saturating_sub(1)),
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
            Command::Digit(digit) => {
                usize::from(digit).checked_sub(1).and_then(|section| hall.enter(section))
            }
            Command::NextFree => {
                let here = hall.seat(from).map(|(_, seat)| seat.index);
                hall.nearest_free(from, |index| Some(index) == here || self.picks.contains(&index))
            }
            _ => None,
        };
        to.unwrap_or(from)
    }

    pub(super) fn is_picked(&self, cursor: Cursor) -> bool {
        let seat = self.hall.as_ref().and_then(|hall| hall.seat(cursor));
        seat.is_some_and(|(_, seat)| self.picks.contains(&seat.index))
    }

    /// Chooses the seat under the cursor, or no longer; what is in the way.
    pub(super) fn pick(&mut self, words: &Words) -> Option<String> {
        let hall = self.hall.as_ref()?;
        let (_, seat) = hall.seat(self.cursor)?;
        if self.pass.is_none() {
            return Some(words.only_looking.to_owned());
        }
        if let Some(place) = self.picks.iter().position(|pick| *pick == seat.index) {
            self.picks.remove(place);
            return None;
        }
        if !is_free(hall, seat.index) {
            return Some(words.seat_not_free.to_owned());
        }
        let most = self.show.seats_per_buyer;
        if usize::try_from(most).is_ok_and(|most| self.picks.len() >= most) {
            return Some((words.most_seats)(most));
        }
        self.picks.push(seat.index);
        None
    }

    /// Drops what was chosen and is not free any more. Not while seats are asked for: they may be held
    /// by whoever asked.
    pub(super) fn look_after_picks(&mut self, words: &Words) -> Option<String> {
        if self.busy.is_some() { None } else { self.lose(|hall, seat| !is_free(hall, seat), words) }
    }

    /// Drops what was chosen and is taken; says so, and offers the nearest seat that can be had.
    fn lose(&mut self, is_taken: impl Fn(&Hall, u32) -> bool, words: &Words) -> Option<String> {
        let hall = self.hall.as_ref()?;
        let first = self.picks.iter().copied().find(|seat| is_taken(hall, *seat))?;
        let is_no_choice = |seat: u32| is_taken(hall, seat) || self.picks.contains(&seat);
        let offered = hall.find(first).and_then(|from| hall.nearest_free(from, is_no_choice));
        let instead = offered.and_then(|cursor| hall.seat(cursor));
        let instead = instead.map(|(_, seat)| label(hall, seat.index, words));
        let said = (words.seat_lost)(&label(hall, first, words), instead.as_deref());
        let kept = self.picks.iter().copied().filter(|seat| !is_taken(hall, *seat)).collect();
        self.offered = offered;
        self.picks = kept;
        Some(said)
    }

    pub(super) fn refused(&mut self, problem: Box<Problem>, words: &Words) -> String {
        match &problem.kind {
            ProblemType::SeatTaken => {
                let taken = problem.seats.clone().unwrap_or_default();
                let lost = self.lose(|_, seat| taken.contains(&seat), words);
                lost.unwrap_or_else(|| Failure::Refused(problem).said(words))
            }
            ProblemType::PassExpired | ProblemType::PassRequired => {
                self.pass = None;
                words.pass_over.to_owned()
            }
            _ => Failure::Refused(problem).said(words),
        }
    }
}

fn is_free(hall: &Hall, seat: u32) -> bool {
    matches!(hall.shown(seat), Shown::Free | Shown::Accessible)
}

/// What people call a seat.
pub(super) fn label(hall: &Hall, seat: u32, words: &Words) -> String {
    match hall.label(seat) {
        Some((section, row, seat)) => (words.seat_label)(section, row, seat),
        None => seat.to_string(),
    }
}
