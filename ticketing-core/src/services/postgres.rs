use std::ops::RangeInclusive;
use std::pin::Pin;
use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, PgTransaction};

use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// How soon PostgreSQL asks a silent connection whether it is there, and how often before it gives it up.
const KEEPALIVE_SECONDS: u32 = 5;
const KEEPALIVES: u32 = 3;
/// How long a statement may run, in milliseconds.
const STATEMENT_TIMEOUT_MS: u32 = 2_000;
/// How long a statement waits for a row.
const LOCK_TIMEOUT_MS: u32 = 500;
/// How long a transaction may stand still.
const IDLE_TRANSACTION_TIMEOUT_MS: u32 = 5_000;
/// How long a verb waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(700);
/// How long the end of a process waits for what is still asked.
const CLOSE_WAIT: Duration = Duration::from_secs(5);
/// How patient a migration is: with another server's that has begun, and with tables of years.
const MIGRATION_PATIENCE: &str = "SET lock_timeout = '10min'; SET statement_timeout = '30min'";
/// With whoever uses a table that it changes: everybody else queues behind it.
const MIGRATION_TABLE_PATIENCE: &str = "SET lock_timeout = '5s'";
/// How often a transaction that lost a deadlock or a serialization is run.
const TRANSACTION_TRIES: u32 = 5;

/// A pool of connections whose `search_path` is one deployment's schema.
#[derive(Clone)]
pub(crate) struct Postgres {
    pool: PgPool,
    options: PgConnectOptions,
    schema: String,
}

impl Postgres {
    pub(crate) async fn connect(
        url: &SecretString,
        schema: &str,
        connections: RangeInclusive<u32>,
    ) -> Result<Self> {
        let options = PgConnectOptions::from_str(url.expose_secret())
            .map_err(|error| Error::Unavailable(format!("the PostgreSQL address: {error}")))?
            .application_name("ticketing")
            .options([
                ("search_path", schema.to_owned()),
                ("statement_timeout", STATEMENT_TIMEOUT_MS.to_string()),
                ("lock_timeout", LOCK_TIMEOUT_MS.to_string()),
                ("idle_in_transaction_session_timeout", IDLE_TRANSACTION_TIMEOUT_MS.to_string()),
                // What a host that has vanished holds, such as the relay's lock, is free soon.
                ("tcp_keepalives_idle", KEEPALIVE_SECONDS.to_string()),
                ("tcp_keepalives_interval", KEEPALIVE_SECONDS.to_string()),
                ("tcp_keepalives_count", KEEPALIVES.to_string()),
            ]);
        let pool = PgPoolOptions::new()
            .min_connections(*connections.start())
            .max_connections(*connections.end())
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.clone())
            .await
            .map_err(|error| Error::Unavailable(format!("PostgreSQL: {error}")))?;
        Ok(Self { pool, options, schema: schema.to_owned() })
    }

    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Makes the schema and brings its tables up to date.
    pub(crate) async fn migrate(&self) -> Result<()> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        let schema = self.schema.replace('"', "");
        let lock = i64::from_be_bytes(*b"ticketng");
        sqlx::raw_sql(MIGRATION_PATIENCE).execute(&mut connection).await?;
        sqlx::query("SELECT pg_advisory_lock($1)").bind(lock).execute(&mut connection).await?;
        sqlx::raw_sql(MIGRATION_TABLE_PATIENCE).execute(&mut connection).await?;
        sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")))
            .execute(&mut connection)
            .await?;
        // sqlx's own lock is per database; ours is held instead, so that namespaces of one
        // database do not wait for each other longer than they must.
        let mut migrator = sqlx::migrate!("../migrations");
        migrator.set_locking(false);
        // A newer server has been here: this one works beside its schema.
        migrator.set_ignore_missing(true);
        let migrated = migrator.run(&mut connection).await;
        connection.close().await?;
        migrated.map_err(Error::internal)
    }

    /// Removes the schema and everything in it.
    pub(crate) async fn drop_schema(&self) -> Result<()> {
        let schema = self.schema.replace('"', "");
        let drop = format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE");
        sqlx::query(AssertSqlSafe(drop)).execute(&self.pool).await?;
        Ok(())
    }

    /// The deployment's time.
    pub(crate) async fn time(&self) -> Result<Timestamp> {
        let read = sqlx::query_scalar!(
            r#"SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS "now!""#
        );
        Ok(Timestamp::from_millis(read.fetch_one(&self.pool).await?))
    }

    /// Waits a while for what is still asked; what goes on then ends with the process.
    pub(crate) async fn close(&self) {
        if tokio::time::timeout(CLOSE_WAIT, self.pool.close()).await.is_err() {
            tracing::warn!("questions to PostgreSQL are broken off");
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_) => Self::Unavailable(format!("PostgreSQL: {error}")),
            sqlx::Error::Database(database) if is_lost_race(database.code().as_deref()) => {
                Self::LostRace(format!("PostgreSQL: {error}"))
            }
            sqlx::Error::Database(database) if is_passing(database.code().as_deref()) => {
                Self::Unavailable(format!("PostgreSQL: {error}"))
            }
            _ => Self::internal(error),
        }
    }
}

/// A deadlock or a serialization was lost to another transaction.
fn is_lost_race(code: Option<&str>) -> bool {
    matches!(code, Some("40P01" | "40001"))
}

/// Conditions that pass: shutdown, cancelled statements, too many connections.
fn is_passing(code: Option<&str>) -> bool {
    let passing = ["57014", "55P03", "53300", "25P03"];
    code.is_some_and(|code| {
        code.starts_with("57P") || code.starts_with("08") || passing.contains(&code)
    })
}

/// What a transaction's body gives back: named, since its borrows must be.
pub(crate) type InTransaction<'t, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 't>>;

/// Runs a transaction and commits it; one that lost a race is simply run again. The body is run as
/// often, and does nothing but what is in the transaction.
pub(crate) async fn run_tx<'c, T: Send>(
    pool: &'c PgPool,
    body: impl for<'t> Fn(&'t mut PgTransaction<'c>) -> InTransaction<'t, T> + Send + Sync,
) -> Result<T> {
    let mut tries = Tries::default();
    loop {
        let done = try_tx(pool, &body).await;
        if !tries.again(&done) {
            return done;
        }
    }
}

async fn try_tx<'c, T: Send>(
    pool: &'c PgPool,
    body: &(impl for<'t> Fn(&'t mut PgTransaction<'c>) -> InTransaction<'t, T> + Send + Sync),
) -> Result<T> {
    let mut transaction: PgTransaction<'c> = pool.begin().await?;
    let done = body(&mut transaction).await;
    if done.is_ok() {
        transaction.commit().await?;
    } else {
        // Only dropped, it would keep its locks for a moment after the verb has answered. Where it
        // cannot be rolled back, the connection is gone and the transaction with it.
        let _ = transaction.rollback().await;
    }
    done
}

/// Counts the runs of something that may lose a race.
#[derive(Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// Whether a run lost a race and may have another.
    pub(crate) fn again<T>(&mut self, done: &Result<T>) -> bool {
        self.0 += 1;
        matches!(done, Err(Error::LostRace(_))) && self.0 < TRANSACTION_TRIES
    }
}

/// The SQLSTATE of an error that the database raised.
pub(crate) fn sqlstate(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}
