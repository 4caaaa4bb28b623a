use std::collections::HashMap;

use async_trait::async_trait;
use uuid::Uuid;

use super::{Account, Role};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::AccountId;

/// An account with what its password is checked against.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) account: Account,
    pub(crate) password_hash: Option<String>,
}

/// A new account, with what no two accounts share.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) account: Account,
    pub(crate) password_hash: Option<String>,
    /// [`crate::text::Email::key`].
    pub(crate) email_key: String,
    /// [`crate::text::Nickname::skeleton`].
    pub(crate) nickname_key: String,
}

/// A refresh token as the books keep it: its SHA-256, never itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) hash: [u8; 32],
    /// The session it continues; all tokens of a session end together.
    pub(crate) session: Uuid,
    pub(crate) account: AccountId,
    pub(crate) expires_at: Timestamp,
}

/// What became of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rotation {
    Rotated {
        account: AccountId,
        session: Uuid,
    },
    /// Unknown, expired, or used before; a used one has ended its whole session.
    Refused,
}

/// Accounts and sessions in the books. Each verb is atomic, and tells what happened to an account that is
/// not synthetic.
#[async_trait]
pub(crate) trait Accounts: Send + Sync {
    /// Refused with a conflict when the e-mail or the nickname is taken, by their keys.
    async fn add(&self, account: Credentials) -> Result<()>;
    /// Adds all or none.
    async fn add_synthetic(&self, accounts: Vec<Account>) -> Result<()>;
    /// Removes the synthetic accounts that are not in `keep`; answers how many.
    async fn remove_synthetic(&self, keep: Vec<AccountId>) -> Result<u64>;
    async fn by_email_key(&self, email_key: &str) -> Result<Option<Known>>;
    /// Makes the keys of what an older server wrote without them; answers how many rows.
    #[cfg(feature = "services")]
    async fn fold(&self) -> Result<usize>;
    async fn account(&self, id: AccountId) -> Result<Option<Account>>;
    /// What these are called, in one read; those that are gone are not in it.
    async fn nicknames(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, String>>;
    async fn set_role(&self, id: AccountId, role: Role, now: Timestamp) -> Result<Option<Account>>;
    async fn begin_session(&self, token: RefreshToken) -> Result<()>;
    /// Uses `old` up and puts `new_hash` in its place; a token used before ends its session.
    async fn rotate(
        &self,
        old: [u8; 32],
        new_hash: [u8; 32],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Rotation>;
    async fn end_session(&self, session: Uuid) -> Result<()>;
}
