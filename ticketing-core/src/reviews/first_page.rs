//! The first page of a production's reviews, as everybody sees it.

use super::{Rating, Review, ReviewSort};
use crate::page::{Page, Paged};

/// How many reviews a first page has, and one more, which says that others follow.
pub(crate) const FIRST_PAGE: u32 = crate::page::PAGE_DEFAULT + 1;

/// How long servers share a version of them. Also how long they remember that older ones are not good:
/// longer than anybody takes who read an older one from the books and has not said so yet.
pub(crate) const FIRST_PAGES_KEPT_MS: i64 = 60_000;

/// The first reviews of a production in one order, and what all of them add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FirstPage {
    /// Of what lists of the production show: what is here is at least as new.
    pub(crate) version: i64,
    pub(crate) rating: Rating,
    /// With what their authors are called; nothing of one who is gone.
    pub(crate) items: Vec<(Review, Option<String>)>,
    /// Others follow, whether or not all that were read could be shown.
    pub(crate) more: bool,
}

impl FirstPage {
    /// What of it a page shows.
    pub(crate) fn cut(&self, sort: ReviewSort, page: Page) -> Paged<(Review, Option<String>)> {
        let position = |item: &&(Review, Option<String>)| sort.position(&item.0);
        let mut cut = page.cut(self.items.iter(), position, |item| Some(item.clone()));
        if self.more && cut.next.is_none() {
            cut.next = cut.items.last().map(|item| sort.position(&item.0));
        }
        cut
    }
}
