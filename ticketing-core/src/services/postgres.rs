use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};

use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// How long a statement may run, in milliseconds.
const STATEMENT_TIMEOUT_MS: u32 = 2_000;
/// How long a statement waits for a row.
const LOCK_TIMEOUT_MS: u32 = 500;
/// How long a transaction may stand still.
const IDLE_TRANSACTION_TIMEOUT_MS: u32 = 5_000;
/// How long a verb waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(700);
/// How often a transaction that lost a deadlock or a serialization is run.
pub(crate) const TRANSACTION_TRIES: u32 = 5;

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
        connections: u32,
    ) -> Result<Self> {
        let options = PgConnectOptions::from_str(url.expose_secret())
            .map_err(|error| Error::Unavailable(format!("the PostgreSQL address: {error}")))?
            .application_name("ticketing")
            .options([
                ("search_path", schema.to_owned()),
                ("statement_timeout", STATEMENT_TIMEOUT_MS.to_string()),
                ("lock_timeout", LOCK_TIMEOUT_MS.to_string()),
                ("idle_in_transaction_session_timeout", IDLE_TRANSACTION_TIMEOUT_MS.to_string()),
            ]);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
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
        sqlx::query("SELECT pg_advisory_lock($1)").bind(lock).execute(&mut connection).await?;
        sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")))
            .execute(&mut connection)
            .await?;
        // sqlx's own lock is per database; ours is held instead, so that namespaces of one
        // database do not wait for each other longer than they must.
        let mut migrator = sqlx::migrate!("../migrations");
        migrator.set_locking(false);
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

    pub(crate) async fn close(&self) {
        self.pool.close().await;
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
            sqlx::Error::Database(database) if is_passing(database.code().as_deref()) => {
                Self::Unavailable(format!("PostgreSQL: {error}"))
            }
            _ => Self::internal(error),
        }
    }
}

/// Conditions that pass: shutdown, cancelled statements, too many connections, lost races.
fn is_passing(code: Option<&str>) -> bool {
    let passing = ["57014", "55P03", "53300", "40P01", "40001", "25P03"];
    code.is_some_and(|code| {
        code.starts_with("57P") || code.starts_with("08") || passing.contains(&code)
    })
}

/// The SQLSTATE of an error that the database raised.
pub(crate) fn sqlstate(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// A transaction that lost a deadlock or a serialization can simply be run again.
pub(crate) fn lost_a_race(error: &sqlx::Error) -> bool {
    matches!(sqlstate(error).as_deref(), Some("40P01" | "40001"))
}
