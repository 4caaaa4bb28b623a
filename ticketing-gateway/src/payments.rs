//! The ledger replayed: every payment, what moved money, and what happens next by itself.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::entry::{Entry, Fact};
use crate::payment::{self, Impossible, Payment};
use crate::refusal::Refusal;

/// All payments of one gateway.
#[derive(Debug, Default)]
pub(crate) struct Payments {
    by_id: HashMap<String, Payment>,
    /// In the order in which they were registered; a cursor is a place in it.
    registered: Vec<String>,
    /// Captures and cancels, oldest first.
    money: Vec<Entry>,
    /// What has something before it, the next first.
    due: BTreeSet<(Timestamp, String)>,
    last_entry: u64,
}

impl Payments {
    pub(crate) fn get(&self, id: &str) -> Result<&Payment, Refusal> {
        self.find(id).ok_or(Refusal::PaymentNotFound)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Payment> {
        self.by_id.get(id)
    }

    /// The number of the last entry.
    pub(crate) fn last_entry(&self) -> u64 {
        self.last_entry
    }

    /// Payments in the order of their registration from a place in it, each with the place after it.
    pub(crate) fn registered_from(&self, place: usize) -> impl Iterator<Item = (usize, &Payment)> {
        let ids = self.registered.iter().enumerate().skip(place);
        ids.filter_map(|(place, id)| Some((place + 1, self.by_id.get(id)?)))
    }

    /// Captures and cancels from after one entry through another, oldest first.
    pub(crate) fn money_between(&self, after: u64, through: u64) -> &[Entry] {
        let start = self.money.partition_point(|entry| entry.number <= after);
        let end = self.money.partition_point(|entry| entry.number <= through).max(start);
        &self.money[start..end]
    }

    /// A payment to which something happens by itself by now, and what.
    pub(crate) fn next_by_itself(&self, now: Timestamp) -> Option<(&Payment, Fact)> {
        let (at, id) = self.due.first()?;
        let payment = self.by_id.get(id).filter(|_| *at <= now)?;
        payment.by_itself().map(|(_, fact)| (payment, fact))
    }

    pub(crate) fn apply(&mut self, entry: &Entry) -> Result<&Payment, Impossible> {
        let id = &entry.payment_id;
        let before = self.by_id.get(id);
        let due_before = before.and_then(Payment::by_itself);
        let is_new = before.is_none();
        let payment = payment::apply(before.cloned(), entry)?;
        if let Some((at, _)) = due_before {
            self.due.remove(&(at, id.clone()));
        }
        if let Some((at, _)) = payment.by_itself() {
            self.due.insert((at, id.clone()));
        }
        if is_new {
            self.registered.push(id.clone());
        }
        if entry.fact.moves_money() {
            self.money.push(entry.clone());
        }
        self.last_entry = entry.number;
        self.by_id.insert(id.clone(), payment);
        Ok(&self.by_id[id])
    }
}
