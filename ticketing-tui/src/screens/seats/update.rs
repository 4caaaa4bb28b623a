//! The rules of the seats: walking, choosing, holding, and what happens to a choice meanwhile.

use std::mem;
use std::time::Duration;

use ticketing_client::seats::{Applied, SeatMap};
use ticketing_wire::seats::{Best, Hold, NewHold, SeatsDelta};

use super::choosing::label;
use super::{Pass, Visit, Wish};
use crate::hall::{Cursor, Hall};
use crate::keymap::Command;
use crate::screens::checkout::{self, Place};
use crate::screens::events::Show;
use crate::screens::{Link, Screen};
use crate::state::{Answer, Ask, Effect, Failure, State, Target};

/// How often seats are asked for where nobody answers, and how long after.
const TRIES_MAX: u32 = 3;
const AGAIN: Duration = Duration::from_secs(1);

/// Looks at the seats without a pass.
pub(crate) fn look(state: &mut State, show: Show) -> Vec<Effect> {
    visit(state, show, None, None)
}

/// Comes in to choose.
pub(crate) fn come_in(state: &mut State, show: Show, pass: Pass) -> Vec<Effect> {
    visit(state, show, Some(pass), None)
}

/// Chooses again, from where the seats of a hold are that is given up.
pub(crate) fn choose_again(state: &mut State, place: Place) -> Vec<Effect> {
    visit(state, place.show, Some(place.pass), place.hold.seats.first().copied())
}

fn visit(state: &mut State, show: Show, pass: Option<Pass>, from: Option<u32>) -> Vec<Effect> {
    let number = state.numbers.visit();
    let performance = show.id;
    let visit = Visit {
        number,
        show,
        pass,
        hall: None,
        cursor: Cursor::default(),
        from,
        picks: Vec::new(),
        counting: false,
        overview: false,
        finding: None,
        letters: false,
        busy: None,
        unanswered: None,
        offered: None,
        link: Link::Loading,
    };
    state.over.push(Screen::Seats(Box::new(visit)));
    vec![Effect::Draw, Ask::Seats { performance }.now(number)]
}

pub(crate) fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Seats(visit)) = state.over.last_mut() else { return Vec::new() };
    if command == Command::Refetch {
        visit.link = Link::Loading;
        return vec![Effect::Draw, visit.watch()];
    }
    if command != Command::Go {
        // Whoever goes on otherwise does not want what was offered.
        visit.offered = None;
    }
    let counting = mem::take(&mut visit.counting);
    match command {
        Command::Digit(count) if counting => return hold_best(state, u32::from(count)),
        Command::Best if visit.pass.is_some() => visit.counting = true,
        Command::Go => return go(state),
        Command::Pick if visit.overview => visit.overview = false,
        Command::Pick => {
            let said = visit.pick(words);
            state.notice = said.or(state.notice.take());
        }
        Command::Release => visit.picks.clear(),
        Command::Letters => visit.letters = !visit.letters,
        Command::Find if visit.hall.is_some() => visit.finding = Some(String::new()),
        Command::Out => visit.overview = true,
        Command::In => visit.overview = false,
        command => {
            let to = visit.walk(command);
            let moved = mem::replace(&mut visit.cursor, to) != to;
            return if moved || counting { vec![Effect::Draw] } else { Vec::new() };
        }
    }
    vec![Effect::Draw]
}

/// A click chooses a seat, as Space does, or enters a section.
pub(crate) fn click(state: &mut State, target: Target) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Seats(visit)) = state.over.last_mut() else { return Vec::new() };
    (visit.offered, visit.counting, visit.finding) = (None, false, None);
    match target {
        Target::Section(section) => {
            let entered = visit.hall.as_ref().and_then(|hall| hall.enter(section));
            visit.cursor = entered.unwrap_or(visit.cursor);
            visit.overview = false;
        }
        Target::Seat(cursor) => {
            visit.cursor = cursor;
            // Whoever only looks is told what the seat is, and not that nothing is chosen.
            state.notice = if visit.pass.is_some() { visit.pick(words) } else { None };
        }
        Target::Show(_) => {}
    }
    vec![Effect::Draw]
}

/// Enter: enters a section, takes what is offered, or holds what was chosen.
fn go(state: &mut State) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Seats(visit)) = state.over.last_mut() else { return Vec::new() };
    if mem::take(&mut visit.overview) {
        return vec![Effect::Draw];
    }
    if let Some(offered) = visit.offered.take() {
        visit.cursor = offered;
        if !visit.is_picked(offered) {
            state.notice = visit.pick(words);
        }
        return vec![Effect::Draw];
    }
    if visit.picks.is_empty() {
        let said = if visit.pass.is_some() { words.pick_first } else { words.only_looking };
        state.notice = Some(said.to_owned());
        return vec![Effect::Draw];
    }
    let wish = NewHold::of(visit.picks.clone());
    hold(state, wish)
}

/// The best of the house; in a standing area, places there.
fn hold_best(state: &mut State, count: u32) -> Vec<Effect> {
    let Some(Screen::Seats(visit)) = state.over.last() else { return Vec::new() };
    let hall = visit.hall.as_ref();
    let section = hall.and_then(|hall| hall.standing_area(visit.cursor.section));
    hold(state, NewHold::best(Best { count, section, category: None }))
}

fn hold(state: &mut State, wish: NewHold) -> Vec<Effect> {
    let key = state.numbers.key();
    let Some(Screen::Seats(visit)) = state.over.last_mut() else { return Vec::new() };
    if visit.pass.is_none() || visit.busy.is_some() {
        return Vec::new();
    }
    let same = visit.unanswered.take().filter(|unanswered| unanswered.seats == wish);
    visit.busy = Some(same.unwrap_or(Wish { seats: wish, key, tries: 0 }));
    [Effect::Draw].into_iter().chain(visit.ask(Duration::ZERO)).collect()
}

/// Takes what came of a hold: on to the checkout, or what else could be had.
pub(crate) fn held(state: &mut State, answer: Answer<Hold>) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Seats(visit)) = state.over.last_mut() else { return Vec::new() };
    let asked = visit.busy.take();
    match answer {
        Ok(hold) => return check_out(state, hold),
        Err(Failure::Refused(problem)) => {
            state.notice = Some(visit.refused(problem, words));
        }
        Err(Failure::Trouble(why)) => {
            // It may be held: the same is asked again.
            state.notice = Some((words.safe_to_retry)(&why));
            let asked = asked.map(|asked| Wish { tries: asked.tries + 1, ..asked });
            if asked.as_ref().is_some_and(|asked| asked.tries < TRIES_MAX) {
                visit.busy = asked;
                let again = visit.ask(AGAIN);
                return [Effect::Draw].into_iter().chain(again).collect();
            }
            visit.unanswered = asked.map(|asked| Wish { tries: 0, ..asked });
        }
        Err(failure) => state.notice = Some(failure.said(words)),
    }
    vec![Effect::Draw]
}

fn check_out(state: &mut State, hold: Hold) -> Vec<Effect> {
    let Some(Screen::Seats(visit)) = state.over.pop() else { return Vec::new() };
    let Visit { number, show, pass, hall, .. } = *visit;
    let words = state.words;
    let named = |seat: &u32| match &hall {
        Some(hall) => label(hall, *seat, words),
        None => seat.to_string(),
    };
    let labels = hold.seats.iter().map(named).collect();
    let Some(pass) = pass else { return vec![Effect::Draw, Effect::Forget(number)] };
    let mut effects = vec![Effect::Forget(number)];
    effects.extend(checkout::update::open(state, Place { show, pass, hold }, labels));
    effects
}

/// Takes the whole map.
pub(crate) fn map(state: &mut State, answer: Answer<Box<SeatMap>>) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Seats(visit)) = state.over.last_mut() else { return Vec::new() };
    match answer {
        Ok(map) => {
            let hall = Hall::new(*map, &visit.show.prices);
            // The first look at a large house is at all of it.
            visit.overview |= visit.hall.is_none() && visit.from.is_none() && hall.is_large();
            if let Some(cursor) = visit.from.take().and_then(|seat| hall.find(seat)) {
                visit.cursor = cursor;
            } else if hall.seat(visit.cursor).is_none() {
                visit.cursor = hall.enter(visit.cursor.section).unwrap_or_default();
            }
            visit.hall = Some(hall);
            if matches!(visit.link, Link::Broken(_)) {
                state.notice = None;
            }
            visit.link = Link::Live;
            let lost = visit.look_after_picks(words);
            state.notice = lost.or(state.notice.take());
            vec![Effect::Draw]
        }
        Err(failure) => {
            visit.link = Link::Ended;
            state.notice = Some(failure.said(words));
            vec![Effect::Draw]
        }
    }
}

/// Takes what changed. What does not follow what is known brings the whole map again.
pub(crate) fn changed(state: &mut State, delta: &SeatsDelta) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Seats(visit)) = state.over.last_mut() else { return Vec::new() };
    // The whole map is on its way: what is heard of the one before says nothing.
    let Some(hall) = visit.hall.as_mut().filter(|_| visit.link != Link::Loading) else {
        return Vec::new();
    };
    let before = mem::replace(&mut visit.link, Link::Live);
    match hall.apply(delta) {
        Applied::Newer => {
            let lost = visit.look_after_picks(words);
            state.notice = lost.or(state.notice.take());
            vec![Effect::Draw]
        }
        Applied::Known if before == Link::Live => Vec::new(),
        Applied::Known => vec![Effect::Draw],
        Applied::Gap => {
            visit.link = Link::Loading;
            vec![Effect::Draw, visit.watch()]
        }
    }
}

/// Nothing is heard; whoever listens tries again by itself.
pub(crate) fn silent(state: &mut State, failure: &Failure) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Seats(visit)) = state.over.last_mut() else { return Vec::new() };
    let before = visit.link;
    visit.link.broke();
    if matches!(before, Link::Broken(_)) {
        return Vec::new();
    }
    state.notice = Some(failure.said(words));
    vec![Effect::Draw]
}

impl Visit {
    /// Asks for the seats that are wished for.
    fn ask(&self, after: Duration) -> Option<Effect> {
        let (pass, busy) = self.pass.as_ref().zip(self.busy.as_ref())?;
        let (wish, key) = (busy.seats.clone(), busy.key.clone());
        let ask = Ask::Hold { performance: self.show.id, pass: pass.token.clone(), wish, key };
        Some(ask.later(self.number, after))
    }

    fn watch(&self) -> Effect {
        Ask::Seats { performance: self.show.id }.now(self.number)
    }
}
