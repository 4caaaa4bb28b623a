//! What is seen of a running sale: by asking, and by listening.

mod line_status;
mod listening;
mod live_view;
mod pictures;
mod push;
mod ranking;

pub(super) use self::line_status::within;
pub use self::line_status::{LineState, LineStatus};
pub(super) use self::listening::Listeners;
pub use self::listening::{LISTENERS_MAX, LineEvent, LineListener, SeatEvent, SeatListener};
pub(super) use self::live_view::LiveView;
pub(super) use self::pictures::Known as KnownPictures;
pub use self::push::{SeatChanges, StatusFrame};
pub use self::ranking::RankingView;
pub(super) use self::ranking::Rankings;
