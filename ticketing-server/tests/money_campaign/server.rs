//! One server of a campaign: this program again, in a process that can be killed.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::SecretString;
use ticketing_core::payments::{
    Confirmation, Fact, Movements, PaymentWindow, PortOne, PortOneSettings, PreRegistration,
    Provider, ProviderError, Refunding, Reversal, WebhookSecrets,
};
use ticketing_core::pictures::PictureStore;
use ticketing_core::{
    BoxOffice, Clock, KafkaSettings, PayMethod, PaymentId, Randomness, ServicesSettings,
    SigningKey, Timestamp,
};
use ticketing_server::{App, Server};

use crate::time::{SPEED, Time};

/// The client's longest time-out, as fast as time goes by here.
const CALL_TIMEOUT: Duration = Duration::from_millis(60_000 / SPEED as u64);
const NAMES: [&str; 7] = [
    "CAMPAIGN_NAMESPACE",
    "CAMPAIGN_ORIGIN_MS",
    "CAMPAIGN_TIME",
    "CAMPAIGN_GATEWAY",
    "CAMPAIGN_SECRET",
    "CAMPAIGN_PORT",
    "CAMPAIGN_GUARD",
];

/// What all servers of a campaign have in common.
#[derive(Clone, Debug)]
pub(crate) struct Common {
    pub(crate) namespace: String,
    pub(crate) time: Time,
    pub(crate) standing: PathBuf,
    pub(crate) gateway: String,
    /// Opens the gateway, signs webhooks and tokens: it guards nothing.
    pub(crate) secret: String,
}

/// A server's process.
pub(crate) struct Process {
    common: Common,
    port: u16,
    /// The guards that are taken out, by their names.
    guard: String,
    child: Child,
}

impl Process {
    pub(crate) fn start(common: &Common, port: u16, guard: &str) -> Self {
        let child = spawn(common, port, guard);
        Self { common: common.clone(), port, guard: guard.to_owned(), child }
    }

    /// SIGKILL, and another in its place.
    pub(crate) fn kill_and_start(&mut self) {
        self.child.kill().expect("it is ours to end");
        self.child.wait().expect("it ends");
        self.child = spawn(&self.common, self.port, &self.guard);
    }

    /// It finishes what it is at, and leaves.
    pub(crate) fn end(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().expect("it ends");
    }

    /// Until it has ended by itself, and another in its place that does not.
    #[cfg(feature = "broken-guards")]
    pub(crate) fn dies_and_starts(&mut self, guard: &str) {
        // Waiting would let go of it, and the process would leave.
        let held = self.child.stdin.take();
        let status = self.child.wait().expect("it ends");
        drop(held);
        assert!(!status.success(), "it did not die: {status}");
        guard.clone_into(&mut self.guard);
        self.child = spawn(&self.common, self.port, &self.guard);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    free.local_addr().expect("it has an address").port()
}

pub(crate) fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn spawn(common: &Common, port: u16, guard: &str) -> Child {
    let values = [
        common.namespace.clone(),
        common.time.origin_ms().to_string(),
        common.standing.display().to_string(),
        common.gateway.clone(),
        common.secret.clone(),
        port.to_string(),
        guard.to_owned(),
    ];
    Command::new(std::env::current_exe().expect("this program has a path"))
        .arg("--serve")
        .envs(NAMES.into_iter().zip(values))
        .stdin(Stdio::piped())
        .spawn()
        .expect("this program starts again")
}

impl Common {
    fn of_environment() -> (Self, u16, String) {
        let [namespace, origin, standing, gateway, secret, port, guard] =
            NAMES.map(|name| std::env::var(name).expect("a campaign started this"));
        let standing = PathBuf::from(standing);
        let time = Time::since(origin.parse().expect("a number"), &standing);
        let common = Self { namespace, time, standing, gateway, secret };
        (common, port.parse().expect("a port"), guard)
    }

    /// A box office of this campaign in this process.
    pub(crate) async fn office(
        &self,
        clock: Clock,
        #[cfg_attr(not(feature = "broken-guards"), expect(unused_variables))] guard: &str,
    ) -> BoxOffice {
        let url = |name| std::env::var(name).expect("eval \"$(./services env)\"");
        let settings = PortOneSettings::live(&self.gateway, SecretString::from(&*self.secret));
        let portone = PortOne::new(settings).expect("a client");
        let mut key = [0; 32];
        key.copy_from_slice(&self.secret.as_bytes()[..32]);
        BoxOffice::connect(ServicesSettings {
            postgres: url("TICKETING_POSTGRES").into(),
            redis: url("TICKETING_REDIS").into(),
            kafka: KafkaSettings::at(url("TICKETING_KAFKA")),
            namespace: self.namespace.clone(),
            keep_connections: false,
            clock: Some(clock),
            randomness: Randomness::from_system(),
            signing_key: SigningKey::new(key),
            provider: Arc::new(Hurried(portone)),
            picture_store: PictureStore::in_memory(),
            #[cfg(feature = "broken-guards")]
            broken: broken(guard),
        })
        .await
        .expect("the services answer")
    }

    pub(crate) fn webhook_secrets(&self) -> WebhookSecrets {
        WebhookSecrets::new(&[self.webhook_secret()]).expect("a secret")
    }

    /// What webhooks are signed with.
    pub(crate) fn webhook_secret(&self) -> SecretString {
        BASE64_STANDARD.encode(&self.secret).into()
    }
}

/// The program as a server, until it is killed or nobody holds the other end of its input.
pub(crate) fn serve() -> ExitCode {
    let (common, port, guard) = Common::of_environment();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let office = common.office(common.time.clock(), &guard).await;
        let listener =
            tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
        let app = App::new(office, true).with_webhooks(Some(common.webhook_secrets()));
        let server = Server::start(app, listener, None).expect("it serves");
        let is_left = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]));
        let _ = is_left.await;
        server.stop().await;
    });
    ExitCode::SUCCESS
}

/// The guards of these names taken out, and the crash point among them.
#[cfg(feature = "broken-guards")]
fn broken(names: &str) -> ticketing_core::Broken {
    let mut broken = ticketing_core::Broken::NONE;
    for name in names.split('+').filter(|name| !name.is_empty()) {
        match name {
            "amount" => broken.amount = true,
            "gate" => broken.gate = true,
            "live_attempt" => broken.live_attempt = true,
            "version" => broken.version = true,
            "inbox" => broken.inbox = true,
            "watch" => broken.watch = true,
            "fence" => broken.fence = true,
            // Taken out of the books themselves.
            "void" | "quota" => {}
            point => broken.dies_at = Some(crate::crashes::point(point)),
        }
    }
    broken
}

/// The provider, given up as soon as time goes by here.
struct Hurried(PortOne);

impl Hurried {
    async fn hurry<T>(
        &self,
        call: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let given_up = || ProviderError::Unknown("it took too long".into());
        tokio::time::timeout(CALL_TIMEOUT, call).await.unwrap_or_else(|_| Err(given_up()))
    }
}

#[async_trait]
impl Provider for Hurried {
    async fn pre_register(&self, registration: PreRegistration) -> Result<(), ProviderError> {
        self.hurry(self.0.pre_register(registration)).await
    }

    async fn confirm(&self, confirmation: Confirmation) -> Result<(), ProviderError> {
        self.hurry(self.0.confirm(confirmation)).await
    }

    async fn payment(&self, payment: PaymentId) -> Result<Option<Fact>, ProviderError> {
        self.hurry(self.0.payment(payment)).await
    }

    async fn movements(
        &self,
        since: Timestamp,
        after: Option<&str>,
    ) -> Result<Movements, ProviderError> {
        self.hurry(self.0.movements(since, after)).await
    }

    async fn cancel(&self, refunding: Refunding) -> Result<Reversal, ProviderError> {
        self.hurry(self.0.cancel(refunding)).await
    }

    fn window(&self, payment: PaymentId, methods: &[PayMethod]) -> Option<PaymentWindow> {
        self.0.window(payment, methods)
    }
}
