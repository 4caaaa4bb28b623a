//! The rules of the door: a code that was sent is never lost. It waits for its answer, or to be sent again
//! as the same scan.

use std::collections::VecDeque;

use ticketing_wire::door::{CheckIn, Direction, NewScan};
use uuid::Uuid;

use super::{About, CODE_CHARS_MAX, Counts, Door, Scan, Told, UNANSWERED_MAX};
use crate::field::Field;
use crate::keymap::Command;
use crate::screens::Screen;
use crate::screens::events::Show;
use crate::state::{Answer, Ask, Effect, Failure, State};

pub(crate) fn open(state: &mut State, show: Show) -> Vec<Effect> {
    let door = Door {
        number: state.numbers.visit(),
        performance: show.id,
        title: show.title,
        time_zone: show.time_zone,
        device: state.numbers.device(),
        gate: None,
        direction: Direction::In,
        code: Field::new(CODE_CHARS_MAX),
        entry: None,
        scans: VecDeque::new(),
        counts: Counts::default(),
    };
    state.over.push(Screen::Door(Box::new(door)));
    vec![Effect::Draw]
}

pub(crate) fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Door(door)) = state.over.last_mut() else { return Vec::new() };
    match command {
        Command::Turn => {
            door.direction = match door.direction {
                Direction::Out => Direction::In,
                _ => Direction::Out,
            };
        }
        Command::Gate => door.ask(About::Gate),
        Command::Annul => match door.annullable() {
            Some(scan) => door.ask(About::Reason(scan)),
            None => state.notice = Some(words.door.nothing_to_annul.to_owned()),
        },
        Command::Refetch => return door.send_again(),
        _ => return Vec::new(),
    }
    vec![Effect::Draw]
}

/// Scans what is typed.
pub(super) fn scan(state: &mut State) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Door(door)) = state.over.last_mut() else { return Vec::new() };
    let code = door.code.text().trim().to_owned();
    if code.is_empty() {
        return Vec::new();
    }
    // Whatever comes of it: the next code begins a line of its own.
    door.code.clear();
    if door.unanswered() >= UNANSWERED_MAX {
        state.notice = Some(words.door.too_many_wait.to_owned());
        return vec![Effect::Draw];
    }
    let sent = NewScan {
        code,
        device: Some(door.device.clone()),
        gate: door.gate.clone(),
        direction: Some(door.direction.clone()),
        nonce: Some(state.numbers.key().as_str().to_owned()),
    };
    let ask = door.send(sent.clone());
    door.remember(Scan { sent, told: Told::Waits });
    vec![Effect::Draw, ask]
}

/// Takes the answer to a scan.
pub(crate) fn checked_in(
    state: &mut State,
    nonce: &str,
    answer: Answer<Box<CheckIn>>,
) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Door(door)) = state.over.last_mut() else { return Vec::new() };
    let Some(scan) = door.scans.iter_mut().find(|scan| scan.sent.nonce.as_deref() == Some(nonce))
    else {
        return Vec::new();
    };
    if !scan.is_unanswered() {
        // It was sent twice, and is the same scan.
        return Vec::new();
    }
    match answer {
        Ok(answer) => {
            door.counts.count(&answer.verdict);
            let passes = super::Passes::passes(&answer.verdict);
            scan.told = Told::Answer(answer);
            return if passes { vec![Effect::Draw] } else { vec![Effect::Draw, Effect::Bell] };
        }
        Err(failure) => {
            scan.told = match failure {
                Failure::Trouble(_) | Failure::SignedOut => Told::Silence,
                Failure::Gone | Failure::Refused(_) => Told::Refused,
            };
            state.notice = Some(failure.said(words));
        }
    }
    vec![Effect::Draw, Effect::Bell]
}

/// Takes what came of taking a scan back.
pub(crate) fn annulled(
    state: &mut State,
    scan_id: Uuid,
    answer: Answer<Box<CheckIn>>,
) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Door(door)) = state.over.last_mut() else { return Vec::new() };
    match answer {
        Ok(_) => {
            let is_it = |told: &Told| {
                matches!(told, Told::Answer(answer)
                if answer.scan.as_ref().is_some_and(|scan| scan.id == scan_id))
            };
            if let Some(scan) = door.scans.iter_mut().find(|scan| is_it(&scan.told))
                && let Told::Answer(answer) = std::mem::replace(&mut scan.told, Told::Waits)
            {
                door.counts.discount(&answer.verdict);
                scan.told = Told::Annulled(answer);
            }
            state.notice = Some(words.door.annulled.to_owned());
        }
        Err(failure) => state.notice = Some(failure.said(words)),
    }
    vec![Effect::Draw]
}

impl Door {
    fn send(&self, scan: NewScan) -> Effect {
        Ask::CheckIn { performance: self.performance, scan: Box::new(scan) }.now(self.number)
    }

    /// Everything that nobody answered, the oldest first.
    fn send_again(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::Draw];
        for at in (0..self.scans.len()).rev() {
            if matches!(self.scans[at].told, Told::Silence) {
                self.scans[at].told = Told::Waits;
                effects.push(self.send(self.scans[at].sent.clone()));
            }
        }
        effects
    }
}
