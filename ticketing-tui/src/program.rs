//! The loop: messages in, effects out. The screen is drawn when an effect says so, and not more often
//! than an eye sees.

use std::io::{self, Write as _};
use std::time::Duration;

use anyhow::Context as _;
use crossterm::event::{Event, EventStream, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use crossterm::execute;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use futures_util::StreamExt as _;
use ratatui::layout::{Position, Rect};
use ticketing_client::clock;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use crate::effects::Runner;
use crate::hall::Direction;
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
    let mut screen = Screen::new(Instant::now());
    let mut tick_at = Instant::now() + TICK;
    runner.start(Effect::FetchPerformances { after: Duration::ZERO });
    loop {
        if screen.is_due(Instant::now()) {
            // Terminals that know how show the picture when it is whole.
            execute!(io::stdout(), BeginSynchronizedUpdate)?;
            taken.terminal.draw(|frame| view::draw(&state, look, frame))?;
            execute!(io::stdout(), EndSynchronizedUpdate)?;
            screen.drawn(Instant::now());
        }
        let message = tokio::select! {
            event = events.next() => match event {
                Some(Ok(Event::Mouse(event))) => {
                    let area = Rect::from((Position::ORIGIN, taken.terminal.size()?));
                    pointed(event, &state, look, area)
                }
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
    /// Nothing is drawn yet.
    fn new(now: Instant) -> Self {
        Self { drawn_again_at: now, is_stale: true }
    }

    fn drawn(&mut self, now: Instant) {
        *self = Self { drawn_again_at: now + FRAME, is_stale: false };
    }

    fn is_due(&self, now: Instant) -> bool {
        self.is_stale && self.drawn_again_at <= now
    }
}

fn ring() -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(b"\x07")?;
    out.flush()
}

/// What a click or a turn of the wheel means where it is.
fn pointed(event: MouseEvent, state: &State, look: &Look, area: Rect) -> Option<Message> {
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            view::target(state, look, area, at).map(Message::Clicked)
        }
        MouseEventKind::ScrollUp => Some(Message::Scrolled(Direction::Up)),
        MouseEventKind::ScrollDown => Some(Message::Scrolled(Direction::Down)),
        _ => None,
    }
}

fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(key)),
        Event::Paste(text) => Some(Message::Pasted(text)),
        Event::Resize(..) => Some(Message::Resized),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{delta, hear, listed, map, orders, seated};
    use crate::screens::Screen as Over;
    use crate::state::About;

    /// How many pictures are drawn while this happens, and so long after.
    fn pictures(state: &mut State, happens: Vec<(Duration, Message)>, after: Duration) -> usize {
        let began = Instant::now();
        let mut screen = Screen::new(began);
        screen.drawn(began);
        let (mut pictures, mut ends) = (0, began);
        let mut draw_until = |screen: &mut Screen, now: Instant| {
            // What is stale is drawn as soon as it may be.
            if screen.is_stale && screen.drawn_again_at <= now {
                let at = screen.drawn_again_at;
                assert!(screen.is_due(at));
                screen.drawn(at);
                pictures += 1;
            }
        };
        for (at, message) in happens {
            let now = began + at;
            draw_until(&mut screen, now);
            let effects = update::update(state, message);
            screen.is_stale |= effects.iter().any(|effect| matches!(effect, Effect::Draw));
            ends = now;
        }
        draw_until(&mut screen, ends + after);
        pictures
    }

    /// Once a second, as the loop tells a screen that counts down.
    fn seconds(state: &State, count: u64) -> Vec<(Duration, Message)> {
        let tick = |second| {
            let now = state.now.as_millis() + i64::try_from(second * 1_000).unwrap();
            (Duration::from_secs(second), Message::Tick(ticketing_wire::Time::from_millis(now)))
        };
        (1..=count).filter(|_| state.counts_down()).map(tick).collect()
    }

    #[test]
    fn nothing_is_drawn_while_nothing_happens_and_one_picture_a_second_while_time_is_told() {
        let mut still = orders();
        let happens = seconds(&still, 5);
        assert_eq!(pictures(&mut still, happens, Duration::from_secs(5)), 0);
        for mut counting in [seated(), listed()] {
            let happens = seconds(&counting, 5);
            let drawn = pictures(&mut counting, happens, Duration::from_secs(1));
            assert!((5..=6).contains(&drawn), "{drawn}");
        }
    }

    #[test]
    fn ten_thousand_changes_a_second_are_thirty_pictures() {
        let mut state = seated();
        let rows = [40; 50];
        hear(&mut state, About::Map(Ok(Box::new(map([&rows, &rows])))));
        let visit = state.over.last().map(Over::visit).unwrap();
        let happens = (0..10_000).map(|change: u32| {
            let about = delta(205 + u64::from(change), &[(change % 4_000, 3)]);
            (Duration::from_micros(u64::from(change) * 100), Message::About { visit, about })
        });
        let drawn = pictures(&mut state, happens.collect(), FRAME);
        assert!((25..=31).contains(&drawn), "{drawn}");
    }
}
