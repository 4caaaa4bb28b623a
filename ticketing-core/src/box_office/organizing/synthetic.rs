//! Buyers for load tests.

use crate::accounts::{Account, Caller, Role};
use crate::box_office::BoxOffice;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::AccountId;

/// The most synthetic buyers of one request.
const SYNTHETIC_BUYERS_MAX: u32 = 10_000;

/// An account made for a load test, signed in.
#[derive(Clone, Debug)]
pub struct SyntheticBuyer {
    /// Its id.
    pub account_id: AccountId,
    /// Its access token.
    pub access_token: String,
}

impl BoxOffice {
    /// Accounts without a password, signed in, for load tests; for administrators.
    pub async fn add_synthetic_buyers(
        &self,
        caller: &Caller,
        count: u32,
    ) -> Result<Vec<SyntheticBuyer>> {
        self.administrator(caller).await?;
        if !(1..=SYNTHETIC_BUYERS_MAX).contains(&count) {
            return Err(Error::field("count", "from 1 to 10,000"));
        }
        let now = self.now();
        let accounts: Vec<Account> = (0..count).map(|_| self.synthetic_account(now)).collect();
        let buyers = accounts
            .iter()
            .map(|account| {
                let access_token = self.synthetic_token(account.id, now)?;
                Ok(SyntheticBuyer { account_id: account.id, access_token })
            })
            .collect::<Result<_>>()?;
        self.backend().accounts.add_synthetic(accounts).await?;
        Ok(buyers)
    }

    /// Removes the synthetic buyers that have no orders; for administrators.
    pub async fn remove_synthetic_buyers(&self, caller: &Caller) -> Result<u64> {
        self.administrator(caller).await?;
        let keep = self.backend().orders.selling.accounts_with_orders().await?;
        self.backend().accounts.remove_synthetic(keep).await
    }

    fn synthetic_account(&self, now: Timestamp) -> Account {
        let id: AccountId = self.0.randomness.id(now);
        Account {
            id,
            email: format!("{id}@synthetic.invalid"),
            name: "Synthetic buyer".into(),
            nickname: format!("synthetic-{id}"),
            birthdate: None,
            role: Role::Buyer,
            synthetic: true,
            created_at: now,
        }
    }
}
