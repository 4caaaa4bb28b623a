//! The door: codes that are typed, pasted, or read by a scanner that types, and whether their bearers may
//! pass.

pub(crate) mod keys;
pub(crate) mod typing;
pub(crate) mod update;
pub(crate) mod view;

use std::collections::VecDeque;

use ticketing_wire::door::{CheckIn, Direction, NewScan, Verdict};
use uuid::Uuid;

use crate::field::Field;

/// The longest code.
const CODE_CHARS_MAX: usize = 2_000;
/// The longest name of a gate, and the longest reason.
const WORDS_CHARS_MAX: usize = 200;
/// How many scans are remembered.
const SCANS_MAX: usize = 200;
/// How many may wait for their answers: a door where more do has no connection.
const UNANSWERED_MAX: usize = 20;

/// One door.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) number: u64,
    pub(crate) performance: Uuid,
    pub(crate) title: String,
    /// Whose time people at this door go by.
    pub(crate) time_zone: Option<String>,
    /// What this terminal is called.
    pub(crate) device: String,
    pub(crate) gate: Option<String>,
    pub(crate) direction: Direction,
    pub(crate) code: Field,
    /// What else is typed, while something is.
    pub(crate) entry: Option<(About, Field)>,
    /// The newest first.
    pub(crate) scans: VecDeque<Scan>,
    pub(crate) counts: Counts,
}

/// What is typed beside codes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum About {
    Gate,
    /// Why this scan was a mistake.
    Reason(Uuid),
}

/// A code that was scanned here.
#[derive(Debug)]
pub(crate) struct Scan {
    /// As it was sent: sent again, it is the same scan.
    pub(crate) sent: NewScan,
    pub(crate) told: Told,
}

/// What is known of a scan.
#[derive(Debug)]
pub(crate) enum Told {
    Waits,
    /// Nobody answered; it can be sent again.
    Silence,
    /// It was not taken.
    Refused,
    Answer(Box<CheckIn>),
    /// It was taken back.
    Annulled(Box<CheckIn>),
}

/// What was let pass here, and what was not.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counts {
    pub(crate) came_in: u64,
    pub(crate) went_out: u64,
    pub(crate) refused: u64,
}

impl Scan {
    pub(crate) fn is_unanswered(&self) -> bool {
        matches!(self.told, Told::Waits | Told::Silence)
    }
}

impl Door {
    pub(crate) fn unanswered(&self) -> usize {
        self.scans.iter().filter(|scan| scan.is_unanswered()).count()
    }

    /// The newest goes first; the oldest that is answered makes room.
    fn remember(&mut self, scan: Scan) {
        self.scans.push_front(scan);
        if self.scans.len() > SCANS_MAX
            && let Some(oldest) = self.scans.iter().rposition(|scan| !scan.is_unanswered())
        {
            self.scans.remove(oldest);
        }
    }

    /// The scan that can be taken back: the newest, where it let somebody pass.
    fn annullable(&self) -> Option<Uuid> {
        match &self.scans.front()?.told {
            Told::Answer(answer) if answer.verdict.passes() => {
                answer.scan.as_ref().map(|scan| scan.id)
            }
            _ => None,
        }
    }
}

impl Counts {
    fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Admitted => self.came_in += 1,
            Verdict::Exited => self.went_out += 1,
            _ => self.refused += 1,
        }
    }

    /// It was taken back.
    fn discount(&mut self, verdict: &Verdict) {
        let counted = match verdict {
            Verdict::Admitted => &mut self.came_in,
            Verdict::Exited => &mut self.went_out,
            _ => return,
        };
        *counted = counted.saturating_sub(1);
    }
}

/// What a verdict means at a door.
trait Passes {
    fn passes(&self) -> bool;
}

impl Passes for Verdict {
    fn passes(&self) -> bool {
        matches!(self, Self::Admitted | Self::Exited)
    }
}
