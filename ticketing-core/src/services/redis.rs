use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, Script, ScriptInvocation};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, Result};

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// One connection at a time, which never reconnects by itself: a new one is a new session, with
/// the run id that Redis has then, so that no restart can pass unseen.
pub(crate) struct Redis {
    client: Client,
    session: RwLock<Option<Arc<Session>>>,
    opening: tokio::sync::Mutex<()>,
}

/// A connection to one run of Redis.
pub(crate) struct Session {
    connection: MultiplexedConnection,
    run_id: String,
}

/// Why a script gave no answer.
pub(crate) enum ScriptError {
    /// The state is of another epoch or another run of Redis: repair, then try again.
    Stale,
    /// The state is laid out in another way, this one.
    Layout(String),
    Failed(Error),
}

impl From<ScriptError> for Error {
    fn from(error: ScriptError) -> Self {
        match error {
            ScriptError::Stale => Self::Unavailable("the live sale is being repaired".into()),
            ScriptError::Layout(layout) => {
                Self::unreadable("live", "layout", layout, "another server's")
            }
            ScriptError::Failed(error) => error,
        }
    }
}

impl Redis {
    pub(crate) fn new(url: &SecretString) -> Result<Self> {
        let client = Client::open(url.expose_secret())
            .map_err(|error| Error::Unavailable(format!("the Redis address: {error}")))?;
        Ok(Self { client, session: RwLock::default(), opening: tokio::sync::Mutex::default() })
    }

    pub(crate) async fn session(&self) -> Result<Arc<Session>> {
        if let Some(session) = self.session.read().clone() {
            return Ok(session);
        }
        // Where Redis does not answer, they would else wait for one another's time-outs.
        let opening = tokio::time::timeout(CONNECT_TIMEOUT, self.opening.lock()).await;
        let silent = |_| Error::Unavailable("Redis: too many wait for a connection".into());
        let _opening = opening.map_err(silent)?;
        if let Some(session) = self.session.read().clone() {
            return Ok(session);
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(ANSWER_TIMEOUT));
        let mut connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(unavailable)?;
        let about: String = redis::cmd("INFO")
            .arg("server")
            .query_async(&mut connection)
            .await
            .map_err(unavailable)?;
        let run_id = about.lines().find_map(|line| line.strip_prefix("run_id:"));
        let run_id = run_id
            .ok_or_else(|| Error::Unavailable("Redis does not say which run it is".into()))?
            .trim()
            .to_owned();
        let session = Arc::new(Session { connection, run_id });
        *self.session.write() = Some(session.clone());
        Ok(session)
    }

    /// Runs a script in a session. A broken connection ends the session for everyone.
    pub(crate) async fn run<Answer: redis::FromRedisValue>(
        &self,
        session: &Arc<Session>,
        call: &ScriptInvocation<'_>,
    ) -> std::result::Result<Answer, ScriptError> {
        let mut connection = session.connection.clone();
        match call.invoke_async(&mut connection).await {
            Ok(answer) => Ok(answer),
            Err(error) if error.code() == Some("STALE") => Err(ScriptError::Stale),
            Err(error) if error.code() == Some("LAYOUT") => {
                Err(ScriptError::Layout(error.detail().unwrap_or_default().to_owned()))
            }
            Err(error) => {
                if error.is_io_error() || error.is_connection_dropped() || error.is_timeout() {
                    self.end(session);
                }
                Err(ScriptError::Failed(unavailable(error)))
            }
        }
    }

    /// Removes every key of a namespace; for tests and for the end of a deployment.
    pub(crate) async fn remove_keys(&self, pattern: &str) -> Result<()> {
        let session = self.session().await?;
        let mut connection = session.connection.clone();
        let mut cursor = 0u64;
        loop {
            let (next, keys): (u64, Vec<String>) = redis::cmd("SCAN")
                .arg(cursor)
                .arg("MATCH")
                .arg(pattern)
                .arg("COUNT")
                .arg(1000)
                .query_async(&mut connection)
                .await
                .map_err(unavailable)?;
            if !keys.is_empty() {
                let removed: std::result::Result<i64, RedisError> =
                    redis::cmd("UNLINK").arg(keys).query_async(&mut connection).await;
                removed.map_err(unavailable)?;
            }
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }

    fn end(&self, session: &Arc<Session>) {
        let mut current = self.session.write();
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, session)) {
            *current = None;
        }
    }
}

impl Session {
    pub(crate) fn run_id(&self) -> &str {
        &self.run_id
    }
}

#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
fn unavailable(error: RedisError) -> Error {
    Error::Unavailable(format!("Redis: {error}"))
}

/// A script made of fragments, in the order in which Lua reads them.
pub(crate) fn script(fragments: &[&str]) -> Script {
    Script::new(&fragments.join("\n"))
}
