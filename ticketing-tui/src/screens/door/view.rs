//! The door as a picture: the newest verdict large, the others below.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Paragraph;
use ticketing_wire::door::{CheckIn, Direction, Verdict};
use ticketing_wire::text::clean;

use super::{About, Door, Passes as _, Scan, Told};
use crate::look::{self, Look};
use crate::state::State;
use crate::view::{count, cut, tail};
use crate::words::Words;

/// How much of a code is shown: its end, which is where codes differ.
const CODE_CELLS: usize = 12;

/// What the upper right corner says: how many scans wait for their answers.
pub(crate) fn note(door: &Door, words: &Words) -> String {
    match door.unanswered() {
        0 => String::new(),
        waiting => (words.door.unanswered)(waiting),
    }
}

pub(crate) fn draw(door: &Door, state: &State, look: &Look, frame: &mut Frame<'_>, area: Rect) {
    let words = state.words;
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let room = usize::from(area.width);
    let direction = match &door.direction {
        Direction::Out => words.door.going_out,
        _ => words.door.coming_in,
    };
    let gate = door.gate.as_deref().map_or(words.door.no_gate.into(), clean);
    let place = format!("{direction}; {} {gate}; {}", words.door.gate, door.device);
    let mut lines = vec![Line::raw(cut(&place, room)), typed(door, words, room), Line::default()];
    let newest = door.scans.front();
    lines.extend(newest.map_or_else(Vec::new, |scan| large(scan, door, words, look, room)));
    lines.push(Line::default());
    let counts = &door.counts;
    let counted = [counts.came_in, counts.went_out, counts.refused].map(count);
    lines.push(Line::styled((words.door.counts)(&counted), look::heading()));
    let left = usize::from(area.height).saturating_sub(lines.len());
    lines.extend(door.scans.iter().skip(1).take(left).map(|scan| {
        let (verdict, about) = (said(&scan.told, words), seat(&scan.told));
        Line::raw(cut(&format!("{}  {verdict}  {about}", code(scan)), room))
    }));
    frame.render_widget(Paragraph::new(Text::from(lines)), area);
}

/// The line that is typed.
fn typed(door: &Door, words: &Words, room: usize) -> Line<'static> {
    let (asked, field) = match &door.entry {
        None => (words.door.code, &door.code),
        Some((About::Gate, field)) => (words.door.which_gate, field),
        Some((About::Reason(_), field)) => (words.door.which_reason, field),
    };
    let room = room.saturating_sub(Span::raw(asked).width() + " _".len());
    Line::styled(format!("{asked} {}_", tail(&clean(field.text()), room)), look::heading())
}

/// The newest scan. Whether its bearer may pass is said by words and by what stands around them.
fn large(scan: &Scan, door: &Door, words: &Words, look: &Look, room: usize) -> Vec<Line<'static>> {
    let (passes, waits) = match &scan.told {
        Told::Answer(answer) => (answer.verdict.passes(), false),
        told => (false, matches!(told, Told::Waits)),
    };
    let (sign, style) = match (passes, waits) {
        (true, _) => (">>>", look::heading()),
        (false, true) => ("...", look::heading()),
        (false, false) => ("XXX", look.notice()),
    };
    let rule = || Line::styled(look.rule().repeat(room), style);
    let verdict = format!("{sign}  {}  {sign}", said(&scan.told, words));
    let mut lines = vec![rule(), Line::styled(cut(&verdict, room), style).centered(), rule()];
    lines.push(Line::raw(cut(&format!("{}  {}", code(scan), seat(&scan.told)), room)));
    if let Told::Answer(answer) | Told::Annulled(answer) = &scan.told
        && let Some(first) = &answer.first_scan
    {
        let gate = first.gate.as_deref().map_or(words.door.no_gate.into(), clean);
        let at = first.at.shown_in(door.time_zone.as_deref());
        let before = (words.door.came_before)(&at, &gate, &clean(&first.device));
        lines.push(Line::raw(cut(&before, room)));
    }
    lines
}

fn said(told: &Told, words: &Words) -> String {
    let said = &words.door;
    match told {
        Told::Waits => said.asking.to_owned(),
        Told::Silence => said.no_answer.to_owned(),
        Told::Refused => said.not_taken.to_owned(),
        Told::Annulled(_) => said.taken_back.to_owned(),
        Told::Answer(answer) => match &answer.verdict {
            Verdict::Admitted => said.admitted.to_owned(),
            Verdict::AlreadyUsed => said.already_used.to_owned(),
            Verdict::Void => said.void.to_owned(),
            Verdict::WrongPerformance => said.wrong_performance.to_owned(),
            Verdict::Forged => said.forged.to_owned(),
            Verdict::Exited => said.exited.to_owned(),
            Verdict::NotInside => said.not_inside.to_owned(),
            Verdict::Other(other) => clean(other).into_owned(),
        },
    }
}

/// The seat and what kind it is, for people.
fn seat(told: &Told) -> String {
    let (Told::Answer(answer) | Told::Annulled(answer)) = told else { return String::new() };
    let CheckIn { label, category, .. } = answer.as_ref();
    let said = [label, category].into_iter().flatten().map(|text| clean(text).into_owned());
    said.collect::<Vec<_>>().join(" - ")
}

fn code(scan: &Scan) -> String {
    tail(&clean(&scan.sent.code), CODE_CELLS)
}
