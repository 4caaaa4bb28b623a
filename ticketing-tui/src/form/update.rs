//! The rules of the form: letters go into the field, Enter goes on, Esc goes away.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Form, Kind, MAX_FIELD_CHARS};
use crate::screens::events;
use crate::state::{Answer, Effect, State};

pub(crate) fn press(state: &mut State, key: &KeyEvent) -> Vec<Effect> {
    let Some(form) = &mut state.form else { return Vec::new() };
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let last = form.typed.len() - 1;
    match key.code {
        KeyCode::Char('c') if control => return vec![Effect::Quit],
        KeyCode::Esc => state.form = None,
        // What was sent is not changed any more.
        _ if form.busy => return Vec::new(),
        KeyCode::Char('t') if control => form.turn(),
        KeyCode::Char('u') if control => form.typed[form.at].0.clear(),
        KeyCode::Char(letter) if !control => return typed(form, &letter.to_string()),
        KeyCode::Backspace => drop(form.typed[form.at].0.pop()),
        KeyCode::Tab | KeyCode::Down => form.at = (form.at + 1) % form.typed.len(),
        KeyCode::BackTab | KeyCode::Up => form.at = form.at.checked_sub(1).unwrap_or(last),
        KeyCode::Enter if form.at < last => form.at += 1,
        KeyCode::Enter => return submit(form),
        _ => return Vec::new(),
    }
    vec![Effect::Draw]
}

/// What was pasted goes into one field, up to its first line break.
pub(crate) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(form) = state.form.as_mut().filter(|form| !form.busy) else { return Vec::new() };
    typed(form, text.lines().next().unwrap_or_default())
}

fn typed(form: &mut Form, text: &str) -> Vec<Effect> {
    let field = &mut form.typed[form.at].0;
    if field.chars().count() + text.chars().count() > MAX_FIELD_CHARS {
        return Vec::new();
    }
    field.extend(text.chars().filter(|letter| !letter.is_control()));
    vec![Effect::Draw]
}

fn submit(form: &mut Form) -> Vec<Effect> {
    form.busy = true;
    form.wrong = None;
    let ask = match form.kind {
        Kind::SignIn => Effect::SignIn(form.who()),
        Kind::SignUp => Effect::SignUp(form.account()),
    };
    vec![Effect::Draw, ask]
}

/// Takes what came of it. Whoever has gone away meanwhile is signed in all the same.
pub(crate) fn signed_in(state: &mut State, answer: Answer<String>) -> Vec<Effect> {
    match (answer, state.form.take()) {
        (Ok(email), form) => {
            state.who = Some(email);
            match form {
                Some(form) => events::update::go_on(state, form.then),
                None => vec![Effect::Draw],
            }
        }
        (Err(failure), Some(mut form)) => {
            form.busy = false;
            form.wrong = Some(failure.said(state.words));
            state.form = Some(form);
            vec![Effect::Draw]
        }
        (Err(_), None) => Vec::new(),
    }
}
