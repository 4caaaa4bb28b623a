//! The questions about a place, summed up.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use ticketing_wire::line::PlaceState;

/// One question about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// When the server had said to ask.
    pub due: Duration,
    /// When the question was written to the socket, the first time if it was repeated.
    pub written: Duration,
    /// When the answer, or the news that there is none, arrived.
    pub answered: Duration,
    /// The answer; `None` where there was none.
    pub state: Option<PlaceState>,
    /// True where it broke at least once.
    pub broke: bool,
}

/// The questions about a place, summed up while they are asked: one that asks for an hour takes
/// no more room than one that asks twice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Asked {
    /// Runs of punctual questions, oldest first.
    pub runs: Vec<Run>,
    /// Runs that were forgotten for want of room; the oldest are.
    pub forgotten: u32,
    /// When the last question was sent that was answered with "wait".
    pub waited_until: Option<Duration>,
    /// True once it was told that the place has ended by its buyer's own doing, but not by leaving.
    pub ended: bool,
    /// True once it was told that the place was left.
    pub left: bool,
    /// How many there were.
    pub questions: u64,
    #[serde(skip)]
    running: bool,
}

/// Punctual questions without one between them that was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// True where no question came before it.
    pub first: bool,
    /// When its first question was sent.
    pub began: Duration,
    /// When its last one was sent that was answered with "wait".
    pub waited_until: Option<Duration>,
}

/// How late a question may be sent, and how late answered, to be punctual.
const PUNCTUAL: Duration = Duration::from_millis(500);

/// A run that waited no longer shows nothing: twice what an admission may be known later.
const SAYS_NOTHING: Duration = Duration::from_secs(4);

/// Runs that are kept of one place.
const RUNS_MAX: usize = 32;

impl Asked {
    /// Takes one more question.
    pub fn add(&mut self, poll: &Poll) {
        let first = self.questions == 0;
        self.questions += 1;
        let waits = poll.state == Some(PlaceState::Waiting);
        if waits {
            self.waited_until = self.waited_until.max(Some(poll.written));
        }
        match poll.state {
            Some(PlaceState::Lapsed | PlaceState::Expired | PlaceState::Done) => self.ended = true,
            Some(PlaceState::Left) => self.left = true,
            _ => {}
        }
        if !poll.is_punctual() {
            self.running = false;
            return;
        }
        if !std::mem::replace(&mut self.running, true) {
            if self.runs.len() == RUNS_MAX {
                self.forget_one();
            }
            self.runs.push(Run { first, began: poll.written, waited_until: None });
        }
        if let Some(run) = self.runs.last_mut().filter(|_| waits) {
            run.waited_until = Some(poll.written);
        }
    }
}

impl Asked {
    /// Makes room. The first run says most and stays; a run too short to show that its place was
    /// passed over says nothing and goes first.
    fn forget_one(&mut self) {
        let says_little = |run: &Run| {
            !run.first && run.waited_until.is_none_or(|until| until <= run.began + SAYS_NOTHING)
        };
        if let Some(at) = self.runs.iter().position(says_little) {
            self.runs.remove(at);
            return;
        }
        self.runs.remove(1);
        self.forgotten += 1;
    }
}

impl Poll {
    /// True where it was sent when it was due and answered soon: the server knew in time that the
    /// place was asked for.
    fn is_punctual(&self) -> bool {
        !self.broke
            && self.state.is_some()
            && self.written <= self.due + PUNCTUAL
            && self.answered <= self.written + PUNCTUAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(second: u64, state: PlaceState) -> Poll {
        let at = Duration::from_secs(second);
        Poll { due: at, written: at, answered: at, state: Some(state), broke: false }
    }

    #[test]
    fn an_hour_of_questions_takes_no_more_room_than_one() {
        let mut asked = Asked::default();
        for second in 0..3_600 {
            asked.add(&poll(second, PlaceState::Waiting));
        }
        let waited_until = Some(Duration::from_secs(3_599));
        assert_eq!(asked.runs, [Run { first: true, began: Duration::ZERO, waited_until }]);
        assert_eq!(asked.waited_until, waited_until);
    }

    #[test]
    fn a_question_that_was_late_or_broke_ends_a_run() {
        let spoilt: [fn(&mut Poll); 4] = [
            |poll| poll.broke = true,
            |poll| poll.state = None,
            |poll| poll.written += Duration::from_millis(600),
            |poll| poll.answered += Duration::from_millis(600),
        ];
        for spoil in spoilt {
            let mut asked = Asked::default();
            for second in 0..5 {
                let mut poll = poll(second, PlaceState::Waiting);
                if second == 2 {
                    spoil(&mut poll);
                }
                asked.add(&poll);
            }
            let runs: Vec<_> =
                asked.runs.iter().map(|run| (run.first, run.began.as_secs())).collect();
            assert_eq!(runs, [(true, 0), (false, 3)]);
        }
    }

    #[test]
    fn runs_that_say_nothing_are_forgotten_first_and_the_others_are_counted() {
        let with_a_break_every = |seconds: u64| {
            let mut asked = Asked::default();
            for second in 0..600 {
                let broke = second % seconds == seconds - 1;
                asked.add(&Poll { broke, ..poll(second, PlaceState::Waiting) });
            }
            asked
        };
        let short = with_a_break_every(2);
        assert_eq!((short.runs.len(), short.forgotten), (RUNS_MAX, 0));
        let long = with_a_break_every(10);
        assert_eq!((long.runs.len(), long.forgotten), (RUNS_MAX, 28));
        for asked in [short, long] {
            assert!(asked.runs[0].first, "the first run stays");
            assert!(asked.runs.last().unwrap().began >= Duration::from_secs(590));
        }
    }

    #[test]
    fn what_a_place_was_told_at_last_stays_known() {
        let mut asked = Asked::default();
        asked.add(&poll(0, PlaceState::Lapsed));
        asked.add(&poll(1, PlaceState::Left));
        asked.add(&poll(2, PlaceState::Waiting));
        assert!(asked.ended && asked.left);
    }
}
