//! What happens at the door: who came in with which ticket, when, and what the door said.

use crate::clock::Timestamp;
use crate::id::{AccountId, PerformanceId, ScanId, TicketId};
use crate::orders::TicketCode;
use crate::orders::attention::derived;
use crate::text::OneLine;

/// What the door says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckIn {
    /// Come in; the ticket is used now.
    Admitted,
    /// Somebody came in with it.
    AlreadyUsed,
    /// Its order was refunded or is not known, or its code was replaced.
    Void,
    /// A ticket for something else.
    WrongPerformance,
    /// Not a ticket of ours.
    Forged,
    /// Gone out.
    Exited,
    /// Nobody is inside with it.
    NotInside,
}

impl CheckIn {
    /// Everything that the door says.
    pub const ALL: [Self; 7] = [
        Self::Admitted,
        Self::AlreadyUsed,
        Self::Void,
        Self::WrongPerformance,
        Self::Forged,
        Self::Exited,
        Self::NotInside,
    ];

    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::AlreadyUsed => "already_used",
            Self::Void => "void",
            Self::WrongPerformance => "wrong_performance",
            Self::Forged => "forged",
            Self::Exited => "exited",
            Self::NotInside => "not_inside",
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// Which way somebody goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// In.
    #[default]
    In,
    /// Out.
    Out,
}

impl Direction {
    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }

    /// What is said to somebody who passes.
    pub(super) const fn passed(self) -> CheckIn {
        match self {
            Self::In => CheckIn::Admitted,
            Self::Out => CheckIn::Exited,
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::In, Self::Out].into_iter().find(|direction| direction.name() == name)
    }
}

/// Why staff has to look at somebody who was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// Somebody had come in with the ticket before.
    Duplicate,
    /// The ticket had been given back, or its code replaced.
    Void,
    /// A ticket for something else.
    WrongPerformance,
    /// Not a ticket of ours.
    Forged,
}

impl Conflict {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Duplicate, Self::Void, Self::WrongPerformance, Self::Forged];

    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Void => "void",
            Self::WrongPerformance => "wrong_performance",
            Self::Forged => "forged",
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|conflict| conflict.name() == name)
    }
}

/// A scan that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annulled {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: OneLine,
    /// By whom.
    pub by: AccountId,
}

/// A ticket at a door, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Follows from performance, device, nonce and code: a repeat is the same scan.
    pub id: ScanId,
    /// Which ticket, where the code was one of ours.
    pub ticket: Option<TicketId>,
    /// Its seat.
    pub seat: Option<u32>,
    /// Which device scanned.
    pub device: OneLine,
    /// Where it stood.
    pub gate: Option<OneLine>,
    /// Which way.
    pub direction: Direction,
    /// When, by the clock of whoever decided: the server's, or that of a device without a connection.
    pub at: Timestamp,
    /// When it was written down here.
    pub recorded_at: Timestamp,
    /// What the door said.
    pub verdict: CheckIn,
    /// A device without a connection decided: it is a fact, whatever the ticket was.
    pub is_upload: bool,
    /// Why staff has to look at it.
    pub conflict: Option<Conflict>,
    /// It was taken back.
    pub annulled: Option<Annulled>,
}

impl Scan {
    /// The id of a scan: the same where the same device scans the same code under the same nonce.
    pub(crate) fn id_of(
        performance: PerformanceId,
        device: &str,
        nonce: &str,
        code: &str,
    ) -> ScanId {
        let lengths = format!("scan {} {}", device.len(), nonce.len());
        derived(performance.uuid(), &format!("{lengths} {device} {nonce} {code}")).into()
    }

    /// Somebody passed, with whatever it was.
    pub(super) fn let_pass(&self) -> bool {
        matches!(self.verdict, CheckIn::Admitted | CheckIn::Exited)
    }

    /// Somebody passed with a ticket that was good then.
    fn is_passage(&self) -> bool {
        self.let_pass() && matches!(self.conflict, None | Some(Conflict::Duplicate))
    }

    /// When it happened, as far as it can have: a device's clock may be ahead. What was decided here keeps
    /// its time, which is after all that was known then.
    pub(super) fn ordered_at(&self) -> Timestamp {
        if self.is_upload { self.at.min(self.recorded_at) } else { self.at }
    }

    /// It says where the ticket stands.
    pub(super) fn counts(&self) -> bool {
        self.is_passage() && self.annulled.is_none()
    }
}

/// A scan that is to be written down.
#[derive(Clone, Debug)]
pub(crate) struct NewScan {
    pub(crate) id: ScanId,
    pub(crate) performance: PerformanceId,
    /// What the code says, or what is wrong with it.
    pub(crate) code: Result<TicketCode, Conflict>,
    pub(crate) device: OneLine,
    pub(crate) gate: Option<OneLine>,
    pub(crate) direction: Direction,
    pub(crate) at: Timestamp,
    pub(crate) recorded_at: Timestamp,
    pub(crate) is_upload: bool,
}

impl NewScan {
    /// The scan of a ticket, or of none.
    pub(crate) fn of(&self, ticket: Option<TicketId>, verdict: CheckIn) -> Scan {
        let seat = self.code.ok().filter(|_| ticket.is_some()).map(|code| code.seat);
        Scan {
            id: self.id,
            ticket,
            seat,
            device: self.device.clone(),
            gate: self.gate.clone(),
            direction: self.direction,
            at: self.at,
            recorded_at: self.recorded_at,
            verdict,
            is_upload: self.is_upload,
            conflict: None,
            annulled: None,
        }
    }

    /// What a device decided by itself about a ticket that is not good here.
    pub(crate) fn in_conflict(&self, ticket: Option<TicketId>, conflict: Conflict) -> Scan {
        Scan { conflict: Some(conflict), ..self.of(ticket, self.passed()) }
    }

    /// What a device said that let somebody pass.
    pub(crate) fn passed(&self) -> CheckIn {
        self.direction.passed()
    }
}
