//! What people call seats and sections, and where that is.

use super::{Cursor, Hall, Section, place};

impl Hall {
    /// What people call a seat: its section, row and number.
    pub(crate) fn label(&self, index: u32) -> Option<(&str, &str, &str)> {
        let section = self.sections.get(*self.section_of.get(place(index)?)?)?;
        for row in section.rows() {
            if let Some(seat) = row.seats.iter().find(|seat| seat.index == index) {
                return Some((section.name(), &row.label, &seat.label));
            }
        }
        Some((section.name(), "", ""))
    }

    /// What a server calls this section, where it is a standing area.
    pub(crate) fn standing_area(&self, section: usize) -> Option<String> {
        let Section::Standing { .. } = self.sections.get(section)? else { return None };
        Some(self.map.layout().sections.get(section)?.name.clone())
    }

    /// Where a seat is.
    pub(crate) fn find(&self, index: u32) -> Option<Cursor> {
        let section = *self.section_of.get(place(index)?)?;
        let rows = self.sections.get(section)?.rows().iter().enumerate();
        rows.flat_map(|(row, seats)| seats.seats.iter().enumerate().map(move |seat| (row, seat)))
            .find(|(_, (_, seat))| seat.index == index)
            .map(|(row, (seat, _))| Cursor { section, row, seat })
    }

    /// The seat that somebody calls so: `12` in the row of the cursor, `7 12` in its section, `B 7 12`
    /// anywhere; or a section by its name.
    pub(crate) fn named(&self, from: Cursor, name: &str) -> Option<Cursor> {
        let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let sections = |name: &[&str]| self.sections_called(name.join(" "));
        let section = sections(&words).next().and_then(|section| self.enter(section));
        match words.as_slice() {
            [] => None,
            [seat] => self.in_row(from, seat).or(section),
            [row, seat] => self.in_section(from.section, row, seat).or(section),
            [named @ .., row, seat] => {
                let found = |section| self.in_section(section, row, seat);
                sections(named).find_map(found).or(section)
            }
        }
    }

    /// Those that are called so, or whose name has it as a word.
    fn sections_called(&self, name: String) -> impl Iterator<Item = usize> {
        let is_called = move |section: &Section| {
            let whole = section.name().to_lowercase();
            whole == name || whole.split_whitespace().any(|word| word == name)
        };
        let called = self.sections.iter().enumerate().filter(move |(_, one)| is_called(one));
        called.map(|(ordinal, _)| ordinal)
    }

    fn in_section(&self, section: usize, row: &str, seat: &str) -> Option<Cursor> {
        let rows = self.sections.get(section)?.rows();
        let row = rows.iter().position(|one| one.label.to_lowercase() == row)?;
        self.in_row(Cursor { section, row, seat: 0 }, seat)
    }

    fn in_row(&self, from: Cursor, seat: &str) -> Option<Cursor> {
        let row = self.rows(from).get(from.row)?;
        let seat = row.seats.iter().position(|one| one.label.to_lowercase() == seat)?;
        Some(Cursor { seat, ..from })
    }
}
