use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Account, Accounts, Credentials, Known, RefreshToken, Role, Rotation};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::AccountEvent;
use crate::id::AccountId;
use crate::services::postgres::run_tx;
use crate::text::{Email, Nickname};

/// How many rows one step of folding takes.
const FOLD_BATCH: i64 = 500;

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

impl TryFrom<AccountRow> for Known {
    type Error = Error;

    fn try_from(row: AccountRow) -> Result<Self> {
        let role = Role::from_name(&row.role).ok_or_else(|| {
            Error::unreadable("accounts", "role", row.id, format!("{:?}", row.role))
        })?;
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

/// The keys of an account that was written before there were such keys. An address or a nickname
/// that would not be taken now keeps the key it had.
fn keys_of_old(id: Uuid, email: &str, nickname: &str) -> (Option<String>, String) {
    let email = Email::new(email).ok().map(|email| email.key().to_owned());
    let nickname = Nickname::new(nickname).map(|nickname| nickname.skeleton());
    (email, nickname.unwrap_or_else(|_| format!("unreadable {id}")))
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
        Some("accounts_nickname_unique" | "accounts_nickname_key_unique") => {
            Error::conflict("this nickname is taken")
        }
        _ => error.into(),
    }
}

#[async_trait]
impl Accounts for PostgresAccounts {
    async fn add(&self, added: Credentials) -> Result<()> {
        let Credentials { account, password_hash, email_key, nickname_key } = added;
        sqlx::query!(
            "WITH added AS (
                 INSERT INTO accounts (id, email, email_key, name, nickname, birthdate, role,
                     synthetic, password_hash, created_at_ms, nickname_key)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                 RETURNING id, version, created_at_ms)
             INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
             SELECT id, version, $12, $13, 0, created_at_ms FROM added",
            account.id.uuid(),
            account.email,
            email_key,
            account.name,
            account.nickname,
            account.birthdate,
            account.role.name(),
            account.synthetic,
            password_hash,
            account.created_at.as_millis(),
            nickname_key,
            Uuid::nil(),
            AccountEvent::Added.name(),
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

    async fn by_email_key(&self, email_key: &str) -> Result<Option<Known>> {
        let row = sqlx::query_as!(
            AccountRow,
            "SELECT id, email, name, nickname, birthdate, role, synthetic, password_hash,
                 created_at_ms
             FROM accounts WHERE email_key = $1",
            email_key,
        );
        row.fetch_optional(&self.0).await?.map(Known::try_from).transpose()
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        let row = sqlx::query_as!(
            AccountRow,
            "SELECT id, email, name, nickname, birthdate, role, synthetic, password_hash,
                 created_at_ms
             FROM accounts WHERE id = $1",
            id.uuid(),
        );
        let row = row.fetch_optional(&self.0).await?.map(Known::try_from).transpose()?;
        Ok(row.map(|row| row.account))
    }

    async fn nicknames(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, String>> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let rows = sqlx::query!("SELECT id, nickname FROM accounts WHERE id = ANY ($1)", &ids);
        let rows = rows.fetch_all(&self.0).await?.into_iter();
        Ok(rows.map(|row| (row.id.into(), row.nickname)).collect())
    }

    async fn set_role(&self, id: AccountId, role: Role, now: Timestamp) -> Result<Option<Account>> {
        let row = sqlx::query_as!(
            AccountRow,
            r#"WITH before AS (SELECT id, role FROM accounts WHERE id = $1 FOR UPDATE),
                 changed AS (
                     UPDATE accounts SET role = $2, version = accounts.version + 1
                     FROM before WHERE accounts.id = before.id AND before.role <> $2
                     RETURNING accounts.id, version, synthetic),
                 told AS (
                     INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
                     SELECT id, version, $3, $4, 0, $5 FROM changed WHERE NOT synthetic)
             SELECT id, email, name, nickname, birthdate, $2 AS "role!", synthetic, password_hash,
                 created_at_ms FROM accounts WHERE id = $1"#,
            id.uuid(),
            role.name(),
            Uuid::nil(),
            AccountEvent::RoleChanged.name(),
            now.as_millis(),
        );
        let row = row.fetch_optional(&self.0).await?.map(Known::try_from).transpose()?;
        Ok(row.map(|row| row.account))
    }

    async fn fold(&self) -> Result<usize> {
        let rows = sqlx::query!(
            "SELECT id, email, email_key, nickname FROM accounts
             WHERE nickname_key IS NULL AND NOT synthetic ORDER BY id LIMIT $1",
            FOLD_BATCH,
        );
        let rows = rows.fetch_all(&self.0).await?;
        for row in &rows {
            let (email_key, nickname_key) = keys_of_old(row.id, &row.email, &row.nickname);
            // Another account may look the same: that one keeps its name, and this one too.
            sqlx::query!(
                "UPDATE accounts SET
                     email_key = CASE WHEN EXISTS (SELECT 1 FROM accounts WHERE email_key = $2)
                         THEN email_key ELSE $2 END,
                     nickname_key =
                         CASE WHEN EXISTS (SELECT 1 FROM accounts WHERE nickname_key = $3)
                         THEN $4 ELSE $3 END
                 WHERE id = $1",
                row.id,
                email_key.unwrap_or_else(|| row.email_key.clone()),
                nickname_key,
                format!("{} {}", nickname_key, row.id),
            )
            .execute(&self.0)
            .await?;
        }
        Ok(rows.len())
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
        run_tx(&self.0, move |transaction| {
            Box::pin(async move {
                let known = sqlx::query!(
                    "SELECT session, account_id, expires_at_ms, used FROM refresh_tokens
             WHERE hash = $1 FOR UPDATE",
                    old.as_slice(),
                );
                let Some(known) = known.fetch_optional(&mut **transaction).await? else {
                    return Ok(Rotation::Refused);
                };
                if known.used {
                    sqlx::query!("DELETE FROM refresh_tokens WHERE session = $1", known.session)
                        .execute(&mut **transaction)
                        .await?;
                    return Ok(Rotation::Refused);
                }
                if !now.is_before(Timestamp::from_millis(known.expires_at_ms)) {
                    return Ok(Rotation::Refused);
                }
                sqlx::query!(
                    "UPDATE refresh_tokens SET used = true WHERE hash = $1",
                    old.as_slice()
                )
                .execute(&mut **transaction)
                .await?;
                sqlx::query!(
                    "INSERT INTO refresh_tokens (hash, session, account_id, expires_at_ms)
             VALUES ($1, $2, $3, $4)",
                    new_hash.as_slice(),
                    known.session,
                    known.account_id,
                    expires_at.as_millis(),
                )
                .execute(&mut **transaction)
                .await?;
                Ok(Rotation::Rotated { account: known.account_id.into(), session: known.session })
            })
        })
        .await
    }

    async fn end_session(&self, session: Uuid) -> Result<()> {
        sqlx::query!("DELETE FROM refresh_tokens WHERE session = $1", session)
            .execute(&self.0)
            .await?;
        Ok(())
    }
}
