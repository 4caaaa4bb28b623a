//! The box office that a demo plays at: in this process, or at the servers that were named.

use ticketing_client::{Error, accounts};
use ticketing_load::fleet::Fleet;
use ticketing_load::lanes::{CONNECTIONS, GATEWAY_CONNECTIONS};
use ticketing_wire::accounts::SignIn;
use ticketing_wire::secrets::AccessToken;

use crate::embedded::{self, Faults, Running};
use crate::settings;

/// Servers, their gateway, and the way in.
pub(super) struct BoxOffice {
    pub(super) servers: Fleet,
    pub(super) gateway: Fleet,
    administrator: SignIn,
    running: Option<Running>,
}

impl BoxOffice {
    /// Connects to these servers, or starts one where none is named.
    pub(super) async fn open(servers: &[String], faults: Faults) -> anyhow::Result<Self> {
        if servers.is_empty() {
            return Self::embedded(faults).await;
        }
        Self::new(servers, settings::gateway()?, settings::administrator()?, None)
    }

    async fn embedded(faults: Faults) -> anyhow::Result<Self> {
        let running = embedded::start(faults).await?;
        eprintln!(
            "started a server at {} and a payment gateway at {}; their data live in memory",
            running.base_url, running.gateway_url
        );
        let administrator = SignIn {
            email: running.admin_email.clone(),
            password: running.admin_password.clone().into(),
        };
        let server = [running.base_url.clone()];
        Self::new(&server, running.gateway_url.clone(), administrator, Some(running))
    }

    fn new(
        servers: &[String],
        gateway: String,
        administrator: SignIn,
        running: Option<Running>,
    ) -> anyhow::Result<Self> {
        let servers = Fleet::new(servers, CONNECTIONS)?;
        let gateway = Fleet::new(&[gateway], GATEWAY_CONNECTIONS)?;
        Ok(Self { servers, gateway, administrator, running })
    }

    /// Signs in as the administrator.
    pub(super) async fn administrator(&self) -> Result<AccessToken, Error> {
        let sign_in = accounts::sign_in(&self.administrator);
        Ok(self.servers.send(&sign_in).await?.access_token)
    }

    /// Stops what was started.
    pub(super) async fn close(self) {
        if let Some(running) = self.running {
            running.stop().await;
        }
    }
}
