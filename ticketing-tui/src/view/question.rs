//! What has to be confirmed, over the screen that it is about.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use ticketing_wire::text::clean;

use super::money;
use crate::look::{self, Look};
use crate::screens::steering::Steer;
use crate::state::Question;
use crate::words::Words;

const WIDTH: u16 = 50;
const BORDERS: u16 = 2;
/// The fewest lines of a question.
const LINES_MIN: u16 = 3;

pub(super) fn draw(
    question: &Question,
    words: &Words,
    look: &Look,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let asked = match question {
        Question::Quit => words.ask_quit.to_owned(),
        Question::LeaveLine => words.ask_leave.to_owned(),
        Question::GiveUpOrder => words.ask_give_up.to_owned(),
        Question::Steer(Steer::Pause(message)) => {
            (words.steering.ask_pause)(message.as_deref().map(clean).as_deref())
        }
        Question::Steer(Steer::Resume) => words.steering.ask_resume.to_owned(),
        Question::Steer(Steer::Drain) => words.steering.ask_drain.to_owned(),
        Question::Steer(Steer::Rate(rate)) => (words.steering.ask_rate)(*rate),
        Question::Steer(Steer::Capacity(capacity)) => (words.steering.ask_capacity)(*capacity),
        Question::LeaveDoor => words.door.ask_leave.to_owned(),
        Question::GiveBack { quote, .. } => {
            (words.ask_give_back)(&money(&quote.refund), &money(&quote.fee))
        }
    };
    // What is confirmed is seen whole; words that are not broken leave room at the ends of lines.
    let cells = usize::from(WIDTH - BORDERS) * 3 / 4;
    let lines = u16::try_from(Span::raw(&*asked).width().div_ceil(cells)).unwrap_or(u16::MAX);
    let height = lines.max(LINES_MIN).saturating_add(BORDERS);
    let asked = Paragraph::new(asked).wrap(Wrap { trim: false });
    let page = area.centered(Constraint::Length(WIDTH), Constraint::Length(height));
    let block = Block::bordered()
        .border_set(look.border())
        .title_bottom(Line::styled(format!(" {} ", words.yes_no), look::heading()));
    frame.render_widget(Clear, page);
    frame.render_widget(asked.block(block), page);
}
