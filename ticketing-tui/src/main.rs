//! `ticketing-tui`: buy a seat in the terminal, from the line to the ticket.
//!
//! A loop of pure rules: a [`state::Message`] comes in, [`update::update`] changes the state and
//! answers [`state::Effect`]s, [`effects::Runner`] runs these as tasks that send messages. The screen is
//! drawn when an effect says so and at no other time.

mod effects;
mod field;
#[cfg(test)]
mod fixture;
mod form;
mod hall;
mod keymap;
mod look;
mod program;
mod screens;
mod state;
mod terminal;
mod update;
mod view;
mod words;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Parser, ValueEnum};
use rand::RngExt as _;
use ticketing_client::{Client, clock};
use ticketing_profile::Sessions;

use crate::effects::{Runner, Server};
use crate::look::Look;
use crate::state::State;
use crate::words::{ENGLISH, KOREAN, Words};

/// Buys seats: joins the line, shows the seats as they are now, orders, pays, shows the tickets.
///
/// Who is signed in is what `ticketing login` remembers; `TICKETING_EMAIL` and `TICKETING_PASSWORD` sign
/// in as it does; or it is asked for on the screen.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The server's address; `TICKETING_SERVER` says it where it is not given.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Use only ASCII characters.
    #[arg(long)]
    ascii: bool,
    /// The language; the environment's (`LC_ALL`, `LC_MESSAGES`, `LANG`) where it is not given.
    #[arg(long, value_enum)]
    language: Option<Language>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    /// English.
    En,
    /// Korean.
    Ko,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ticketing-tui: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if !io::stdout().is_terminal() {
        bail!("standard output is not a terminal; the `ticketing` command prints lists");
    }
    let given: Vec<String> = arguments.server.iter().cloned().collect();
    let client = Client::new(&ticketing_profile::server(&given)?)?;
    let sessions = Sessions::of_this_person()?;
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let look = Look::new(arguments.ascii, !no_colour);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        if let Some(who) = ticketing_profile::credentials()? {
            sessions.begin(&client, &who).await.context("cannot sign in")?;
        }
        let who = sessions.who(&client)?;
        let state = State::new(words(arguments.language), who, clock::now(), fresh());
        program::run(state, &look, Runner::new(Server::new(client, sessions))).await
    });
    // A name look-up that hangs does not keep the program.
    runtime.shutdown_background();
    ended
}

/// What the keys of this run begin at: no other run has them.
#[expect(clippy::disallowed_methods, reason = "the program's one source of entropy")]
fn fresh() -> u128 {
    rand::rng().random()
}

fn words(language: Option<Language>) -> &'static Words {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    match language {
        Some(Language::En) => &ENGLISH,
        Some(Language::Ko) => &KOREAN,
        None => {
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
            Words::of_locale(locale.as_deref())
        }
    }
}
