use async_trait::async_trait;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Account, Accounts, Credentials, RefreshToken, Role, Rotation};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::AccountId;

/// Accounts in PostgreSQL.
pub(crate) struct PostgresAccounts(PgPool);

struct AccountRow {
    id: Uuid,
    email: String,
    name: String,
    nickname: String,
    birthdate: Option<String>,
    role: String,
    synthetic: bool,
    password_hash: Option<String>,
    created_at_ms: i64,
}

impl TryFrom<AccountRow> for Credentials {
    type Error = Error;

    fn try_from(row: AccountRow) -> Result<Self> {
        let role = Role::from_name(&row.role);
        let role = role.ok_or_else(|| Error::internal(format!("the role {:?}", row.role)))?;
        let account = Account {
            id: row.id.into(),
            email: row.email,
            name: row.name,
            nickname: row.nickname,
            birthdate: row.birthdate,
            role,
            synthetic: row.synthetic,
            created_at: Timestamp::from_millis(row.created_at_ms),
        };
        Ok(Self { account, password_hash: row.password_hash })
    }
}

impl PostgresAccounts {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self(pool)
    }
}

/// Which of the two unique names is taken, by the constraint that says so.
fn taken(error: sqlx::Error) -> Error {
    match error.as_database_error().and_then(|error| error.constraint()) {
        Some("accounts_email_unique") => Error::conflict("this e-mail address has an account"),
        Some("accounts_nickname_unique") => Error::conflict("this nickname is taken"),
        _ => error.into(),
    }
}

#[async_trait]
impl Accounts for PostgresAccounts {
    async fn add(&self, added: Credentials) -> Result<()> {
        let Credentials { account, password_hash } = added;
        sqlx::query!(
            "INSERT INTO accounts (id, email, email_key, name, nickname, birthdate, role,
                 synthetic, password_hash, created_at_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            account.id.uuid(),
            account.email,
            account.email.to_lowercase(),
            account.name,
            account.nickname,
            account.birthdate,
            account.role.name(),
            account.synthetic,
            password_hash,
            account.created_at.as_millis(),
        )
        .execute(&self.0)
        .await
        .map_err(taken)?;
        Ok(())
    }

    async fn add_synthetic(&self, accounts: Vec<Account>) -> Result<()> {
        let ids: Vec<Uuid> = accounts.iter().map(|account| account.id.uuid()).collect();
        let emails: Vec<String> = accounts.iter().map(|account| account.email.clone()).collect();
        let nicknames: Vec<String> =
            accounts.iter().map(|account| account.nickname.clone()).collect();
        let Some(first) = accounts.first() else { return Ok(()) };
        sqlx::query!(
            "INSERT INTO accounts (id, email, email_key, name, nickname, role, synthetic,
                 created_at_ms)
             SELECT id, email, email, $4, nickname, 'buyer', true, $5
             FROM unnest($1::uuid[], $2::text[], $3::text[]) AS added (id, email, nickname)",
            &ids,
            &emails,
            &nicknames,
            first.name,
            first.created_at.as_millis(),
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    async fn remove_synthetic(&self, keep: Vec<AccountId>) -> Result<u64> {
        let keep: Vec<Uuid> = keep.into_iter().map(AccountId::uuid).collect();
        let removed =
            sqlx::query!("DELETE FROM accounts WHERE synthetic AND id <> ALL ($1)", &keep)
                .execute(&self.0)
                .await?;
        Ok(removed.rows_affected())
    }

    async fn by_email(&self, email: &str) -> Result<Option<Credentials>> {
        let row = sqlx::query_as!(
            AccountRow,
            "SELECT id, email, name, nickname, birthdate, role, synthetic, password_hash,
                 created_at_ms
             FROM accounts WHERE email_key = $1",
            email.to_lowercase(),
        );
        row.fetch_optional(&self.0).await?.map(Credentials::try_from).transpose()
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        let row = sqlx::query_as!(
            AccountRow,
            "SELECT id, email, name, nickname, birthdate, role, synthetic, password_hash,
                 created_at_ms
             FROM accounts WHERE id = $1",
            id.uuid(),
        );
        let row = row.fetch_optional(&self.0).await?.map(Credentials::try_from).transpose()?;
        Ok(row.map(|row| row.account))
    }

    async fn set_role(&self, id: AccountId, role: Role) -> Result<Option<Account>> {
        let row = sqlx::query_as!(
            AccountRow,
            "UPDATE accounts SET role = $2 WHERE id = $1
             RETURNING id, email, name, nickname, birthdate, role, synthetic, password_hash,
                 created_at_ms",
            id.uuid(),
            role.name(),
        );
        let row = row.fetch_optional(&self.0).await?.map(Credentials::try_from).transpose()?;
        Ok(row.map(|row| row.account))
    }

    async fn begin_session(&self, token: RefreshToken) -> Result<()> {
        sqlx::query!(
            "INSERT INTO refresh_tokens (hash, session, account_id, expires_at_ms)
             VALUES ($1, $2, $3, $4)",
            token.hash.as_slice(),
            token.session,
            token.account.uuid(),
            token.expires_at.as_millis(),
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    async fn rotate(
        &self,
        old: [u8; 32],
        new_hash: [u8; 32],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Rotation> {
        let mut transaction = self.0.begin().await?;
        let known = sqlx::query!(
            "SELECT session, account_id, expires_at_ms, used FROM refresh_tokens
             WHERE hash = $1 FOR UPDATE",
            old.as_slice(),
        );
        let Some(known) = known.fetch_optional(&mut *transaction).await? else {
            return Ok(Rotation::Refused);
        };
        if known.used {
            sqlx::query!("DELETE FROM refresh_tokens WHERE session = $1", known.session)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            return Ok(Rotation::Refused);
        }
        if !now.is_before(Timestamp::from_millis(known.expires_at_ms)) {
            return Ok(Rotation::Refused);
        }
        sqlx::query!("UPDATE refresh_tokens SET used = true WHERE hash = $1", old.as_slice())
            .execute(&mut *transaction)
            .await?;
        sqlx::query!(
            "INSERT INTO refresh_tokens (hash, session, account_id, expires_at_ms)
             VALUES ($1, $2, $3, $4)",
            new_hash.as_slice(),
            known.session,
            known.account_id,
            expires_at.as_millis(),
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Rotation::Rotated { account: known.account_id.into(), session: known.session })
    }

    async fn end_session(&self, session: Uuid) -> Result<()> {
        sqlx::query!("DELETE FROM refresh_tokens WHERE session = $1", session)
            .execute(&self.0)
            .await?;
        Ok(())
    }
}
