//! `ticketing-tui`: look at performances and their seats in the terminal.
//!
//! A loop of pure rules: a [`state::Message`] comes in, [`update::update`] changes the state and
//! answers [`state::Effect`]s, [`effects::Runner`] runs these as tasks whose ends are messages. The
//! screen is drawn when an effect says so and at no other time.

mod effects;
#[cfg(test)]
mod fixture;
mod hall;
mod keymap;
mod look;
mod sign_in;
mod state;
mod terminal;
mod update;
mod view;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Parser;
use crossterm::event::{Event, EventStream, KeyEventKind};
use futures_util::StreamExt as _;
use ticketing_client::Client;
use tokio::signal::unix::{SignalKind, signal};

use crate::effects::Runner;
use crate::look::Look;
use crate::state::{Effect, Message, State};
use crate::terminal::Taken;

/// Shows performances and their seats, as they are now.
///
/// Seat maps are for signed-in accounts: `TICKETING_EMAIL` and `TICKETING_PASSWORD`, or the prompts
/// before the screen starts.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The server's address.
    #[arg(
        long,
        value_name = "URL",
        env = "TICKETING_SERVER",
        default_value = "http://127.0.0.1:8080"
    )]
    server: String,
    /// Use only ASCII characters.
    #[arg(long)]
    ascii: bool,
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
    let client = Client::new(&arguments.server)?;
    let who = sign_in::credentials()?;
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let look = Look::new(arguments.ascii, !no_colour);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let session = match &who {
            Some(who) => Some(sign_in::sign_in(&client, who).await?),
            None => None,
        };
        let state = State::new(session.is_some());
        show(state, &look, Runner::new(client, session)).await
    });
    // A name look-up that hangs does not keep the program.
    runtime.shutdown_background();
    ended
}

/// The loop, with the terminal taken as long as it runs.
async fn show(mut state: State, look: &Look, mut runner: Runner) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut taken = Taken::take().context("the terminal cannot be used")?;
    let mut events = EventStream::new();
    let mut effects = vec![Effect::Draw, Effect::FetchPerformances];
    loop {
        if effects.contains(&Effect::Quit) {
            return Ok(());
        }
        if effects.contains(&Effect::Draw) {
            taken.terminal.draw(|frame| view::draw(&state, look, frame))?;
        }
        effects.drain(..).for_each(|effect| runner.start(effect));
        let message = tokio::select! {
            event = events.next() => match event {
                Some(event) => message(&event?),
                None => Some(Message::Terminated),
            },
            ended = runner.next() => Some(ended.context("a task of this program failed")?),
            _ = terminate.recv() => Some(Message::Terminated),
            _ = hang_up.recv() => Some(Message::Terminated),
            _ = interrupt.recv() => Some(Message::Terminated),
        };
        if let Some(message) = message {
            effects = update::update(&mut state, message);
        }
    }
}

fn message(event: &Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(*key)),
        Event::Resize(..) => Some(Message::Resized),
        _ => None,
    }
}
