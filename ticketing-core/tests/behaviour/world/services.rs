//! Worlds on PostgreSQL, Redis and Kafka, each in a namespace of its own.

use std::sync::Arc;

use redis::Commands;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

#[cfg(feature = "broken-guards")]
use ticketing_core::Broken;
use ticketing_core::{
    BoxOffice, Clock, KafkaSettings, PerformanceId, Randomness, ServicesSettings, SigningKey,
};

use super::{SEED, World, signing_key, surroundings};
use crate::redis_process::RedisProcess;
use crate::wire::Wire;

/// Where one test's data are.
#[derive(Clone)]
pub(crate) struct Namespace {
    name: String,
    /// A Redis of the test's own, to be killed; else the one of the environment.
    redis: Option<String>,
    /// A way of the test's own to PostgreSQL; else that of the environment.
    postgres: Option<String>,
    #[cfg(feature = "broken-guards")]
    broken: Broken,
}

impl Namespace {
    fn redis_url(&self) -> String {
        self.redis.clone().unwrap_or_else(|| url("TICKETING_REDIS"))
    }

    /// Everything that Redis knows of this namespace is gone.
    fn wipe(&self) {
        let mut redis = redis::Client::open(self.redis_url()).unwrap().get_connection().unwrap();
        let keys: Vec<String> = redis.keys(format!("{{{}:*", self.name)).unwrap();
        if !keys.is_empty() {
            redis.del::<_, ()>(keys).unwrap();
        }
    }

    /// Every key that Redis has of a performance, but for answers that are kept for a repeated request.
    pub(crate) fn live_keys(&self, performance: PerformanceId) -> Vec<String> {
        let mut redis = redis::Client::open(self.redis_url()).unwrap().get_connection().unwrap();
        let keys: Vec<String> = redis.keys(format!("{{{}:{performance}}}:*", self.name)).unwrap();
        keys.into_iter().filter(|key| !key.contains(":request:")).collect()
    }

    /// What another version of the server might do to the books.
    pub(crate) async fn sql(&self, sql: &str) {
        let mut connection = self.postgres().await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    }

    /// The one text that a question to the books is answered with.
    pub(crate) async fn sql_text(&self, sql: &str) -> Option<String> {
        let mut connection = self.postgres().await;
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap()
    }

    /// While this connection is open, no server migrates.
    pub(crate) async fn migrating(&self) -> PgConnection {
        let mut holder = self.postgres().await;
        let lock = i64::from_be_bytes(*b"ticketng");
        let held = sqlx::query("SELECT pg_advisory_lock($1)").bind(lock);
        held.execute(&mut holder).await.unwrap();
        holder
    }

    /// Whether a server has waited for another's migration longer than a statement may wait.
    pub(crate) async fn waits_to_migrate(&self) -> bool {
        let waiting = "SELECT 'waits' FROM pg_stat_activity WHERE wait_event = 'advisory'
             AND clock_timestamp() - query_start > interval '1 s' UNION ALL SELECT ''";
        self.sql_text(waiting).await.as_deref() == Some("waits")
    }

    /// While this connection is open, nobody changes what a performance's events add up to.
    pub(crate) async fn holding_counters(&self, performance: PerformanceId) -> PgConnection {
        let mut holder = self.postgres().await;
        let hold = format!(
            "BEGIN; SELECT 1 FROM sales_counters WHERE performance_id = '{performance}' FOR UPDATE"
        );
        sqlx::raw_sql(AssertSqlSafe(hold)).execute(&mut holder).await.unwrap();
        holder
    }

    /// Whether somebody who makes counters anew waits for another.
    pub(crate) async fn waits_to_count_anew(&self) -> bool {
        let waiting = "SELECT 'waits' FROM pg_stat_activity
             WHERE wait_event_type = 'Lock' AND query LIKE 'WITH kinds AS%'
                 AND pid IN (SELECT pid FROM pg_locks WHERE relation = 'inbox'::regclass)
             UNION ALL SELECT ''";
        self.sql_text(waiting).await.as_deref() == Some("waits")
    }

    /// As long as it lives, this sale is repaired by somebody who takes long.
    pub(crate) async fn repairing(&self, performance: PerformanceId) -> PgConnection {
        let mut holder = self.postgres().await;
        let lock = format!(
            "SELECT pg_advisory_lock(hashtextextended(current_schema() || ' repair {performance}', 0))"
        );
        sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut holder).await.unwrap();
        holder
    }

    /// The live sale shows a seat so from now on, whoever has it.
    pub(crate) fn shows(&self, performance: PerformanceId, seat: isize, status: u8) {
        let mut redis = redis::Client::open(self.redis_url()).unwrap().get_connection().unwrap();
        let epoch = self.live(performance).0.unwrap();
        let seats = format!("{{{}:{performance}}}:{epoch}:status", self.name);
        redis.setrange::<_, _, ()>(seats, seat, &[status]).unwrap();
    }

    /// The line's numbers are all given out.
    pub(crate) fn has_no_more_numbers(&self, performance: PerformanceId, epoch: u32) {
        let mut redis = redis::Client::open(self.redis_url()).unwrap().get_connection().unwrap();
        let line = format!("{{{}:{performance}}}:{epoch}:line", self.name);
        let last: u64 = redis.hget(&line, "last").unwrap();
        redis.hset::<_, _, _, ()>(line, "ceiling", last).unwrap();
    }

    async fn postgres(&self) -> PgConnection {
        let mut connection = PgConnection::connect(&postgres_url()).await.unwrap();
        let here = format!("SET search_path TO \"{}\"", self.name);
        sqlx::raw_sql(AssertSqlSafe(here)).execute(&mut connection).await.unwrap();
        connection
    }

    /// The live state of a performance says that it is laid out in another way.
    pub(crate) fn set_layout(&self, performance: PerformanceId, layout: u32) {
        let mut redis = redis::Client::open(self.redis_url()).unwrap().get_connection().unwrap();
        let guard = self.guard(performance);
        assert!(redis.exists::<_, bool>(&guard).unwrap(), "the performance is live");
        redis.hset::<_, _, _, ()>(guard, "layout", layout).unwrap();
    }

    /// Under which epoch the live state of a performance is good, and how it is laid out.
    pub(crate) fn live(&self, performance: PerformanceId) -> (Option<u32>, Option<u32>) {
        let mut redis = redis::Client::open(self.redis_url()).unwrap().get_connection().unwrap();
        redis.hmget(self.guard(performance), &["epoch", "layout"]).unwrap()
    }

    fn guard(&self, performance: PerformanceId) -> String {
        format!("{{{}:{performance}}}:guard", self.name)
    }

    /// The same namespace by another way to PostgreSQL.
    fn at(&self, postgres: String) -> Self {
        Self { postgres: Some(postgres), ..self.clone() }
    }

    /// The same namespace with other guards.
    #[cfg(feature = "broken-guards")]
    pub(super) fn with(&self, broken: Broken) -> Self {
        Self { broken, ..self.clone() }
    }

    pub(super) async fn connect(
        &self,
        clock: &Clock,
        wire: &Arc<Wire>,
        randomness: Randomness,
        signing_key: SigningKey,
    ) -> BoxOffice {
        let settings = self.settings(clock, wire, randomness, signing_key);
        BoxOffice::connect(settings).await.expect("the services answer")
    }

    fn settings(
        &self,
        clock: &Clock,
        wire: &Arc<Wire>,
        randomness: Randomness,
        signing_key: SigningKey,
    ) -> ServicesSettings {
        ServicesSettings {
            postgres: self.postgres.clone().unwrap_or_else(postgres_url).into(),
            redis: self.redis_url().into(),
            kafka: KafkaSettings::at(url("TICKETING_KAFKA")),
            namespace: self.name.clone(),
            keep_connections: false,
            clock: Some(clock.clone()),
            randomness,
            signing_key,
            provider: wire.clone(),
            picture_store: wire.store.picture_store(),
            #[cfg(feature = "broken-guards")]
            broken: self.broken,
        }
    }
}

impl World {
    /// Another server of the same deployment, whose way to PostgreSQL is this one.
    pub(crate) async fn another_office_at(&self, postgres: String) -> Self {
        let namespace = self.namespace().at(postgres);
        let randomness = Randomness::from_system();
        let office = namespace.connect(&self.clock, &self.wire, randomness, signing_key());
        Self { office: office.await, ..self.clone() }
    }

    /// Another server of the same deployment, which asks for so many copies of each event.
    pub(crate) async fn another_office_that_copies(&self, copies: u16) -> Self {
        let (namespace, randomness) = (self.namespace(), Randomness::from_system());
        let mut settings = namespace.settings(&self.clock, &self.wire, randomness, signing_key());
        settings.kafka.replication = copies;
        let office = BoxOffice::connect(settings).await.expect("the services answer");
        Self { office, ..self.clone() }
    }

    /// Everything in Redis is gone.
    pub(crate) fn wipe_redis(&self) {
        self.namespace().wipe();
    }
}

pub(super) async fn world() -> World {
    world_in(Namespace {
        name: some_name(),
        redis: None,
        postgres: None,
        #[cfg(feature = "broken-guards")]
        broken: Broken::default(),
    })
    .await
}

/// A world with guards taken out.
#[cfg(feature = "broken-guards")]
pub(super) async fn broken_world(broken: Broken) -> World {
    world_in(Namespace { name: some_name(), redis: None, postgres: None, broken }).await
}

/// A world whose Redis is the test's own.
pub(super) async fn world_on(redis: &RedisProcess) -> World {
    world_in(Namespace {
        name: some_name(),
        redis: Some(redis.url()),
        postgres: None,
        #[cfg(feature = "broken-guards")]
        broken: Broken::default(),
    })
    .await
}

/// The same, with guards taken out.
#[cfg(feature = "broken-guards")]
pub(super) async fn broken_world_on(redis: &RedisProcess, broken: Broken) -> World {
    world_in(Namespace { name: some_name(), redis: Some(redis.url()), postgres: None, broken })
        .await
}

fn some_name() -> String {
    format!("test_{:016x}", u64::from_be_bytes(Randomness::from_system().bytes()))
}

async fn world_in(namespace: Namespace) -> World {
    let (clock, wire) = surroundings().await;
    let office = namespace.connect(&clock, &wire, Randomness::seeded(SEED), signing_key()).await;
    office.migrate().await.expect("the namespace is new");
    let world = World::around(office, clock, wire).await;
    World { services: Some(namespace), ..world }
}

pub(crate) fn postgres_url() -> String {
    url("TICKETING_POSTGRES")
}

fn url(name: &str) -> String {
    let missing = "is not set; `./services up`, then `eval \"$(./services env)\"`";
    std::env::var(name).unwrap_or_else(|_| panic!("{name} {missing}"))
}
