//! The rules of waiting: join, ask when told to, come in when it is one's turn.

use std::time::Duration;

use ticketing_wire::line::{LineStatus, Place, PlaceState};
use ticketing_wire::problem::{Problem, ProblemType};
use ticketing_wire::text::clean;

use super::{Ended, Wait};
use crate::keymap::Command;
use crate::screens::events::Show;
use crate::screens::seats::{self, Pass};
use crate::screens::{Link, Screen};
use crate::state::{Answer, Ask, Effect, Failure, Question, State, Tell};

/// How long before the sale opens it is asked again, at the longest: clocks differ.
const JOIN_AGAIN_MAX: Duration = Duration::from_secs(30);
const JOIN_AGAIN_MIN: Duration = Duration::from_millis(500);
/// The longest that a server is believed about when to ask again.
const ASK_MAX: Duration = Duration::from_secs(60);
/// And the shortest: whatever it says, nobody asks without a pause.
const ASK_MIN: Duration = Duration::from_millis(200);

/// Takes a place, or finds the one that is there already: closing the terminal keeps it.
pub(crate) fn open(state: &mut State, show: Show) -> Vec<Effect> {
    let number = state.numbers.visit();
    let performance = show.id;
    state.over.push(Screen::Line(Box::new(Wait::new(number, show))));
    vec![Effect::Draw, Ask::Join { performance }.now(number)]
}

pub(crate) fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(Screen::Line(wait)) = state.over.last_mut() else { return Vec::new() };
    match command {
        Command::Bell => wait.bell = !wait.bell,
        Command::GiveUp if wait.place.is_some() && wait.ended.is_none() => {
            state.question = Some(Question::LeaveLine);
        }
        Command::Refetch => return ask_now(state),
        Command::Go if wait.ended == Some(Ended::Place) => return join_again(state),
        Command::Look => {
            let show = wait.show.clone();
            return seats::update::look(state, show);
        }
        _ => return Vec::new(),
    }
    vec![Effect::Draw]
}

fn join_again(state: &mut State) -> Vec<Effect> {
    let Some(Screen::Line(wait)) = state.over.pop() else { return Vec::new() };
    let mut effects = vec![Effect::Forget(wait.number)];
    effects.extend(open(state, wait.show));
    effects
}

/// Whatever was to be asked later is asked now.
fn ask_now(state: &mut State) -> Vec<Effect> {
    let Some(Screen::Line(wait)) = state.over.last_mut() else { return Vec::new() };
    if wait.ended.is_some() {
        return Vec::new();
    }
    vec![wait.ask(Duration::ZERO)]
}

/// Gives the place up, after it was confirmed.
pub(crate) fn leave(state: &mut State) -> Vec<Effect> {
    if !matches!(state.over.last(), Some(Screen::Line(_))) {
        return Vec::new();
    }
    let Some(Screen::Line(wait)) = state.over.pop() else { return Vec::new() };
    let leave =
        wait.place.map(|place| Tell::Leave { performance: wait.show.id, place: place.place_token });
    let mut effects = vec![Effect::Draw, Effect::Forget(wait.number)];
    effects.extend(leave.map(Effect::Tell));
    effects
}

/// Takes how the whole line comes on.
pub(crate) fn line(wait: &mut Wait, line: LineStatus) -> Vec<Effect> {
    let changed = wait.line.as_ref() != Some(&line);
    wait.line = Some(line);
    if changed { vec![Effect::Draw] } else { Vec::new() }
}

/// Takes what came of joining or asking.
pub(crate) fn placed(state: &mut State, at: usize, answer: Answer<Place>) -> Vec<Effect> {
    let is_seen = at + 1 == state.over.len();
    let Some(Screen::Line(wait)) = state.over.get_mut(at) else { return Vec::new() };
    let effects = match answer {
        Ok(place) => return took(state, at, place),
        Err(Failure::Refused(problem)) => {
            let after = refused(wait, &problem, state.now);
            let again = after.map(|after| wait.ask(after));
            [Effect::Draw].into_iter().chain(again).collect()
        }
        Err(Failure::Trouble(why)) => {
            let after = wait.link.broke();
            state.notice = Some(why);
            vec![Effect::Draw, wait.ask(after)]
        }
        Err(failure @ (Failure::Gone | Failure::SignedOut)) => {
            wait.link = Link::Ended;
            wait.ended = Some(Ended::Sale(failure.said(state.words)));
            vec![Effect::Draw, Effect::Forget(wait.number)]
        }
    };
    if let Some(Ended::Sale(why)) = &wait.ended
        && !is_seen
    {
        state.notice = Some(why.clone());
    }
    effects
}

fn took(state: &mut State, at: usize, place: Place) -> Vec<Effect> {
    let words = state.words;
    let is_seen = at + 1 == state.over.len();
    let Some(Screen::Line(wait)) = state.over.get_mut(at) else { return Vec::new() };
    if matches!(wait.link, Link::Broken(_)) {
        state.notice = None;
    }
    wait.link = Link::Live;
    wait.opens_at = None;
    wait.began_behind = wait.began_behind.max(place.ahead);
    let is_first = wait.place.is_none();
    let after = Duration::from_millis(place.poll_after_ms).clamp(ASK_MIN, ASK_MAX);
    match place.state {
        PlaceState::Admitted => {
            if let (Some(token), Some(expires_at)) = (&place.pass_token, place.pass_expires_at) {
                let pass = Pass { token: token.clone(), expires_at };
                return come_in(state, at, pass);
            }
        }
        PlaceState::Lapsed | PlaceState::Expired | PlaceState::Left => {
            wait.ended = Some(Ended::Place);
        }
        PlaceState::Done => wait.ended = Some(Ended::Bought),
        PlaceState::Revoked => wait.ended = Some(Ended::Sale(words.revoked.to_owned())),
        PlaceState::Waiting
        | PlaceState::PreQueued
        | PlaceState::SoldOut
        | PlaceState::Other(_) => {}
    }
    wait.place = Some(place);
    if wait.ended.is_some() {
        wait.link = Link::Ended;
        if !is_seen {
            state.notice = Some(words.place_over.to_owned());
        }
        return vec![Effect::Draw, Effect::Forget(wait.number)];
    }
    let mut effects = vec![Effect::Draw, wait.ask(after)];
    if is_first {
        effects.extend(wait.listen());
    }
    effects
}

/// Into the seats: where somebody looks at them while waiting, they look on.
fn come_in(state: &mut State, at: usize, pass: Pass) -> Vec<Effect> {
    let looking = state.over.split_off(at + 1);
    let Some(Screen::Line(wait)) = state.over.pop() else { return Vec::new() };
    // Whoever is let in at once is looking anyway.
    let rings = wait.bell && wait.place.is_some();
    let mut effects = vec![Effect::Forget(wait.number)];
    effects.extend(rings.then_some(Effect::Bell));
    if let Some(Screen::Seats(mut visit)) = looking.into_iter().next() {
        visit.pass = Some(pass);
        state.over.push(Screen::Seats(visit));
        effects.push(Effect::Draw);
    } else {
        effects.extend(seats::update::come_in(state, wait.show, pass));
    }
    effects
}

/// A refusal: when to ask again, where that may help.
fn refused(wait: &mut Wait, problem: &Problem, now: ticketing_wire::Time) -> Option<Duration> {
    match (&problem.kind, problem.on_sale_at) {
        (ProblemType::NotOnSale, Some(opens_at)) if opens_at > now => {
            wait.link = Link::Live;
            wait.opens_at = Some(opens_at);
            let left = opens_at.as_millis().saturating_sub(now.as_millis());
            let left = Duration::from_millis(u64::try_from(left).unwrap_or(0));
            Some(left.clamp(JOIN_AGAIN_MIN, JOIN_AGAIN_MAX))
        }
        (ProblemType::TooManyRequests | ProblemType::Unavailable, _) => Some(wait.link.broke()),
        // The clock of this machine is ahead of the server's.
        (ProblemType::NotOnSale, Some(_)) => Some(JOIN_AGAIN_MIN),
        _ => {
            wait.link = Link::Ended;
            wait.ended = Some(Ended::Sale(clean(&problem.detail).into_owned()));
            None
        }
    }
}

impl Wait {
    /// Asks how the place stands, or for a place.
    fn ask(&self, after: Duration) -> Effect {
        let performance = self.show.id;
        let ask = match &self.place {
            Some(place) => Ask::Place { performance, place: place.place_token.clone() },
            None => Ask::Join { performance },
        };
        ask.later(self.number, after)
    }

    fn listen(&self) -> Option<Effect> {
        let place = self.place.as_ref()?.place_token.clone();
        Some(Ask::Line { performance: self.show.id, place }.now(self.number))
    }
}
