//! The box office on services.

use std::sync::Arc;

use secrecy::SecretString;

use super::tending::repair::{Books, Repair};
use super::{Backend, BoxOffice};
use crate::accounts::postgres::PostgresAccounts;
use crate::admission::keys::Keys;
use crate::admission::postgres::PostgresLineBooks;
use crate::admission::redis::RedisLines;
use crate::catalog::postgres::PostgresCatalog;
use crate::clock::{Clock, Timestamp};
use crate::error::Result;
use crate::events::kafka::Topics;
use crate::events::postgres::{PostgresInbox, PostgresOutbox, PostgresParking};
use crate::guards::Guards;
use crate::id::Randomness;
use crate::orders::Orders;
use crate::orders::postgres::PostgresOrders;
use crate::payments::Provider;
use crate::pictures::PictureStore;
use crate::pictures::postgres::PostgresPictures;
use crate::ranking::postgres::PostgresSoldSeats;
use crate::ranking::redis::SharedRanking;
use crate::reviews::postgres::PostgresReviews;
use crate::reviews::redis::SharedPages;
use crate::seats::redis::RedisSeats;
use crate::services::Services;
use crate::services::kafka::{Kafka, KafkaSettings};
use crate::services::postgres::Postgres;
use crate::services::redis::Redis;
use crate::signing::SigningKey;

/// How many connections to PostgreSQL one process holds.
const CONNECTIONS: u32 = 16;

/// What a box office on services needs.
pub struct ServicesSettings {
    /// `postgres://user:password@host:port/database`.
    pub postgres: SecretString,
    /// `redis://:password@host:port/`.
    pub redis: SecretString,
    /// Where Kafka is, and what its topics are made like.
    pub kafka: KafkaSettings,
    /// PostgreSQL's schema, the prefix of Redis' keys and of Kafka's topics: deployments with
    /// different namespaces share services and see nothing of each other.
    pub namespace: String,
    /// All connections to PostgreSQL are opened at the start and kept, as a server wants it: when
    /// everybody comes at once, nobody should wait for a connection to open.
    pub keep_connections: bool,
    /// A clock of one's own, for tests; without it PostgreSQL's time is everyone's.
    pub clock: Option<Clock>,
    /// Every random choice.
    pub randomness: Randomness,
    /// What tokens and tickets are signed with: the same in every process of a deployment.
    pub signing_key: SigningKey,
    /// Who takes the money.
    pub provider: Arc<dyn Provider>,
    /// Where the files of pictures are: the same for every process of a deployment.
    pub picture_store: PictureStore,
    /// Guards taken out, to see what they guard.
    #[cfg(feature = "broken-guards")]
    pub broken: crate::guards::Broken,
}

impl BoxOffice {
    /// A box office on PostgreSQL, Redis and Kafka. Starts no background work.
    pub async fn connect(settings: ServicesSettings) -> Result<Self> {
        let kept = if settings.keep_connections { CONNECTIONS } else { 0 };
        let postgres =
            Postgres::connect(&settings.postgres, &settings.namespace, kept..=CONNECTIONS).await?;
        let redis = Arc::new(Redis::new(&settings.redis)?);
        redis.session().await?;
        let kafka = Kafka::new(settings.kafka);
        let topics = Arc::new(Topics::new(kafka, &settings.namespace));
        let namespace = settings.namespace.clone();
        let follows_postgres = settings.clock.is_none();
        let clock = settings.clock.unwrap_or_else(|| Clock::running_from(Timestamp::EPOCH));
        let services = Services::new(postgres.clone(), redis.clone(), follows_postgres);
        services.read_clock(&clock).await?;
        let pool = postgres.pool().clone();
        let guards = Guards {
            #[cfg(feature = "broken-guards")]
            broken: settings.broken,
        };
        let catalog = Arc::new(PostgresCatalog::new(pool.clone()));
        let orders = Arc::new(PostgresOrders::new(pool.clone()));
        let line_books = Arc::new(PostgresLineBooks::new(pool.clone()));
        let books = Books {
            clock: clock.clone(),
            postgres: postgres.clone(),
            catalog: catalog.clone(),
            orders: orders.clone(),
            line: line_books.clone(),
        };
        let repair = Repair::new(books, redis.clone(), settings.namespace.clone(), guards);
        let repair = Arc::new(repair);
        let shared_ranking = SharedRanking::new(redis.clone(), settings.namespace.clone());
        let first_pages = SharedPages::new(redis.clone(), settings.namespace.clone());
        let keys = Arc::new(Keys::new(redis, settings.namespace, repair, guards));
        let backend = Backend {
            accounts: Arc::new(PostgresAccounts::new(pool.clone())),
            catalog,
            lines: Arc::new(RedisLines::new(keys.clone())),
            line_books,
            seats: Arc::new(RedisSeats::new(keys)),
            orders: Orders::of(&orders),
            outbox: Arc::new(PostgresOutbox::new(pool.clone(), &namespace, topics, guards)),
            inbox: Arc::new(PostgresInbox::new(pool.clone(), guards)),
            parking: Arc::new(PostgresParking::new(pool.clone())),
            sold_seats: Arc::new(PostgresSoldSeats::new(pool.clone())),
            shared_ranking: Some(shared_ranking),
            reviews: Arc::new(PostgresReviews::new(pool.clone())),
            pictures: Arc::new(PostgresPictures::new(pool)),
            picture_store: settings.picture_store.below(namespace),
            first_pages: Some(first_pages),
            services: Some(services),
        };
        let ServicesSettings { randomness, signing_key, provider, .. } = settings;
        Ok(Self::assemble(clock, randomness, &signing_key, provider, guards, backend))
    }

    /// Makes the namespace's tables, or brings them up to date.
    pub async fn migrate(&self) -> Result<()> {
        match &self.backend().services {
            Some(services) => services.postgres.migrate().await?,
            None => return Ok(()),
        }
        self.fold_what_is_old().await
    }

    /// What an older server wrote has no folding of ours yet. In small steps, each of which makes
    /// the next one smaller.
    async fn fold_what_is_old(&self) -> Result<()> {
        while self.backend().catalog.fold().await? > 0 {}
        while self.backend().accounts.fold().await? > 0 {}
        Ok(())
    }

    /// Removes the namespace and everything in it; for tests.
    pub async fn drop_namespace(&self) -> Result<()> {
        let Some(services) = &self.backend().services else { return Ok(()) };
        let namespace = services.postgres.schema();
        services.redis.remove_keys(&format!("{{{namespace}:*")).await?;
        self.backend().outbox.remove().await?;
        services.postgres.drop_schema().await
    }

    /// The namespace's connections, for a test that takes a constraint out.
    #[cfg(feature = "broken-guards")]
    pub async fn execute_sql(&self, sql: &str) -> Result<()> {
        let Some(services) = &self.backend().services else { return Ok(()) };
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(services.postgres.pool()).await?;
        Ok(())
    }
}
