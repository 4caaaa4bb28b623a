//! Connections to PostgreSQL, Redis and Kafka; they know no word of the domain.

pub(crate) mod kafka;
pub(crate) mod postgres;
pub(crate) mod redis;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use self::postgres::Postgres;
use self::redis::Redis;
use crate::clock::{Clock, Timestamp};
use crate::error::{Error, Result};

/// How uncertain a reading of the deployment's clock may be.
const UNCERTAINTY_MAX: Duration = Duration::from_millis(50);
/// How old the last reading may be.
const READING_MAX_AGE: Duration = Duration::from_secs(30);
/// How often the clock is read for one reading; the best counts.
const SAMPLES: u32 = 5;

/// The services of one deployment.
pub(crate) struct Services {
    pub(crate) postgres: Postgres,
    pub(crate) redis: Arc<Redis>,
    /// Set where the deployment's clock is PostgreSQL's; a test's manual clock is its own.
    follows_postgres: bool,
    last_reading: Mutex<Option<Instant>>,
}

impl Services {
    pub(crate) fn new(postgres: Postgres, redis: Arc<Redis>, follows_postgres: bool) -> Self {
        Self { postgres, redis, follows_postgres, last_reading: Mutex::new(None) }
    }

    /// Sets the clock to PostgreSQL's time, read several times: half of the shortest round trip is
    /// the uncertainty.
    pub(crate) async fn read_clock(&self, clock: &Clock) -> Result<()> {
        if !self.follows_postgres {
            return Ok(());
        }
        let mut best: Option<(Duration, Timestamp, Instant)> = None;
        for _ in 0..SAMPLES {
            let asked = Instant::now();
            let read = self.postgres.time().await?;
            let answered = Instant::now();
            let uncertainty = (answered - asked) / 2;
            if best.is_none_or(|(least, ..)| uncertainty < least) {
                best = Some((uncertainty, read, asked + uncertainty));
            }
        }
        let (uncertainty, read, at) = best.expect("at least one sample was taken");
        if uncertainty > UNCERTAINTY_MAX {
            return Err(Error::Unavailable(format!("the clock is uncertain by {uncertainty:?}")));
        }
        let since = i64::try_from(at.elapsed().as_millis()).unwrap_or(i64::MAX);
        clock.follow(read.plus_millis(since));
        *self.last_reading.lock() = Some(Instant::now());
        Ok(())
    }

    /// PostgreSQL answers and the clock was read lately. Redis or Kafka down is degraded, not
    /// dead: what is paid can still be settled.
    pub(crate) async fn ready(&self) -> Result<()> {
        self.postgres.time().await?;
        let last = *self.last_reading.lock();
        let fresh = last.is_some_and(|last| last.elapsed() <= READING_MAX_AGE);
        if fresh || !self.follows_postgres {
            Ok(())
        } else {
            Err(Error::Unavailable("the deployment's clock was not read lately".into()))
        }
    }

    pub(crate) async fn close(&self) {
        self.postgres.close().await;
    }
}
