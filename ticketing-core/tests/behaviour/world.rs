//! What every test gets: a box office on one of the backends, alone in its namespace, with a clock
//! that stands still until the test moves it.

#[cfg(feature = "services")]
mod services;

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use secrecy::SecretString;

#[cfg(feature = "broken-guards")]
use ticketing_core::Broken;
use ticketing_core::IdempotencyKey;
use ticketing_core::accounts::{Caller, Role};
use ticketing_core::{
    AccountId, BoxOffice, Clock, EmbeddedSettings, Randomness, SigningKey, Step, Timestamp,
};
use ticketing_gateway::FaultPlan;

#[cfg(feature = "services")]
pub(crate) use self::services::postgres_url;
use crate::gateway::{Gateway, LedgerItem};
use crate::wire::Wire;

/// 2026-05-01T10:00:00Z.
const START: Timestamp = Timestamp::from_millis(1_777_629_600_000);
/// What every world is signed with; it guards nothing.
const KEY: [u8; 32] = [7; 32];
/// The administrator of every world.
pub(crate) const ROOT: &str = "root@example.org";
pub(crate) const ROOT_PASSWORD: &str = "a long password";
/// Worlds are alike; what happens in them is not always.
const SEED: u64 = 1;
/// How long the line rests between two ticks.
const TICK: Duration = Duration::from_millis(200);
/// More steps than anything needs that has an end.
const STEPS_MAX: u32 = 1_000;

/// The world of one test. Clones share it.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) office: BoxOffice,
    pub(crate) clock: Clock,
    pub(crate) wire: Arc<Wire>,
    #[cfg(feature = "services")]
    services: Option<services::Namespace>,
    keys: Arc<AtomicU64>,
    administrator: Caller,
}

impl World {
    pub(crate) async fn embedded() -> Self {
        let (clock, wire) = surroundings().await;
        let office = BoxOffice::embedded(embedded_settings(&clock, &wire));
        Self::around(office, clock, wire).await
    }

    /// An embedded one with guards taken out.
    #[cfg(feature = "broken-guards")]
    pub(crate) async fn broken(broken: Broken) -> Self {
        let (clock, wire) = surroundings().await;
        let settings = EmbeddedSettings { broken, ..embedded_settings(&clock, &wire) };
        Self::around(BoxOffice::embedded(settings), clock, wire).await
    }

    async fn around(office: BoxOffice, clock: Clock, wire: Arc<Wire>) -> Self {
        let password = SecretString::from(ROOT_PASSWORD);
        office.ensure_administrator(ROOT, &password).await.unwrap();
        let session = office.sign_in(ROOT, &password).await.unwrap();
        let administrator = office.authenticate(&session.access_token).unwrap();
        Self {
            office,
            clock,
            wire,
            #[cfg(feature = "services")]
            services: None,
            keys: Arc::default(),
            administrator,
        }
    }

    /// Another server of the same deployment.
    pub(crate) async fn another_office(&self) -> Self {
        #[cfg(feature = "services")]
        if let Some(namespace) = &self.services {
            let randomness = Randomness::from_system();
            let office = namespace.connect(&self.clock, &self.wire, randomness, signing_key());
            return Self { office: office.await, ..self.clone() };
        }
        std::future::ready(self.clone()).await
    }

    /// A server with another signing key: of the same deployment on the services, of one without
    /// any data when embedded.
    pub(crate) async fn office_with_key(&self, signing_key: SigningKey) -> Self {
        #[cfg(feature = "services")]
        if let Some(namespace) = &self.services {
            let randomness = Randomness::from_system();
            let office = namespace.connect(&self.clock, &self.wire, randomness, signing_key);
            return Self { office: office.await, ..self.clone() };
        }
        let settings =
            EmbeddedSettings { signing_key, ..embedded_settings(&self.clock, &self.wire) };
        std::future::ready(Self { office: BoxOffice::embedded(settings), ..self.clone() }).await
    }

    /// Another server of the same deployment, with guards taken out.
    #[cfg(all(feature = "broken-guards", feature = "services"))]
    pub(crate) async fn another_broken_office(&self, broken: Broken) -> Self {
        let namespace = self.namespace().with(broken);
        let randomness = Randomness::from_system();
        let office = namespace.connect(&self.clock, &self.wire, randomness, signing_key());
        Self { office: office.await, ..self.clone() }
    }

    /// Where the data of a world on the services are.
    #[cfg(feature = "services")]
    pub(crate) fn namespace(&self) -> &services::Namespace {
        self.services.as_ref().expect("a world on services")
    }

    /// The gateway from now on goes wrong in this way.
    pub(crate) async fn faults(&self, faults: FaultPlan) {
        self.wire.replug(Gateway::start(faults, &self.clock).await);
    }

    pub(crate) fn administrator(&self) -> Caller {
        self.administrator
    }

    pub(crate) async fn buyers(&self, count: u32) -> Vec<Caller> {
        let made = self.office.add_synthetic_buyers(&self.administrator, count).await.unwrap();
        made.iter().map(|buyer| self.office.authenticate(&buyer.access_token).unwrap()).collect()
    }

    pub(crate) async fn buyer(&self) -> Caller {
        self.buyers(1).await[0]
    }

    pub(crate) async fn organizer(&self) -> Caller {
        let organizer = self.buyer().await;
        self.give_role(organizer.account(), Role::Organizer).await;
        organizer
    }

    pub(crate) async fn give_role(&self, account: AccountId, role: Role) {
        self.office.set_role(&self.administrator, account, role).await.unwrap();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn advance_ms(&self, milliseconds: u64) {
        self.clock.advance(Duration::from_millis(milliseconds));
    }

    pub(crate) fn advance_seconds(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The line's next tick.
    pub(crate) async fn tick(&self) {
        self.clock.advance(TICK);
        self.office.step_lines().await.unwrap();
    }

    /// Everything that background work does on its own accord, until nothing is left to do. Events
    /// are told where a test is about them.
    pub(crate) async fn settle_down(&self) {
        for _ in 0..STEPS_MAX {
            let office = &self.office;
            let steps = [
                office.step_expiry().await.unwrap(),
                office.step_payments().await.unwrap(),
                office.step_refunds().await.unwrap(),
                office.step_seats().await.unwrap(),
            ];
            if steps.iter().all(|step| *step == Step::Idle) {
                return;
            }
        }
        panic!("the background work has no end");
    }

    /// An idempotency key that nobody used.
    pub(crate) fn key(&self) -> IdempotencyKey {
        let number = self.keys.fetch_add(1, Ordering::Relaxed);
        IdempotencyKey::new(&format!("key-of-a-test-{number:08}")).unwrap()
    }

    pub(crate) async fn ledger(&self) -> Vec<LedgerItem> {
        self.wire.gateway().ledger().await
    }
}

pub(crate) fn signing_key() -> SigningKey {
    SigningKey::new(KEY)
}

async fn surroundings() -> (Clock, Arc<Wire>) {
    let clock = Clock::manual(START);
    let wire = Wire::to(Gateway::start(FaultPlan::default(), &clock).await);
    (clock, Arc::new(wire))
}

fn embedded_settings(clock: &Clock, wire: &Arc<Wire>) -> EmbeddedSettings {
    EmbeddedSettings {
        clock: clock.clone(),
        randomness: Randomness::seeded(SEED),
        signing_key: signing_key(),
        provider: wire.clone(),
        picture_store: wire.store.picture_store(),
        #[cfg(feature = "broken-guards")]
        broken: Broken::default(),
    }
}

/// Runs a body in an embedded world.
pub(crate) async fn on_embedded<Ends>(body: impl FnOnce(World) -> Ends)
where
    Ends: Future<Output = ()> + Send + 'static,
{
    finish(World::embedded().await, body).await;
}

/// Runs a body in a world on the services.
#[cfg(feature = "services")]
pub(crate) async fn on_services<Ends>(body: impl FnOnce(World) -> Ends)
where
    Ends: Future<Output = ()> + Send + 'static,
{
    finish(services::world().await, body).await;
}

/// Runs a body in a world whose Redis is its own.
#[cfg(feature = "services")]
pub(crate) async fn on_own_redis<Ends>(
    body: impl FnOnce(World, Arc<crate::redis_process::RedisProcess>) -> Ends,
) where
    Ends: Future<Output = ()> + Send + 'static,
{
    let redis = Arc::new(crate::redis_process::RedisProcess::start());
    finish(services::world_on(&redis).await, |world| body(world, redis.clone())).await;
}

/// The same, with guards taken out.
#[cfg(all(feature = "broken-guards", feature = "services"))]
pub(crate) async fn on_own_redis_broken<Ends>(
    broken: Broken,
    body: impl FnOnce(World, Arc<crate::redis_process::RedisProcess>) -> Ends,
) where
    Ends: Future<Output = ()> + Send + 'static,
{
    let redis = Arc::new(crate::redis_process::RedisProcess::start());
    finish(services::broken_world_on(&redis, broken).await, |world| body(world, redis.clone()))
        .await;
}

/// Runs a body in an embedded world with guards taken out.
#[cfg(feature = "broken-guards")]
pub(crate) async fn on_broken_embedded<Ends>(broken: Broken, body: impl FnOnce(World) -> Ends)
where
    Ends: Future<Output = ()> + Send + 'static,
{
    finish(World::broken(broken).await, body).await;
}

/// Runs a body in a world on the services with guards taken out.
#[cfg(all(feature = "broken-guards", feature = "services"))]
pub(crate) async fn on_broken_services<Ends>(broken: Broken, body: impl FnOnce(World) -> Ends)
where
    Ends: Future<Output = ()> + Send + 'static,
{
    finish(services::broken_world(broken).await, body).await;
}

/// Runs the body and takes the world down, also when the body panicked.
async fn finish<Ends>(world: World, body: impl FnOnce(World) -> Ends)
where
    Ends: Future<Output = ()> + Send + 'static,
{
    let ended = tokio::spawn(body(world.clone())).await;
    #[cfg(feature = "services")]
    if world.services.is_some() {
        let dropped = world.office.drop_namespace().await;
        world.office.close().await;
        // What the body found comes first.
        assert!(dropped.is_ok() || ended.is_err(), "the namespace stays behind: {dropped:?}");
    }
    world.wire.let_charges_go();
    if let Err(error) = ended {
        resume_unwind(error.into_panic());
    }
}
