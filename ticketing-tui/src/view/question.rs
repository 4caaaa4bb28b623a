//! What has to be confirmed, over the screen that it is about.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use ticketing_wire::text::clean;

use super::money;
use crate::look::{self, Look};
use crate::screens::steering::Steer;
use crate::state::Question;
use crate::words::Words;

const WIDTH: u16 = 50;
const HEIGHT: u16 = 5;

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
        Question::GiveBack { quote, .. } => {
            (words.ask_give_back)(&money(&quote.refund), &money(&quote.fee))
        }
    };
    let page = area.centered(Constraint::Length(WIDTH), Constraint::Length(HEIGHT));
    let block = Block::bordered()
        .border_set(look.border())
        .title_bottom(Line::styled(format!(" {} ", words.yes_no), look::heading()));
    frame.render_widget(Clear, page);
    frame.render_widget(Paragraph::new(asked).wrap(Wrap { trim: false }).block(block), page);
}
