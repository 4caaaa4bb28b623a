//! Paging by cursor: what the last row seen is sorted by, and its id. A cursor stays good when that
//! row changes or goes away.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::signing::{Sealer, SigningKey};

/// The most rows of one page.
pub const PAGE_MAX: u32 = 500;
/// The rows of a page when nothing is said.
pub const PAGE_DEFAULT: u32 = 50;

/// Where a row stands in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub(crate) key: i64,
    pub(crate) id: Uuid,
}

impl Position {
    /// In a list that is sorted by id alone.
    pub(crate) fn by_id(id: Uuid) -> Self {
        Self { key: 0, id }
    }
}

/// Which page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    limit: u32,
    after: Option<Position>,
}

impl Page {
    /// At most `limit` rows, from 1 to [`PAGE_MAX`], after a position.
    pub fn new(limit: Option<u32>, after: Option<Position>) -> Result<Self> {
        let limit = limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Error::field("limit", "from 1 to 500"));
        }
        Ok(Self { limit, after })
    }

    /// Nothing stands before it.
    pub(crate) fn is_first(self) -> bool {
        self.after.is_none()
    }

    /// It begins with the first row, and so many rows are enough to know whether another follows.
    pub(crate) fn is_among_first(self, rows: u32) -> bool {
        self.after.is_none() && self.limit < rows
    }

    /// The position after which the page begins; before every row where it is the first.
    #[cfg(feature = "services")]
    pub(crate) fn after(self) -> Position {
        self.after.unwrap_or(Position { key: i64::MIN, id: Uuid::nil() })
    }

    /// One row more than the page shows, to know whether another follows.
    #[cfg(feature = "services")]
    pub(crate) fn fetch_limit(self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The page of rows that are in order of their position. A row that `read` has nothing to show
    /// for is passed over, and the list goes on behind it.
    pub(crate) fn cut<Row, Item>(
        self,
        rows: impl Iterator<Item = Row>,
        position: impl Fn(&Row) -> Position,
        read: impl Fn(Row) -> Option<Item>,
    ) -> Paged<Item> {
        let limit = self.limit as usize;
        let behind = rows.filter(|row| self.after.is_none_or(|after| position(row) > after));
        let mut rows: Vec<Row> = behind.take(limit + 1).collect();
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(position);
        Paged { items: rows.into_iter().filter_map(read).collect(), next }
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: PAGE_DEFAULT, after: None }
    }
}

/// A page of a list, and where the next begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paged<T> {
    /// The rows.
    pub items: Vec<T>,
    /// After which position the next page begins.
    pub next: Option<Position>,
}

impl<T> Paged<T> {
    /// The page with each row turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Paged<U> {
        Paged { items: self.items.into_iter().map(turn).collect(), next: self.next }
    }
}

const POSITION_LENGTH: usize = 8 + 8 + 16;

/// Turns positions into texts and back. Only what was given out for a list is good there.
#[derive(Debug)]
pub(crate) struct Cursors(Sealer);

impl Cursors {
    pub(crate) fn new(key: &SigningKey) -> Self {
        Self(Sealer::new(key, "cursor"))
    }

    /// `list` names the list and its order.
    pub(crate) fn seal(&self, list: &str, position: Position) -> String {
        let mut facts = [0; POSITION_LENGTH];
        facts[..8].copy_from_slice(&mark(list));
        facts[8..16].copy_from_slice(&position.key.to_be_bytes());
        facts[16..].copy_from_slice(position.id.as_bytes());
        self.0.seal(&facts)
    }

    pub(crate) fn open(&self, list: &str, cursor: &str) -> Option<Position> {
        let facts = self.0.open::<POSITION_LENGTH>(cursor)?;
        if facts[..8] != mark(list) {
            return None;
        }
        let key = i64::from_be_bytes(facts[8..16].try_into().ok()?);
        Some(Position { key, id: Uuid::from_slice(&facts[16..]).ok()? })
    }
}

fn mark(list: &str) -> [u8; 8] {
    let hash: [u8; 32] = Sha256::digest(list).into();
    *hash.first_chunk().expect("32 bytes have 8")
}

/// A short name of some bytes, the same for the same bytes.
pub fn fingerprint(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(key: i64, id: u128) -> Position {
        Position { key, id: Uuid::from_u128(id) }
    }

    fn page(limit: u32, after: Option<Position>) -> Page {
        Page::new(Some(limit), after).expect("a page")
    }

    #[test]
    fn a_page_goes_on_behind_a_row_that_is_gone_or_cannot_be_read() {
        let rows = [at(0, 1), at(0, 2), at(1, 1), at(2, 1)];
        let first = page(2, None).cut(rows.into_iter(), |row| *row, Some);
        assert_eq!((first.items.len(), first.next), (2, Some(at(0, 2))));
        let rest = [at(0, 1), at(1, 1), at(2, 1)];
        let second = page(2, first.next).cut(rest.into_iter(), |row| *row, Some);
        assert_eq!((second.items, second.next), (vec![at(1, 1), at(2, 1)], None));
        let unread = page(2, None).cut(rows.into_iter(), |row| *row, |_| None::<()>);
        assert_eq!((unread.items.len(), unread.next), (0, Some(at(0, 2))));
    }

    #[test]
    fn a_limit_out_of_bounds_is_refused_and_not_clamped() {
        for limit in [0, PAGE_MAX + 1, u32::MAX] {
            assert!(Page::new(Some(limit), None).is_err(), "{limit}");
        }
        assert!(Page::new(Some(PAGE_MAX), None).is_ok());
    }

    #[test]
    fn a_cursor_is_good_for_its_list_and_nobody_makes_one_up() {
        let cursors = Cursors::new(&SigningKey::new([7; 32]));
        let cursor = cursors.seal("orders", at(-5, 9));
        assert_eq!(cursors.open("orders", &cursor), Some(at(-5, 9)));
        assert_eq!(cursors.open("venues", &cursor), None);
        let foreign = Cursors::new(&SigningKey::new([8; 32])).seal("orders", at(-5, 9));
        for made_up in [foreign.as_str(), "", "x", "0190f4a2-0000-7000-8000-000000000001"] {
            assert_eq!(cursors.open("orders", made_up), None, "{made_up}");
        }
    }
}
