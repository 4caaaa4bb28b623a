use std::collections::{BTreeMap, HashMap, HashSet};

use async_trait::async_trait;
use parking_lot::Mutex;
use uuid::Uuid;

use super::{Account, Accounts, Credentials, RefreshToken, Role, Rotation};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::AccountId;

/// Accounts in memory.
#[derive(Default)]
pub(crate) struct MemoryAccounts(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    accounts: BTreeMap<AccountId, Credentials>,
    by_email: HashMap<String, AccountId>,
    nicknames: HashSet<String>,
    tokens: HashMap<[u8; 32], (RefreshToken, bool)>,
}

impl Tables {
    fn insert(&mut self, added: Credentials) {
        let Account { id, email, nickname, .. } = &added.account;
        self.by_email.insert(email.to_lowercase(), *id);
        self.nicknames.insert(nickname.clone());
        self.accounts.insert(*id, added);
    }
}

#[async_trait]
impl Accounts for MemoryAccounts {
    async fn add(&self, added: Credentials) -> Result<()> {
        let mut tables = self.0.lock();
        if tables.by_email.contains_key(&added.account.email.to_lowercase()) {
            return Err(Error::conflict("this e-mail address has an account"));
        }
        if tables.nicknames.contains(&added.account.nickname) {
            return Err(Error::conflict("this nickname is taken"));
        }
        tables.insert(added);
        Ok(())
    }

    async fn add_synthetic(&self, accounts: Vec<Account>) -> Result<()> {
        let mut tables = self.0.lock();
        for account in accounts {
            tables.insert(Credentials { account, password_hash: None });
        }
        Ok(())
    }

    async fn remove_synthetic(&self, keep: Vec<AccountId>) -> Result<u64> {
        let keep: HashSet<AccountId> = keep.into_iter().collect();
        let mut tables = self.0.lock();
        let gone: Vec<Account> = tables
            .accounts
            .values()
            .map(|held| &held.account)
            .filter(|account| account.synthetic && !keep.contains(&account.id))
            .cloned()
            .collect();
        for account in &gone {
            tables.accounts.remove(&account.id);
            tables.by_email.remove(&account.email.to_lowercase());
            tables.nicknames.remove(&account.nickname);
        }
        Ok(gone.len() as u64)
    }

    async fn by_email(&self, email: &str) -> Result<Option<Credentials>> {
        let tables = self.0.lock();
        let id = tables.by_email.get(&email.to_lowercase());
        Ok(id.and_then(|id| tables.accounts.get(id)).cloned())
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        Ok(self.0.lock().accounts.get(&id).map(|held| held.account.clone()))
    }

    async fn set_role(&self, id: AccountId, role: Role) -> Result<Option<Account>> {
        let mut tables = self.0.lock();
        let Some(held) = tables.accounts.get_mut(&id) else { return Ok(None) };
        held.account.role = role;
        Ok(Some(held.account.clone()))
    }

    async fn begin_session(&self, token: RefreshToken) -> Result<()> {
        self.0.lock().tokens.insert(token.hash, (token, false));
        Ok(())
    }

    async fn rotate(
        &self,
        old: [u8; 32],
        new_hash: [u8; 32],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Rotation> {
        let mut tables = self.0.lock();
        let Some((token, used)) = tables.tokens.get_mut(&old) else {
            return Ok(Rotation::Refused);
        };
        let RefreshToken { session, account, .. } = *token;
        if *used {
            tables.tokens.retain(|_, (token, _)| token.session != session);
            return Ok(Rotation::Refused);
        }
        if !now.is_before(token.expires_at) {
            return Ok(Rotation::Refused);
        }
        *used = true;
        let next = RefreshToken { hash: new_hash, session, account, expires_at };
        tables.tokens.insert(new_hash, (next, false));
        Ok(Rotation::Rotated { account, session })
    }

    async fn end_session(&self, session: Uuid) -> Result<()> {
        self.0.lock().tokens.retain(|_, (token, _)| token.session != session);
        Ok(())
    }
}
