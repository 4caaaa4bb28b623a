//! Charts as SVG within a page: lines over time and bars. Each stands with its numbers as a table,
//! for whoever does not see it, and for print.

use std::fmt::Write as _;

use super::xml::{attribute, body, each};

/// The plane that lines are drawn on.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 28.0;

/// Marks on each axis.
const MARKS: u32 = 4;

/// Rows of a chart's table: a day of seconds would be no table.
const ROWS_MAX: usize = 60;

/// Points of a line: more than there are pixels show nothing more.
const POINTS_MAX: usize = 600;

/// A line over time.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: String,
    /// When, in seconds, and how much.
    pub(super) points: Vec<(f64, f64)>,
}

/// Colours that most who cannot tell red from green can tell apart (Okabe and Ito).
const COLOURS: [&str; 8] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f7f7f"];

/// One fewer than colours, so that a colour that comes again has another dash; and no line is told
/// by its colour alone.
const DASHES: [&str; 7] = ["", "6 3", "2 2", "8 3 2 3", "1 3", "10 4", "12 3 3 3"];

/// What the lines are drawn with, in their order.
fn strokes() -> impl Iterator<Item = (&'static str, &'static str)> {
    COLOURS.into_iter().cycle().zip(DASHES.into_iter().cycle())
}

/// Lines over time with one scale.
pub(super) fn lines(title: &str, unit: &str, note: &str, lines: &[Line]) -> String {
    let points = || lines.iter().flat_map(|line| &line.points);
    let last = points().map(|(at, _)| *at).fold(0.0, f64::max);
    let most = nice(points().map(|(_, value)| *value).fold(0.0, f64::max));
    let x = |at: f64| LEFT + at / last.max(f64::MIN_POSITIVE) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM);

    let mut drawn = String::new();
    for mark in 0..=MARKS {
        let share = f64::from(mark) / f64::from(MARKS);
        let (value, at) = (most * share, last * share);
        let _ = write!(
            drawn,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{} s</text>",
            WIDTH - RIGHT,
            y(value),
            y(value),
            LEFT - 6.0,
            y(value) + 4.0,
            number(value),
            x(at),
            HEIGHT - 8.0,
            number(at),
        );
    }
    for (line, (colour, dash)) in lines.iter().zip(strokes()) {
        let every = line.points.len().div_ceil(POINTS_MAX).max(1);
        let points = line.points.iter().step_by(every);
        let path: String = each(points, |(at, value)| format!("{:.1},{:.1} ", x(*at), y(*value)));
        let _ = write!(
            drawn,
            "<polyline points=\"{}\" stroke=\"{colour}\" stroke-dasharray=\"{dash}\"/>",
            path.trim_end()
        );
    }
    let svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}: lines over time; the \
         numbers are in the table below\">{drawn}</svg>",
        attribute(title)
    );
    figure(title, unit, note, &(svg + &legend(lines)), &table(unit, lines))
}

/// Bars, one below the other; the first is the whole.
pub(super) fn bars(title: &str, note: &str, bars: &[(&str, u64)]) -> String {
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1) as f64;
    let mut rows = String::new();
    for (name, count) in bars {
        let share = *count as f64 / most * 100.0;
        let _ = write!(
            rows,
            "<tr><th scope=\"row\">{}</th><td class=\"number\">{count}</td><td class=\"bar\">\
             <svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect width=\"{share:.2}\" height=\"10\"/></svg></td></tr>",
            body(name)
        );
    }
    let table = format!("<table class=\"bars\"><tbody>{rows}</tbody></table>");
    figure(title, "", note, &table, "")
}

fn figure(title: &str, unit: &str, note: &str, drawn: &str, table: &str) -> String {
    let unit = if unit.is_empty() { String::new() } else { format!(" ({})", body(unit)) };
    format!(
        "<figure><figcaption><strong>{}</strong>{unit}<br><small>{}</small></figcaption>{drawn}\
         {table}</figure>\n",
        body(title),
        body(note)
    )
}

fn legend(lines: &[Line]) -> String {
    let mut items = String::new();
    for (line, (colour, dash)) in lines.iter().zip(strokes()) {
        let _ = write!(
            items,
            "<li><svg viewBox=\"0 0 30 8\" aria-hidden=\"true\"><line x2=\"30\" y1=\"4\" y2=\"4\" \
             stroke=\"{colour}\" stroke-dasharray=\"{dash}\"/></svg>{}</li>",
            body(&line.name)
        );
    }
    format!("<ul class=\"legend\">{items}</ul>")
}

/// Each line's points, at the same moments.
fn table(unit: &str, lines: &[Line]) -> String {
    let mut moments: Vec<f64> =
        lines.iter().flat_map(|line| line.points.iter().map(|(at, _)| *at)).collect();
    moments.sort_by(f64::total_cmp);
    moments.dedup();
    let every = moments.len().div_ceil(ROWS_MAX).max(1);
    let head: String = each(lines, |line| format!("<th scope=\"col\">{}</th>", body(&line.name)));
    let mut rows = String::new();
    for at in moments.iter().step_by(every) {
        let _ = write!(rows, "<tr><th scope=\"row\">{at:.0}</th>");
        for line in lines {
            let value = line.points.iter().find(|(then, _)| then.total_cmp(at).is_eq());
            let value = value.map_or_else(String::new, |(_, value)| number(*value));
            let _ = write!(rows, "<td class=\"number\">{value}</td>");
        }
        rows.push_str("</tr>");
    }
    let thinned = if every > 1 { format!(", every {every}th second") } else { String::new() };
    format!(
        "<details><summary>The numbers{thinned}</summary><table><thead><tr><th scope=\"col\">\
         second</th>{head}</tr></thead><tbody>{rows}</tbody></table><p><small>{}</small></p>\
         </details>",
        body(unit)
    )
}

/// The next round number above.
fn nice(most: f64) -> f64 {
    if most <= 0.0 {
        return 1.0;
    }
    let unit = 10_f64.powf(most.log10().floor());
    let steps = [1.0, 2.0, 4.0, 5.0, 8.0, 10.0];
    let found = steps.into_iter().map(|step| step * unit).find(|round| *round >= most);
    found.unwrap_or(most)
}

fn number(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else if value >= 1.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_number() {
        let scales = [0.0, 0.7, 1.0, 3.2, 99.0, 4_100.0].map(|most| number(nice(most)));
        assert_eq!(scales, ["1", "0.80", "1", "4", "100", "5000"]);
    }

    #[test]
    fn a_day_of_seconds_is_a_short_table_and_a_thin_line() {
        let points = (0..86_400).map(|second| (f64::from(second), 1.0)).collect();
        let drawn = lines("a", "ms", "", &[Line { name: "hold".to_owned(), points }]);
        assert!(drawn.matches("<tr>").count() <= ROWS_MAX + 1);
        assert!(drawn.len() < 40_000, "{}", drawn.len());
    }

    #[test]
    fn names_are_text_wherever_they_stand() {
        let line = Line { name: "<script>".to_owned(), points: vec![(0.0, 1.0)] };
        let drawn = lines("\"<b>", "<u>", "<i>", &[line]) + &bars("<b>", "<i>", &[("<u>", 3)]);
        for tag in ["<script>", "<b>", "<u>", "<i>"] {
            assert!(!drawn.contains(tag), "{tag}");
        }
    }
}
