use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use uuid::Uuid;

use super::{Account, Accounts, Credentials, Known, RefreshToken, Role, Rotation};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::memory::MemoryOutbox;
use crate::events::{AccountEvent, Event};
use crate::id::AccountId;

/// Accounts in memory.
pub(crate) struct MemoryAccounts {
    outbox: Arc<MemoryOutbox>,
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    accounts: BTreeMap<AccountId, Credentials>,
    /// What was made of each account last.
    versions: HashMap<AccountId, i64>,
    by_email: HashMap<String, AccountId>,
    nicknames: HashSet<String>,
    tokens: HashMap<[u8; 32], (RefreshToken, bool)>,
}

impl Tables {
    fn insert(&mut self, added: Credentials) {
        let id = added.account.id;
        self.by_email.insert(added.email_key.clone(), id);
        self.nicknames.insert(added.nickname_key.clone());
        self.accounts.insert(id, added);
    }
}

impl MemoryAccounts {
    pub(crate) fn new(outbox: Arc<MemoryOutbox>) -> Self {
        Self { outbox, tables: Mutex::default() }
    }

    fn tell(&self, tables: &mut Tables, id: AccountId, kind: AccountEvent, at: Timestamp) {
        let version = tables.versions.entry(id).or_default();
        *version += 1;
        self.outbox.append(Event {
            id: 0,
            aggregate: id.uuid(),
            version: *version,
            performance: None,
            kind: kind.into(),
            seats: 0,
            at,
        });
    }
}

#[async_trait]
impl Accounts for MemoryAccounts {
    async fn add(&self, added: Credentials) -> Result<()> {
        let mut tables = self.tables.lock();
        if tables.by_email.contains_key(&added.email_key) {
            return Err(Error::conflict("this e-mail address has an account"));
        }
        if tables.nicknames.contains(&added.nickname_key) {
            return Err(Error::conflict("this nickname is taken"));
        }
        let (id, at) = (added.account.id, added.account.created_at);
        tables.insert(added);
        self.tell(&mut tables, id, AccountEvent::Added, at);
        Ok(())
    }

    async fn add_synthetic(&self, accounts: Vec<Account>) -> Result<()> {
        let mut tables = self.tables.lock();
        for account in accounts {
            let (email_key, nickname_key) = (account.email.clone(), account.nickname.clone());
            tables.insert(Credentials { account, password_hash: None, email_key, nickname_key });
        }
        Ok(())
    }

    async fn remove_synthetic(&self, keep: Vec<AccountId>) -> Result<u64> {
        let keep: HashSet<AccountId> = keep.into_iter().collect();
        let mut tables = self.tables.lock();
        let gone: Vec<Credentials> = tables
            .accounts
            .values()
            .filter(|held| held.account.synthetic && !keep.contains(&held.account.id))
            .cloned()
            .collect();
        for held in &gone {
            tables.accounts.remove(&held.account.id);
            tables.by_email.remove(&held.email_key);
            tables.nicknames.remove(&held.nickname_key);
        }
        Ok(gone.len() as u64)
    }

    async fn by_email_key(&self, email_key: &str) -> Result<Option<Known>> {
        let tables = self.tables.lock();
        let held = tables.by_email.get(email_key).and_then(|id| tables.accounts.get(id));
        Ok(held.map(|held| Known {
            account: held.account.clone(),
            password_hash: held.password_hash.clone(),
        }))
    }

    #[cfg(feature = "services")]
    async fn fold(&self) -> Result<usize> {
        Ok(0)
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        Ok(self.tables.lock().accounts.get(&id).map(|held| held.account.clone()))
    }

    async fn nicknames(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, String>> {
        let tables = self.tables.lock();
        let named = |id: &AccountId| Some((*id, tables.accounts.get(id)?.account.nickname.clone()));
        Ok(ids.iter().filter_map(named).collect())
    }

    async fn set_role(&self, id: AccountId, role: Role, now: Timestamp) -> Result<Option<Account>> {
        let mut tables = self.tables.lock();
        let Some(held) = tables.accounts.get_mut(&id) else { return Ok(None) };
        let before = std::mem::replace(&mut held.account.role, role);
        let account = held.account.clone();
        if before != role && !account.synthetic {
            self.tell(&mut tables, id, AccountEvent::RoleChanged, now);
        }
        Ok(Some(account))
    }

    async fn begin_session(&self, token: RefreshToken) -> Result<()> {
        self.tables.lock().tokens.insert(token.hash, (token, false));
        Ok(())
    }

    async fn rotate(
        &self,
        old: [u8; 32],
        new_hash: [u8; 32],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Rotation> {
        let mut tables = self.tables.lock();
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
        self.tables.lock().tokens.retain(|_, (token, _)| token.session != session);
        Ok(())
    }
}
