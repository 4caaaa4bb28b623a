//! A brake on joining: whoever joins over and over costs the line nothing.

use dashmap::DashMap;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::AccountId;

/// How often an account may join within one second, over all lines.
const JOINS_PER_SECOND: u32 = 20;
/// How many accounts are remembered before those of earlier seconds are forgotten.
const ACCOUNTS_MAX: usize = 200_000;

/// How often each account joined in the second it joined last.
#[derive(Default)]
pub(in crate::box_office) struct Joins(DashMap<AccountId, (i64, u32)>);

impl Joins {
    pub(in crate::box_office) fn admit(&self, account: AccountId, now: Timestamp) -> Result<()> {
        let second = now.as_millis().div_euclid(1000);
        if self.0.len() >= ACCOUNTS_MAX {
            self.0.retain(|_, (last, _)| *last == second);
        }
        let mut joined = self.0.entry(account).or_insert((second, 0));
        let (last, count) = *joined;
        *joined = if last == second { (second, count.saturating_add(1)) } else { (second, 1) };
        if joined.1 > JOINS_PER_SECOND {
            return Err(Error::TooManyRequests { retry_after_seconds: 1 });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_refused_and_a_second_later_it_is_over() {
        let (joins, account) = (Joins::default(), AccountId::from(uuid::Uuid::from_u128(1)));
        let at = Timestamp::from_millis;
        for _ in 0..JOINS_PER_SECOND {
            assert!(joins.admit(account, at(1_000)).is_ok());
        }
        assert!(joins.admit(account, at(1_999)).is_err());
        assert!(joins.admit(AccountId::from(uuid::Uuid::from_u128(2)), at(1_999)).is_ok());
        assert!(joins.admit(account, at(2_000)).is_ok());
    }
}
