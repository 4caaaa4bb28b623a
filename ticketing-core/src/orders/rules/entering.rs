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
    /// It lets somebody in, and the code that is shown is its present one.
    pub(crate) is_good: bool,
    pub(crate) scans: Vec<Scan>,
    /// As the books say: also where nothing but that was written down.
    pub(crate) is_used: bool,
}

impl Known {
    /// Somebody came in, and no scan says so: there were none yet, an older server let them in, or this
    /// one cannot read it.
    fn is_used_otherwise(&self, rules: &EntryRules) -> bool {
        self.is_used && !judge(&mut self.scans.clone(), false, rules).is_used
    }
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
    let otherwise = known.is_used_otherwise(rules);
    let before = known.scans.clone();
    let mut scans = known.scans;
    let standing = judge(&mut scans, otherwise, rules);
    if let Some(scan) = scans.iter_mut().find(|scan| scan.id == new.id) {
        if new.is_upload && !scan.let_pass() {
            scan.verdict = scan.direction.passed();
            scan.at = new.at;
            scan.is_upload = true;
            scan.conflict = (!known.is_good).then_some(Conflict::Void);
        }
        return rejudged(new.id, (&before, scans), otherwise, rules);
    }
    // What is decided here comes after all that is known, whatever the devices' clocks say.
    let latest = scans.iter().map(Scan::ordered_at).max();
    let at = match latest {
        Some(latest) if !new.is_upload => new.at.max(latest.plus_millis(1)),
        _ => new.at,
    };
    let verdict = match new.direction {
        _ if new.is_upload => new.passed(),
        Direction::In if standing.admits(rules, at) => CheckIn::Admitted,
        Direction::In => CheckIn::AlreadyUsed,
        Direction::Out if standing.is_inside => CheckIn::Exited,
        Direction::Out => CheckIn::NotInside,
    };
    let scan = Scan { at, ..new.of(Some(known.ticket), verdict) };
    let is_kept = scans.len() < SCANS_MAX || scan.counts();
    if !is_kept {
        return judged(scan, (&before, scans), standing);
    }
    scans.push(scan);
    rejudged(new.id, (&before, scans), otherwise, rules)
}

/// A scan is taken back, as if nobody had passed. Once; nothing where the ticket has no such scan.
pub(crate) fn annul(
    known: Known,
    id: ScanId,
    annulled: &Annulled,
    rules: &EntryRules,
) -> Option<Judged> {
    let otherwise = known.is_used_otherwise(rules);
    let before = known.scans.clone();
    let mut scans = known.scans;
    let scan = scans.iter_mut().find(|scan| scan.id == id)?;
    scan.annulled.get_or_insert_with(|| annulled.clone());
    Some(rejudged(id, (&before, scans), otherwise, rules))
}

/// What became of a scan that is among these.
fn rejudged(
    id: ScanId,
    (before, mut scans): (&[Scan], Vec<Scan>),
    otherwise: bool,
    rules: &EntryRules,
) -> Judged {
    let standing = judge(&mut scans, otherwise, rules);
    let scan = scans.iter().find(|scan| scan.id == id).cloned();
    judged(scan.expect("the scan is among them"), (before, scans), standing)
}

/// Says of each scan, in the order of their time, whether somebody had come in before. `otherwise`: also
/// before all of them.
fn judge(scans: &mut [Scan], otherwise: bool, rules: &EntryRules) -> Standing {
    // At the same moment whoever asked us comes first.
    scans.sort_by_key(|scan| (scan.ordered_at(), scan.is_upload, scan.id));
    let mut standing = Standing { is_used: otherwise, is_inside: otherwise, ..Standing::default() };
    for scan in scans.iter_mut().filter(|scan| scan.counts()) {
        match scan.direction {
            Direction::Out => standing.is_inside = false,
            Direction::In if standing.admits(rules, scan.ordered_at()) => {
                scan.conflict = None;
                standing.is_used = true;
                standing.is_inside = true;
                standing.entered_at = Some(scan.ordered_at());
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::text::OneLine;

    fn new(number: u128, direction: Direction, at_ms: i64) -> NewScan {
        let at = Timestamp::from_millis(at_ms);
        NewScan {
            id: Uuid::from_u128(number).into(),
            performance: Uuid::nil().into(),
            code: Err(Conflict::Void),
            device: OneLine::from_store("a scanner"),
            gate: None,
            direction,
            at,
            recorded_at: at,
            is_upload: false,
        }
    }

    #[test]
    fn what_was_decided_here_keeps_its_order_whatever_the_servers_clocks_say() {
        let rules = EntryRules {
            entry: Entry::AgainAfterExit,
            zone: TimeZone::UTC,
            guards: Guards::default(),
        };
        let ticket = Uuid::nil().into();
        let mut known = Known { ticket, is_good: true, scans: Vec::new(), is_used: false };
        // The second server's clock is forty milliseconds behind; the last ones come at one moment.
        let asked = [
            (4, Direction::In, 90, CheckIn::Admitted),
            (3, Direction::Out, 100, CheckIn::Exited),
            (2, Direction::In, 60, CheckIn::Admitted),
            (1, Direction::In, 61, CheckIn::AlreadyUsed),
            (9, Direction::Out, 200, CheckIn::Exited),
            (8, Direction::In, 200, CheckIn::Admitted),
            (7, Direction::In, 200, CheckIn::AlreadyUsed),
        ];
        for (number, direction, at_ms, verdict) in asked {
            let judged = enter(known.clone(), &new(number, direction, at_ms), &rules);
            assert_eq!((judged.scan.verdict, judged.scan.conflict), (verdict, None), "{number}");
            for scan in judged.written {
                known.scans.retain(|one| one.id != scan.id);
                known.scans.push(scan);
            }
            known.is_used = judged.is_used.unwrap_or_default();
        }
    }
}
