//! What people who were there say about a production: reviews, likes, and what they add up to.

mod contract;
mod first_page;
mod listing;
pub(crate) mod memory;
#[cfg(feature = "services")]
pub(crate) mod postgres;
#[cfg(feature = "services")]
pub(crate) mod redis;
mod review;
mod rules;
#[cfg(feature = "services")]
mod stored_page;
mod written;

pub use self::contract::{Likes, RatingDifference, Report};
pub(crate) use self::contract::{Recount, Reviews, Revised, Rule};
pub(crate) use self::first_page::{FIRST_PAGE, FIRST_PAGES_KEPT_MS, FirstPage};
pub use self::listing::{Rating, ReviewListing, ReviewSort, SEARCH_MAX, SEARCH_MIN};
pub use self::review::{Reply, Review, Ruling, Standing};
pub(crate) use self::rules::{
    Becoming, becoming, delete, edit, hide, mark, object, remove, reply, restore, show_again,
};
pub use self::rules::{HIDDEN_DAYS_MAX, RATING_MAX};
pub(crate) use self::written::reason;
pub use self::written::{CONTENT_MAX, NewReview, REASON_MAX, ReviewChange, TITLE_MAX};
