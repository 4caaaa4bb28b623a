//! Who near the head asked lately, in the order of ranks.

use std::collections::{BTreeMap, HashMap};

use super::terms::PRESENT_MS;
use crate::clock::Timestamp;
use crate::id::AccountId;

/// One who asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) number: u64,
    pub(super) account: AccountId,
    pub(super) rank: u64,
    at: Timestamp,
}

impl Asked {
    pub(super) fn is_present(&self, now: Timestamp) -> bool {
        now.as_millis() - self.at.as_millis() <= PRESENT_MS
    }
}

#[derive(Default)]
pub(super) struct Presence {
    by_rank: BTreeMap<u64, Asked>,
    ranks: HashMap<u64, u64>,
}

impl Presence {
    pub(super) fn mark(&mut self, number: u64, account: AccountId, rank: u64, at: Timestamp) {
        self.ranks.insert(number, rank);
        self.by_rank.insert(rank, Asked { number, account, rank, at });
    }

    pub(super) fn forget(&mut self, number: u64) {
        if let Some(rank) = self.ranks.remove(&number) {
            self.by_rank.remove(&rank);
        }
    }

    /// Takes out the smallest rank up to `reach`, present or not.
    pub(super) fn take_first(&mut self, reach: u64) -> Option<Asked> {
        let first = *self.by_rank.range(..=reach).next()?.1;
        self.forget(first.number);
        Some(first)
    }
}
