//! Who is looking: from the environment, or asked before the screen starts.

use std::env;
use std::io::{self, IsTerminal, Write};

use anyhow::{Context as _, bail};
use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use secrecy::SecretString;
use ticketing_client::{Client, Error, accounts};
use ticketing_wire::accounts::{Session, SignIn};
use ticketing_wire::secrets::Password;

use crate::terminal::Raw;

const EMAIL: &str = "TICKETING_EMAIL";
const PASSWORD: &str = "TICKETING_PASSWORD";
const MAX_PASSWORD_CHARS: usize = 128;

/// Reads or asks for e-mail and password; `None` is somebody who only looks at the list.
pub(crate) fn credentials() -> anyhow::Result<Option<SignIn>> {
    let asked = io::stdin().is_terminal() && io::stderr().is_terminal();
    let email = match variable(EMAIL)? {
        Some(email) => email,
        None if asked => ask("E-mail (empty: only the list, no seat maps): ")?,
        None => return Ok(None),
    };
    if email.is_empty() {
        return Ok(None);
    }
    let password = match variable(PASSWORD)? {
        Some(password) => Password::from(password),
        None if asked => ask_unseen("Password: ")?.into(),
        None => bail!("{EMAIL} is set and {PASSWORD} is not"),
    };
    Ok(Some(SignIn { email, password }))
}

pub(crate) async fn sign_in(client: &Client, who: &SignIn) -> anyhow::Result<Session> {
    client.send(&accounts::sign_in(who)).await.map_err(|error| match error {
        Error::Problem(problem) => {
            anyhow::anyhow!("sign-in refused: {problem}")
        }
        broken @ Error::Broken(_) => {
            anyhow::Error::new(broken).context(format!("cannot sign in at {}", client.server()))
        }
    })
}

fn variable(name: &str) -> anyhow::Result<Option<String>> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => bail!("{name} is not text"),
    }
}

fn ask(prompt: &str) -> anyhow::Result<String> {
    let mut line = String::new();
    eprint!("{prompt}");
    io::stdin().read_line(&mut line).context("standard input cannot be read")?;
    Ok(line.trim().to_owned())
}

/// Reads a line key by key, which shows nothing.
fn ask_unseen(prompt: &str) -> anyhow::Result<SecretString> {
    eprint!("{prompt}");
    io::stderr().flush()?;
    let typed = {
        let _raw = Raw::enter()?;
        read_line_unseen()
    };
    eprintln!();
    typed
}

fn read_line_unseen() -> anyhow::Result<SecretString> {
    let mut typed = String::new();
    loop {
        let Event::Key(key) = read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match key.code {
            KeyCode::Enter => return Ok(typed.into()),
            KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                bail!("no password was given")
            }
            KeyCode::Char(letter) if typed.chars().count() < MAX_PASSWORD_CHARS => {
                typed.push(letter);
            }
            KeyCode::Backspace => drop(typed.pop()),
            _ => {}
        }
    }
}
