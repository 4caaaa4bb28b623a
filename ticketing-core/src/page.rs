//! Paging by cursor: the id of the last row seen.

use uuid::Uuid;

/// The most rows of one page.
pub const PAGE_MAX: u32 = 500;
/// The rows of a page when nothing is said.
pub const PAGE_DEFAULT: u32 = 50;

/// Which page of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    limit: u32,
    after: Option<Uuid>,
}

impl Page {
    /// At most `limit` rows (bounded by [`PAGE_MAX`]) after a row.
    pub fn new(limit: Option<u32>, after: Option<Uuid>) -> Self {
        Self { limit: limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX), after }
    }

    #[cfg(feature = "services")]
    pub(crate) fn after(self) -> Uuid {
        self.after.unwrap_or(Uuid::nil())
    }

    /// One row more than the page shows, to know whether another follows.
    #[cfg(feature = "services")]
    pub(crate) fn fetch_limit(self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Rows in order of id, of which those at or before the cursor are left out.
    pub(crate) fn cut<T>(self, rows: impl Iterator<Item = T>, id: impl Fn(&T) -> Uuid) -> Paged<T> {
        let mut items: Vec<T> = rows
            .filter(|row| self.after.is_none_or(|after| id(row) > after))
            .take(self.limit as usize + 1)
            .collect();
        let more = items.len() > self.limit as usize;
        items.truncate(self.limit as usize);
        let next_cursor = items.last().filter(|_| more).map(id);
        Paged { items, next_cursor }
    }

    #[cfg(feature = "services")]
    pub(crate) fn cursor(self) -> Option<Uuid> {
        self.after
    }

    /// Rows that begin behind the cursor already.
    #[cfg(feature = "services")]
    pub(crate) fn rows_behind_cursor<T>(self, rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> Paged<T> {
        Self { after: None, ..self }.cut(rows.into_iter(), id)
    }

    /// Rows in an order of their own, of which those up to the cursor's row are left out.
    pub(crate) fn cut_after<T>(
        self,
        rows: impl Iterator<Item = T>,
        id: impl Fn(&T) -> Uuid,
    ) -> Paged<T> {
        let mut found = self.after.is_none();
        let rows = rows.filter(|row| {
            let shown = found;
            found = found || self.after == Some(id(row));
            shown
        });
        Self { after: None, ..self }.cut(rows, &id)
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::new(None, None)
    }
}

/// A page of a list, and where the next begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paged<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page.
    pub next_cursor: Option<Uuid>,
}

impl<T> Paged<T> {
    /// The page with each row turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Paged<U> {
        Paged { items: self.items.into_iter().map(turn).collect(), next_cursor: self.next_cursor }
    }
}
