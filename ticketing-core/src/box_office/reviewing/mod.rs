//! What people who were there do: reviews and likes, and what organizers and administrators do about
//! them.

mod front;
mod liking;
mod moderating;
mod reading;
mod writing;

pub(super) use self::front::Fronts;
pub use self::moderating::ReportedReview;
pub use self::reading::{ReviewPage, ReviewView};
