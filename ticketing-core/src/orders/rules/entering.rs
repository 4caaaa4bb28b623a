//! Who comes in with a ticket: decided from all of its scans, in the order of their time, so that it does
//! not matter in which order they were heard of.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::catalog::{Entry, PerformanceDetails};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::guards::Guards;
use crate::id::{ScanId, TicketId};
use crate::orders::scan::{Annulled, CheckIn, Conflict, Direction, NewScan, Scan};

/// How many scans of one ticket are kept; of what comes after them only who came in or went out is.
const SCANS_MAX: usize = 200;

/// How often a ticket lets its bearer in, and what a day is.
#[derive(Clone, Debug)]
pub(crate) struct EntryRules {
    entry: Entry,
    zone: TimeZone,
    guards: Guards,
}

impl EntryRules {
    /// Of a performance in a house of that zone.
    pub(crate) fn new(details: &PerformanceDetails, zone: &str, guards: Guards) -> Result<Self> {
        let unreadable = |error: jiff::Error| {
            Error::unreadable("venues", "time_zone", details.venue_id, error.to_string())
        };
        let zone = TimeZone::get(zone).map_err(unreadable)?;
        Ok(Self { entry: details.policy.entry, zone, guards })
    }

    fn day(&self, at: Timestamp) -> Option<Date> {
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        Some(self.zone.to_datetime(at).date())
    }
}

/// A ticket with everything that happened to it at the door.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) ticket: TicketId,
    pub(crate) scans: Vec<Scan>,
    /// As the books say, who before there were scans only wrote this.
    pub(crate) is_used: bool,
}

/// What became of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    /// The scan, as it is now.
    pub(crate) scan: Scan,
    /// Whoever came in first with the ticket.
    pub(crate) first: Option<Scan>,
    /// The scans that are new, or otherwise than before.
    pub(crate) written: Vec<Scan>,
    /// Somebody came in with the ticket; nothing where the scan says nothing of it.
    pub(crate) is_used: Option<bool>,
}

impl Judged {
    /// A scan of no ticket that is good.
    pub(crate) fn stray(scan: Scan) -> Self {
        Self { written: vec![scan.clone()], first: None, is_used: None, scan }
    }
}

/// Where a ticket stands after its scans.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    is_used: bool,
    is_inside: bool,
    entered_at: Option<Timestamp>,
    first: Option<ScanId>,
}

impl Standing {
    fn admits(&self, rules: &EntryRules, at: Timestamp) -> bool {
        let again = match rules.entry {
            Entry::Once => false,
            Entry::AgainAfterExit => !self.is_inside,
            Entry::Daily => {
                self.entered_at.is_none_or(|entered| rules.day(entered) != rules.day(at))
            }
        };
        !self.is_used || again || !rules.guards.entry()
    }
}

/// Somebody stands at the door with the ticket, or stood there where a device decided by itself. A scan
/// that is known already is what it was; but a device that did not hear our answer may have let somebody
/// pass whom we refused.
pub(crate) fn enter(known: Known, new: &NewScan, rules: &EntryRules) -> Judged {
    let before = known.scans.clone();
    let mut scans = known.scans;
    let standing = judge(&mut scans, known.is_used, rules);
    if let Some(scan) = scans.iter_mut().find(|scan| scan.id == new.id) {
        if new.is_upload && !scan.let_pass() {
            *scan = new.of(Some(known.ticket), new.passed());
        }
        return rejudged(new.id, (&before, scans), known.is_used, rules);
    }
    let verdict = match new.direction {
        _ if new.is_upload => new.passed(),
        Direction::In if standing.admits(rules, new.at) => CheckIn::Admitted,
        Direction::In => CheckIn::AlreadyUsed,
        Direction::Out if standing.is_inside => CheckIn::Exited,
        Direction::Out => CheckIn::NotInside,
    };
    let scan = new.of(Some(known.ticket), verdict);
    let is_kept = scans.len() < SCANS_MAX || scan.counts();
    if !is_kept {
        return judged(scan, (&before, scans), standing);
    }
    scans.push(scan);
    rejudged(new.id, (&before, scans), known.is_used, rules)
}

/// A scan is taken back, as if nobody had passed. Once; nothing where the ticket has no such scan.
pub(crate) fn annul(
    known: Known,
    id: ScanId,
    annulled: &Annulled,
    rules: &EntryRules,
) -> Option<Judged> {
    let before = known.scans.clone();
    let mut scans = known.scans;
    let scan = scans.iter_mut().find(|scan| scan.id == id)?;
    scan.annulled.get_or_insert_with(|| annulled.clone());
    Some(rejudged(id, (&before, scans), known.is_used, rules))
}

/// What became of a scan that is among these.
fn rejudged(
    id: ScanId,
    (before, mut scans): (&[Scan], Vec<Scan>),
    was_used: bool,
    rules: &EntryRules,
) -> Judged {
    let standing = judge(&mut scans, was_used, rules);
    let scan = scans.iter().find(|scan| scan.id == id).cloned();
    judged(scan.expect("the scan is among them"), (before, scans), standing)
}

/// Says of each scan, in the order of their time, whether somebody had come in before.
fn judge(scans: &mut [Scan], was_used: bool, rules: &EntryRules) -> Standing {
    // At the same moment whoever asked us comes first.
    scans.sort_by_key(|scan| (scan.at, scan.is_upload, scan.id));
    // Somebody came in when nothing but that was written down.
    let unrecorded = was_used && !scans.iter().any(Scan::is_entry);
    let mut standing =
        Standing { is_used: unrecorded, is_inside: unrecorded, ..Standing::default() };
    for scan in scans.iter_mut().filter(|scan| scan.counts()) {
        match scan.direction {
            Direction::Out => standing.is_inside = false,
            Direction::In if standing.admits(rules, scan.at) => {
                scan.conflict = None;
                standing.is_used = true;
                standing.is_inside = true;
                standing.entered_at = Some(scan.at);
                standing.first.get_or_insert(scan.id);
            }
            Direction::In => scan.conflict = Some(Conflict::Duplicate),
        }
    }
    standing
}

fn judged(scan: Scan, (before, after): (&[Scan], Vec<Scan>), standing: Standing) -> Judged {
    let first = after.iter().find(|one| Some(one.id) == standing.first).cloned();
    let written = after.into_iter().filter(|scan| !before.contains(scan)).collect();
    Judged { first, written, is_used: Some(standing.is_used), scan }
}
