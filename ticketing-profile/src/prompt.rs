//! Asks the person at the terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ticketing_wire::secrets::Password;

use crate::settings::Usage;

/// Nobody types more than this.
const MAX_PASSWORD_CHARS: usize = 1_024;

/// Raw mode for as long as it lives: the terminal shows nothing of what is typed.
struct NoEcho;

/// Asks for a line of text.
pub fn line(question: &str, instead: &str) -> anyhow::Result<String> {
    require_person(instead)?;
    eprint!("{question}: ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// Asks for a password without showing it.
pub fn password(question: &str, instead: &str) -> anyhow::Result<Password> {
    require_person(instead)?;
    eprint!("{question}: ");
    io::stderr().flush()?;
    let typed = {
        let _hidden = NoEcho::begin()?;
        read_hidden(read)
    };
    eprintln!();
    Ok(Password::from(typed?))
}

fn require_person(instead: &str) -> Result<(), Usage> {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return Ok(());
    }
    Err(Usage(format!("there is nobody to ask; set {instead}")))
}

fn read_hidden(mut next: impl FnMut() -> io::Result<Event>) -> anyhow::Result<String> {
    let mut typed = String::new();
    while typed.len() < MAX_PASSWORD_CHARS {
        match next()? {
            Event::Paste(text) => typed.push_str(&text),
            Event::Key(KeyEvent { kind: KeyEventKind::Release, .. }) => {}
            Event::Key(key) if key.modifiers.contains(KeyModifiers::CONTROL) => match key.code {
                KeyCode::Char('c' | 'd') => anyhow::bail!("cancelled"),
                KeyCode::Char('u') => typed.clear(),
                _ => {}
            },
            Event::Key(key) => match key.code {
                KeyCode::Enter => break,
                KeyCode::Backspace => drop(typed.pop()),
                KeyCode::Char(character) => typed.push(character),
                _ => {}
            },
            _ => {}
        }
    }
    Ok(typed)
}

impl NoEcho {
    fn begin() -> io::Result<Self> {
        enable_raw_mode().map(|()| Self)
    }
}

impl Drop for NoEcho {
    fn drop(&mut self) {
        // There is no better place to say that the terminal refused.
        let _ = disable_raw_mode();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[(KeyCode, KeyModifiers)]) -> anyhow::Result<String> {
        let mut keys = keys.iter();
        read_hidden(|| {
            let (code, modifiers) = keys.next().expect("reading stops at Enter");
            Ok(Event::Key(KeyEvent::new(*code, *modifiers)))
        })
    }

    #[test]
    fn a_password_can_be_corrected_while_typing() {
        let plain = |code| (code, KeyModifiers::NONE);
        let keys = [
            plain(KeyCode::Char('x')),
            (KeyCode::Char('u'), KeyModifiers::CONTROL),
            plain(KeyCode::Char('a')),
            plain(KeyCode::Char('b')),
            plain(KeyCode::Backspace),
            (KeyCode::Char('C'), KeyModifiers::SHIFT),
            plain(KeyCode::Enter),
        ];
        assert_eq!(typed(&keys).unwrap(), "aC");
    }

    #[test]
    fn control_c_cancels() {
        assert!(typed(&[(KeyCode::Char('c'), KeyModifiers::CONTROL)]).is_err());
    }
}
