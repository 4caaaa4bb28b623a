//! The form as a picture.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};
use ticketing_wire::text::clean;

use super::{Field, Form, Kind};
use crate::look::{self, Look};
use crate::view::tail;
use crate::words::Words;

const WIDTH: u16 = 56;
/// Cells of the labels, and of what is typed.
const LABEL_WIDTH: usize = 14;
const TYPED_WIDTH: usize = 36;
/// Lines for what went wrong, and for what the keys are.
const SAID_LINES: u16 = 5;

pub(crate) fn draw(form: &Form, words: &Words, look: &Look, frame: &mut Frame<'_>, area: Rect) {
    let title = match form.kind {
        Kind::SignIn => words.sign_in,
        Kind::SignUp => words.sign_up,
    };
    let fields = form.kind.fields().iter().zip(&form.typed).enumerate();
    let mut lines: Vec<Line<'_>> = fields
        .map(|(ordinal, (field, typed))| {
            let shown = match field {
                Field::Password => "*".repeat(typed.0.chars().count()),
                _ => clean(&typed.0).into_owned(),
            };
            let here = ordinal == form.at && !form.busy;
            let text = format!("{}{}", tail(&shown, TYPED_WIDTH), if here { "_" } else { "" });
            let style = if here { look::heading() } else { look::quiet() };
            let label = field.label(words);
            let pad = LABEL_WIDTH.saturating_sub(Span::raw(label).width());
            let mark = if here { ">" } else { " " };
            let label = format!("{mark} {label}{}", " ".repeat(pad));
            Line::from(vec![Span::styled(label, style), Span::raw(text)])
        })
        .collect();
    lines.push(Line::default());
    match (&form.wrong, form.busy) {
        (_, true) => lines.push(Line::styled(words.asking, look::quiet())),
        (Some(wrong), _) => lines.push(Line::styled(format!("! {wrong}"), look.notice())),
        (None, _) => lines.push(Line::styled(words.form_turn, look::quiet())),
    }
    let height = u16::try_from(form.typed.len()).unwrap_or(0) + SAID_LINES;
    let page = area.centered(Constraint::Length(WIDTH), Constraint::Length(height));
    let block = Block::bordered()
        .border_set(look.border())
        .title_top(Line::styled(format!(" {title} "), look::heading()))
        .title_bottom(Line::raw(format!(" {} ", words.form_keys)));
    frame.render_widget(Clear, page);
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }).block(block), page);
}
