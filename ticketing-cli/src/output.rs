//! What goes to stdout: a table for people, or JSON for programs.

use std::io::{self, Write as _};

use clap::ValueEnum;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};
use serde::Serialize;

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
        Format::Json => line(&serde_json::to_string_pretty(value)?),
        Format::Table => line(&show().trim_fmt()),
    }
}

/// Writes a line of data. A reader that has seen enough and went away is no failure.
pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
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
        table.add_row([name.to_owned(), value]);
    }
    table
}

/// A number, set to the right.
pub(crate) fn number(value: &impl ToString) -> Cell {
    Cell::new(value.to_string()).set_alignment(CellAlignment::Right)
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
        table.add_row([Cell::new("Arena"), number(&7)]);
        let text = table.to_string();
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        assert_eq!(lines, [" NAME   SEATS", " Arena      7"]);
    }
}
