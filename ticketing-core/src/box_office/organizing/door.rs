//! The door.

use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::catalog::{Entry, Sale};
use crate::clock::Timestamp;
use crate::error::{Error, FieldErrors, Result};
use crate::id::{PerformanceId, ScanId};
use crate::orders::{
    Annulled, CheckIn, Conflict, Direction, EntryRules, Judged, NewScan, Scan, ScanList, Scanned,
    Ticket,
};
use crate::page::{Page, Paged};
use crate::text::{Code, OneLine};

/// The longest name of a device, a gate or a scan, and the longest reason.
const NAME_MAX: usize = 64;
const REASON_MAX: usize = 255;
/// The most scans of one upload.
pub const UPLOADS_MAX: usize = 500;

/// What a scanner says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scanning {
    /// What it read.
    pub code: String,
    /// Which device it is; the same everywhere, as long as it is the same device.
    pub device: Option<String>,
    /// Where it stands.
    pub gate: Option<String>,
    /// Which way the bearer goes.
    pub direction: Direction,
    /// Chosen by the device, one per scan: a repeat is the same scan. Without one every call is a scan of
    /// its own.
    pub nonce: Option<String>,
}

impl From<&str> for Scanning {
    fn from(code: &str) -> Self {
        Self { code: code.to_owned(), ..Self::default() }
    }
}

impl From<&String> for Scanning {
    fn from(code: &String) -> Self {
        Self::from(code.as_str())
    }
}

/// What the door answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedIn {
    /// May the bearer pass?
    pub verdict: CheckIn,
    /// The scan, where it is of one of the tickets here.
    pub scan: Option<Scan>,
    /// What people call the seat.
    pub label: Option<String>,
    /// The category of the seat.
    pub category: Option<String>,
    /// Whoever came in first with the ticket, where the bearer may not.
    pub first: Option<Scan>,
}

/// What a device without a connection needs to work a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorList {
    /// How often a ticket lets its bearer in.
    pub entry: Entry,
    /// What ticket codes verify with: Ed25519 public keys, in the order in which a device tries them.
    pub keys: Vec<[u8; 32]>,
    /// The tickets that are good, by seat: what people call the seat, and whether somebody came in.
    pub tickets: Paged<(Ticket, String, bool)>,
    /// When it was so.
    pub made_at: Timestamp,
}

impl BoxOffice {
    /// Whether the bearer of a ticket may pass. A ticket is good for one person, as often as the
    /// performance's policy says.
    pub async fn check_in(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        scanning: impl Into<Scanning> + Send,
    ) -> Result<CheckedIn> {
        let sale = self.owned_sale(caller, performance).await?;
        let now = self.now();
        let new = self.new_scan(performance, &scanning.into(), None, now)?;
        if let Err(conflict) = new.code {
            return Ok(CheckedIn::refused(conflict));
        }
        let rules = self.entry_rules(&sale).await?;
        let judged = self.backend().orders.door.enter(&new, &rules).await?;
        let Some(Judged { scan, first, .. }) = judged else {
            return Ok(CheckedIn::refused(Conflict::Void));
        };
        let first = first.filter(|_| scan.verdict == CheckIn::AlreadyUsed);
        Ok(CheckedIn::of(&sale, scan, first))
    }

    /// Whom devices without a connection let pass, and when. Each is written down, whatever the ticket
    /// was; what does not agree is a conflict, which staff sees. In any order, any number of times.
    pub async fn upload_scans(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        scans: &[(Scanning, Timestamp)],
    ) -> Result<Vec<CheckedIn>> {
        let sale = self.owned_sale(caller, performance).await?;
        if scans.len() > UPLOADS_MAX {
            return Err(Error::field("items", format!("at most {UPLOADS_MAX}")));
        }
        let now = self.now();
        let new = |(place, (scanning, at)): (usize, &(Scanning, Timestamp))| {
            self.new_scan(performance, scanning, Some((place, *at)), now)
        };
        // All are looked at before any is written down.
        let new = scans.iter().enumerate().map(new).collect::<Result<Vec<NewScan>>>()?;
        let rules = self.entry_rules(&sale).await?;
        let mut answers = Vec::with_capacity(new.len());
        for new in &new {
            let judged = self.backend().orders.door.enter(new, &rules).await?;
            let judged = judged.ok_or_else(|| Error::internal("an upload is always kept"))?;
            answers.push(CheckedIn::of(&sale, judged.scan, judged.first));
        }
        Ok(answers)
    }

    /// Takes a scan back, as if nobody had passed: it was a mistake. Once; a repeat changes nothing.
    pub async fn annul_scan(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        scan: ScanId,
        reason: &str,
    ) -> Result<CheckedIn> {
        let sale = self.owned_sale(caller, performance).await?;
        let reason = OneLine::new(reason, 1..=REASON_MAX);
        let reason = reason.map_err(|flaw| Error::field("reason", flaw.to_string()))?;
        let annulled = Annulled { at: self.now(), reason, by: caller.account() };
        let rules = self.entry_rules(&sale).await?;
        let door = &self.backend().orders.door;
        let judged = door.annul(performance, scan, &annulled, &rules).await?;
        let judged = judged.ok_or(Error::NotFound("scan"))?;
        Ok(CheckedIn::of(&sale, judged.scan, None))
    }

    /// What was scanned at a performance's doors, in the order in which it was written down.
    pub async fn scans(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        list: ScanList,
        page: Page,
    ) -> Result<Paged<CheckedIn>> {
        let sale = self.owned_sale(caller, performance).await?;
        let scans = self.backend().orders.door.scans(performance, list, page).await?;
        Ok(scans.map(|scan| CheckedIn::of(&sale, scan, None)))
    }

    /// What a device takes along that has to work a door without a connection.
    pub async fn door_list(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        page: Page,
    ) -> Result<DoorList> {
        let sale = self.owned_sale(caller, performance).await?;
        let made_at = self.now();
        let good = self.backend().orders.door.good(performance, page).await?;
        let tickets = good.map(|(ticket, is_used)| {
            let label = sale.map.label(ticket.seat).unwrap_or_default();
            (ticket, label, is_used)
        });
        let keys = self.ticket_verifier().public_keys();
        Ok(DoorList { entry: sale.policy().entry, keys, tickets, made_at })
    }

    async fn entry_rules(&self, sale: &Sale) -> Result<EntryRules> {
        let details = &sale.performance.details;
        let venue = self.venue(details.venue_id).await?;
        EntryRules::new(details, &venue.time_zone, self.0.guards)
    }

    /// What was said, checked. An upload has its place among others, and its own time.
    fn new_scan(
        &self,
        performance: PerformanceId,
        said: &Scanning,
        upload: Option<(usize, Timestamp)>,
        now: Timestamp,
    ) -> Result<NewScan> {
        let field = |name: &str| match upload {
            Some((place, _)) => format!("items[{place}].{name}"),
            None => name.to_owned(),
        };
        let mut errors = FieldErrors::default();
        let named = |text: &Option<String>, name: &str, errors: &mut FieldErrors| {
            let text = text.as_deref()?;
            errors.text(&field(name), OneLine::new(text, 1..=NAME_MAX))
        };
        let code = errors.text(&field("code"), Code::new(&said.code));
        let device = named(&said.device, "device", &mut errors);
        let gate = named(&said.gate, "gate", &mut errors);
        let nonce = named(&said.nonce, "nonce", &mut errors);
        // A nonce says nothing without the device that chose it.
        let is_named = said.device.is_some() || (upload.is_none() && said.nonce.is_none());
        errors.require(is_named, &field("device"), "which device it is: it chose the nonce");
        let is_one = upload.is_none() || said.nonce.is_some();
        errors.require(is_one, &field("nonce"), "one per scan, chosen by the device");
        errors.finish()?;
        let code = code.ok_or_else(|| Error::internal("a code without a flaw is there"))?;
        let scanned = self.ticket_verifier().scan(performance, code.as_str());
        let device = device.unwrap_or_else(|| OneLine::from_store(""));
        let id = match &nonce {
            Some(nonce) => Scan::id_of(performance, device.as_str(), nonce.as_str(), code.as_str()),
            None => self.0.randomness.id(now),
        };
        Ok(NewScan {
            id,
            performance,
            code: match scanned {
                Scanned::Signed(code) => Ok(code),
                Scanned::WrongPerformance => Err(Conflict::WrongPerformance),
                Scanned::Forged => Err(Conflict::Forged),
            },
            device,
            gate,
            direction: said.direction,
            at: upload.map_or(now, |(_, at)| at),
            recorded_at: now,
            is_upload: upload.is_some(),
        })
    }
}

impl CheckedIn {
    /// Nothing that is known here.
    fn refused(conflict: Conflict) -> Self {
        let verdict = match conflict {
            Conflict::Duplicate => CheckIn::AlreadyUsed,
            Conflict::Void => CheckIn::Void,
            Conflict::WrongPerformance => CheckIn::WrongPerformance,
            Conflict::Forged => CheckIn::Forged,
        };
        Self { verdict, scan: None, label: None, category: None, first: None }
    }

    fn of(sale: &Sale, scan: Scan, first: Option<Scan>) -> Self {
        let map = &sale.map;
        let category = scan.seat.and_then(|seat| map.category_of(seat));
        Self {
            verdict: scan.verdict,
            label: scan.seat.and_then(|seat| map.label(seat)),
            category: category.and_then(|at| map.categories.get(usize::from(at)).cloned()),
            first,
            scan: Some(scan),
        }
    }
}
