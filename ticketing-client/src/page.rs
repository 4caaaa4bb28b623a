//! Lists come in pages.

use ticketing_wire::Page;

use crate::Error;

/// Pages that [`all`] follows before it takes the list for endless.
const MAX_PAGES: usize = 10_000;

/// Every entry of a list: fetches page after page, given the cursor where each begins.
pub async fn all<T>(
    fetch: impl AsyncFn(Option<String>) -> Result<Page<T>, Error>,
) -> Result<Vec<T>, Error> {
    let mut items = Vec::new();
    let mut cursor = None;
    for _ in 0..MAX_PAGES {
        let page = fetch(cursor).await?;
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
