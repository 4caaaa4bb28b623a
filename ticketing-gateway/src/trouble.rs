//! What goes wrong with one call on its way, whatever it asks for.

use jiff::SignedDuration;

use crate::Fault;
use crate::faults::Mischief;

/// The troubles of one call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trouble {
    pub(crate) end: End,
    /// It takes so long.
    pub(crate) takes: SignedDuration,
}

/// What becomes of a call and its caller.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum End {
    /// It is answered.
    #[default]
    Answered,
    /// The caller is told that the first call with the key still runs, if there is a key.
    Outstanding,
    /// It never arrives.
    NeverArrives,
    /// The caller is told of an error while it still runs.
    HungUp,
    /// The caller is told of an error when it is done.
    ReplyLost,
}

impl Trouble {
    pub(crate) fn draw(mischief: &mut Mischief) -> Self {
        let ends = [
            (Fault::ErrorBefore, End::NeverArrives),
            (Fault::Outstanding, End::Outstanding),
            (Fault::ErrorAtOnce, End::HungUp),
            (Fault::ReplyLost, End::ReplyLost),
        ];
        let end = ends.into_iter().find(|(fault, _)| mischief.strikes(*fault));
        let end = end.map_or(End::Answered, |(_, end)| end);
        let takes_time = mischief.strikes(Fault::Slow) || end == End::HungUp;
        let takes = if takes_time { mischief.delay() } else { SignedDuration::ZERO };
        Self { end, takes }
    }
}
