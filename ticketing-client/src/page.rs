//! Lists come in pages.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Pages that [`all`] follows before it takes the list for endless.
const MAX_PAGES: usize = 10_000;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The entries, in the list's own order.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    #[serde(default = "no_cursor")]
    pub next_cursor: Option<String>,
}

fn no_cursor() -> Option<String> {
    None
}

/// Every entry of a list: fetches page after page, given where each begins.
pub async fn all<T>(
    fetch: impl AsyncFn(Option<&str>) -> Result<Page<T>, Error>,
) -> Result<Vec<T>, Error> {
    let mut items = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let page = fetch(cursor.as_deref()).await?;
        items.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_list_is_read_to_its_last_page() {
        let items = all(async |cursor| {
            let (items, next) =
                if cursor.is_none() { (vec![1, 2], Some("2")) } else { (vec![3], None) };
            Ok(Page { items, next_cursor: next.map(str::to_owned) })
        });
        assert_eq!(items.await.unwrap(), [1, 2, 3]);
    }
}
