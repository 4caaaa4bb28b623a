//! A first page as servers share it: of shown reviews, in JSON. What cannot be read is read anew from
//! the books.

use serde::{Deserialize, Serialize};

use super::first_page::FirstPage;
use super::{Rating, Reply, Review, Standing};
use crate::clock::Timestamp;
use crate::id::{AccountId, OrderId, PerformanceId, ProductionId, ReviewId};
use crate::text::{OneLine, Paragraphs};

/// Raised when the form changes: servers of different versions keep their pages apart.
pub(super) const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct StoredPage {
    version: i64,
    stars: u64,
    count: u64,
    items: Vec<StoredReview>,
    more: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredReview {
    id: ReviewId,
    performance: PerformanceId,
    order: OrderId,
    author: AccountId,
    nickname: Option<String>,
    rating: u8,
    title: String,
    content: String,
    likes: u64,
    refunded: bool,
    reply: Option<(String, i64)>,
    version: i64,
    created_at_ms: i64,
    edited_at_ms: Option<i64>,
}

pub(super) fn write(page: &FirstPage) -> Option<String> {
    let items = page.items.iter().map(|(review, nickname)| StoredReview {
        id: review.id,
        performance: review.performance,
        order: review.order,
        author: review.author,
        nickname: nickname.clone(),
        rating: review.rating,
        title: review.title.as_str().to_owned(),
        content: review.content.as_str().to_owned(),
        likes: review.likes,
        refunded: review.refunded,
        reply: review
            .reply
            .as_ref()
            .map(|reply| (reply.content.as_str().to_owned(), reply.at.as_millis())),
        version: review.version,
        created_at_ms: review.created_at.as_millis(),
        edited_at_ms: review.edited_at.map(Timestamp::as_millis),
    });
    let Rating { stars, count } = page.rating;
    let (version, more, items) = (page.version, page.more, items.collect());
    let stored = StoredPage { version, stars, count, items, more };
    serde_json::to_string(&stored).ok()
}

pub(super) fn read(production: ProductionId, text: &str) -> Option<FirstPage> {
    let stored: StoredPage = serde_json::from_str(text).ok()?;
    let read = |stored: StoredReview| {
        let review = Review {
            id: stored.id,
            production,
            performance: stored.performance,
            order: stored.order,
            author: stored.author,
            rating: stored.rating,
            title: OneLine::from_store(&stored.title),
            content: Paragraphs::from_store(&stored.content),
            likes: stored.likes,
            refunded: stored.refunded,
            reply: stored.reply.map(|(content, at)| Reply {
                content: Paragraphs::from_store(&content),
                at: Timestamp::from_millis(at),
            }),
            standing: Standing::Shown,
            version: stored.version,
            created_at: Timestamp::from_millis(stored.created_at_ms),
            edited_at: stored.edited_at_ms.map(Timestamp::from_millis),
        };
        (review, stored.nickname)
    };
    Some(FirstPage {
        version: stored.version,
        rating: Rating { stars: stored.stars, count: stored.count },
        items: stored.items.into_iter().map(read).collect(),
        more: stored.more,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_page_is_read_as_it_was_written() {
        let id = Uuid::from_u128(7);
        let review = Review {
            id: id.into(),
            production: id.into(),
            performance: id.into(),
            order: id.into(),
            author: id.into(),
            rating: 4,
            title: OneLine::from_store("Gut"),
            content: Paragraphs::from_store("Sehr\ngut"),
            likes: 3,
            refunded: true,
            reply: Some(Reply {
                content: Paragraphs::from_store("Danke"),
                at: Timestamp::from_millis(5),
            }),
            standing: Standing::Shown,
            version: 9,
            created_at: Timestamp::from_millis(1),
            edited_at: Some(Timestamp::from_millis(2)),
        };
        let items = vec![(review.clone(), Some("nick".to_owned())), (review, None)];
        let page =
            FirstPage { version: 12, rating: Rating { stars: 4, count: 1 }, items, more: true };
        assert_eq!(read(id.into(), &write(&page).unwrap()), Some(page));
        assert_eq!(read(id.into(), r#"{"version": 1}"#), None);
    }
}
