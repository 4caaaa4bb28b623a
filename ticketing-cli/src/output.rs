//! What goes to stdout: a table for people, or JSON for programs. Whatever somebody else wrote is
//! cleaned here, so that it cannot steer a terminal.

use std::io::{self, Write as _};

use clap::ValueEnum;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};
use serde::Serialize;
use ticketing_wire::text::{clean, clean_json};

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// Prints `value` as JSON, or the table that shows it.
pub(crate) fn print(
    format: Format,
    value: &impl Serialize,
    show: impl FnOnce() -> Table,
) -> anyhow::Result<()> {
    match format {
        Format::Json => line(&clean_json(&serde_json::to_string_pretty(value)?)),
        Format::Table => line(&show().trim_fmt()),
    }
}

/// Prints `value` as JSON in one line, or the text that says it.
pub(crate) fn print_line(
    format: Format,
    value: &impl Serialize,
    say: impl FnOnce() -> String,
) -> anyhow::Result<()> {
    match format {
        Format::Json => line(&clean_json(&serde_json::to_string(value)?)),
        Format::Table => line(&say()),
    }
}

/// Writes lines of data. A reader that has seen enough and went away is no failure.
pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout().lock(), "{}", clean_lines(text)) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Says something to the person, beside the data.
pub(crate) fn talk(text: &str) {
    // Whoever does not listen any more is no reason to lose what was done.
    let _ = writeln!(io::stderr().lock(), "{}", clean_lines(text));
}

/// Lines stay lines; everything else that a terminal would obey goes.
fn clean_lines(text: &str) -> String {
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

/// A table with these headings and no frame: easy to read, to cut and to grep.
pub(crate) fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.iter().map(|heading| heading.to_uppercase()));
    table
}

/// A table of one thing: a line per property.
pub(crate) fn properties<const N: usize>(rows: [(&str, String); N]) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    for (name, value) in rows {
        table.add_row([cell(&name), cell(&value)]);
    }
    table
}

/// A text, in one line.
pub(crate) fn cell(value: &impl ToString) -> Cell {
    Cell::new(clean(&value.to_string()))
}

/// A number, set to the right.
pub(crate) fn number(value: &impl ToString) -> Cell {
    cell(value).set_alignment(CellAlignment::Right)
}

/// What to show for something that may be missing.
pub(crate) fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_headings_and_aligned_numbers() {
        let mut table = table(&["name", "seats"]);
        table.add_row([cell(&"Arena"), number(&7)]);
        let text = table.to_string();
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        assert_eq!(lines, [" NAME   SEATS", " Arena      7"]);
    }

    #[test]
    fn a_cell_is_one_line_and_steers_no_terminal() {
        let table = properties([("title", "a\nb\u{1b}[2J".to_owned())]).to_string();
        assert_eq!(table.trim(), "title  a b\u{fffd}[2J");
        assert_eq!(clean_lines("a\r\nb\u{7}"), "a\u{fffd}\nb\u{fffd}");
    }
}
