//! The loop: messages in, effects out. The screen is drawn when an effect says so, and not more often
//! than an eye sees.

use std::io::{self, Write as _};
use std::time::Duration;

use anyhow::Context as _;
use crossterm::event::{Event, EventStream, KeyEventKind};
use crossterm::execute;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use futures_util::StreamExt as _;
use ticketing_client::clock;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use crate::effects::Runner;
use crate::look::Look;
use crate::state::{Effect, Message, State};
use crate::terminal::Taken;
use crate::{update, view};

/// The shortest time between two pictures.
const FRAME: Duration = Duration::from_millis(33);
/// How often time goes by on a screen that counts down.
const TICK: Duration = Duration::from_secs(1);

/// Runs until somebody quits, with the terminal taken meanwhile.
pub(crate) async fn run(state: State, look: &Look, mut runner: Runner) -> anyhow::Result<()> {
    let ended = show(state, look, &mut runner).await;
    runner.finish().await;
    ended
}

/// The loop; the terminal is given back when it ends.
async fn show(mut state: State, look: &Look, runner: &mut Runner) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut taken = Taken::take().context("the terminal cannot be used")?;
    let mut events = EventStream::new();
    let mut screen = Screen { drawn_again_at: Instant::now(), is_stale: true };
    let mut tick_at = Instant::now() + TICK;
    runner.start(Effect::FetchPerformances { after: Duration::ZERO });
    loop {
        if screen.is_due(Instant::now()) {
            // Terminals that know how show the picture when it is whole.
            execute!(io::stdout(), BeginSynchronizedUpdate)?;
            taken.terminal.draw(|frame| view::draw(&state, look, frame))?;
            execute!(io::stdout(), EndSynchronizedUpdate)?;
            screen = Screen { drawn_again_at: Instant::now() + FRAME, is_stale: false };
        }
        let message = tokio::select! {
            event = events.next() => match event {
                Some(event) => message(event?),
                None => Some(Message::Terminated),
            },
            ended = runner.next() => Some(ended.context("a task of this program failed")?),
            () = tokio::time::sleep_until(screen.drawn_again_at), if screen.is_stale => None,
            () = tokio::time::sleep_until(tick_at), if state.counts_down() => {
                tick_at = Instant::now() + TICK;
                Some(Message::Tick(clock::now()))
            }
            _ = terminate.recv() => Some(Message::Terminated),
            _ = hang_up.recv() => Some(Message::Terminated),
            _ = interrupt.recv() => Some(Message::Terminated),
        };
        let Some(message) = message else { continue };
        if !matches!(message, Message::Tick(_)) {
            // What is decided now is decided by the time of now.
            state.now = clock::now();
        }
        for effect in update::update(&mut state, message) {
            match effect {
                Effect::Draw => screen.is_stale = true,
                Effect::Redraw => {
                    execute!(io::stdout(), Clear(ClearType::All))?;
                    // As if nothing had been drawn: every cell is another one.
                    taken.terminal.swap_buffers();
                    screen.is_stale = true;
                }
                Effect::Bell => ring()?,
                Effect::Quit => return Ok(()),
                effect => runner.start(effect),
            }
        }
    }
}

/// What is on the terminal.
struct Screen {
    /// Not before that.
    drawn_again_at: Instant,
    /// The state is another one.
    is_stale: bool,
}

impl Screen {
    fn is_due(&self, now: Instant) -> bool {
        self.is_stale && self.drawn_again_at <= now
    }
}

fn ring() -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(b"\x07")?;
    out.flush()
}

fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(key)),
        Event::Paste(text) => Some(Message::Pasted(text)),
        Event::Resize(..) => Some(Message::Resized),
        _ => None,
    }
}
