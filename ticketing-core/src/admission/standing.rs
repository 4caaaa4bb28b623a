use super::place::Place;
use crate::clock::Timestamp;

/// Where a place stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// In the line before its opening: the draw will give it a rank.
    PreQueued,
    /// In the line.
    Waiting,
    /// A turn that has not been claimed: the place may come in now.
    Ready,
    /// Inside, with a pass.
    Admitted,
    /// The turn was not claimed in time.
    Lapsed,
    /// Bought, and out.
    Done,
    /// Left by its own wish, or given up for a newer place.
    Left,
    /// The pass ran out.
    Expired,
    /// Taken away by the organizer.
    Revoked,
    /// No seat for sale is free, held or reserved: on standby, in case one comes back.
    SoldOut,
}

impl State {
    /// The word on the wire. A turn that was not claimed yet shows as waiting.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreQueued => "pre_queued",
            Self::Waiting | Self::Ready => "waiting",
            Self::Admitted => "admitted",
            Self::Lapsed => "lapsed",
            Self::Done => "done",
            Self::Left => "left",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::SoldOut => "sold_out",
        }
    }

    /// The one letter by which the store remembers how a place ended.
    #[cfg(feature = "services")]
    pub(super) fn from_letter(letter: &str) -> Option<Self> {
        Some(match letter {
            "P" => Self::PreQueued,
            "W" => Self::Waiting,
            "R" => Self::Ready,
            "A" => Self::Admitted,
            "L" => Self::Lapsed,
            "D" => Self::Done,
            "Q" => Self::Left,
            "E" => Self::Expired,
            "V" => Self::Revoked,
            _ => return None,
        })
    }
}

/// What the line says of one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) place: Place,
    pub(crate) state: State,
    /// The lease's end, once admitted.
    pub(crate) pass_expires_at: Option<Timestamp>,
    pub(crate) watermark: Watermark,
}

/// How far the line has come: all that someone far back needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Watermark {
    pub(crate) epoch: u32,
    /// The highest rank given a turn or passed over.
    pub(crate) head: u64,
    /// The highest number given out.
    pub(crate) last: u64,
    pub(crate) admitted_total: u64,
    pub(crate) inside: u32,
    /// How many joined before the opening, once that is fixed.
    pub(crate) places: Option<u64>,
    /// Ranks count.
    pub(crate) opened: bool,
    /// The newest run of numbers that were never given out: its first number, and its last.
    pub(crate) gap: Option<(u64, u64)>,
}

/// What an organizer sees of the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineReport {
    /// The capacity now.
    pub capacity: u32,
    /// Ready and admitted.
    pub inside: u32,
    /// The most that were ever inside at once.
    pub max_inside: u32,
    /// Turns that wait to be claimed.
    pub ready: u32,
    /// Numbers behind the head.
    pub waiting: u64,
    /// Passes given.
    pub admitted_total: u64,
    /// Turns not claimed in time.
    pub lapsed_total: u64,
    /// Passes that ran out.
    pub expired_total: u64,
    /// Places left.
    pub left_total: u64,
}
