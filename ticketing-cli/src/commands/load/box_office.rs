//! The box office that a run is played at: in this process, or at the servers that were named.

use anyhow::Context as _;
use ticketing_client::accounts;
use ticketing_load::fleet::Fleet;
use ticketing_load::play::House;
use ticketing_profile::Usage;
use ticketing_wire::accounts::SignIn;

use crate::embedded::{self, Faults, Running};
use crate::output;
use crate::settings;

/// Connections of those who are no buyers: they set the stage and look at the books.
const OWN_CONNECTIONS: usize = 8;

/// Servers, their gateway, and the way in.
pub(in crate::commands) struct BoxOffice {
    pub(in crate::commands) house: House,
    /// Whom it was opened as.
    pub(in crate::commands) administrator: SignIn,
    running: Option<Running>,
}

impl BoxOffice {
    /// Connects to these servers, or starts one where none is named. Servers beyond this machine
    /// have to be the caller's own.
    pub(in crate::commands) async fn open(
        servers: &[String],
        faults: Faults,
        own: bool,
    ) -> anyhow::Result<Self> {
        if servers.is_empty() {
            return Self::embedded(faults).await;
        }
        let gateway = settings::gateway()?;
        super::refuse_foreign(servers.iter().chain([&gateway]), own)?;
        Self::new(servers, gateway, settings::administrator()?, None).await
    }

    async fn embedded(faults: Faults) -> anyhow::Result<Self> {
        let running = embedded::start(faults).await?;
        output::talk(&format!(
            "started a server at {} and a payment gateway at {}; their data live in memory",
            running.base_url, running.gateway_url
        ));
        let administrator = SignIn {
            email: running.admin_email.clone(),
            password: running.admin_password.clone().into(),
        };
        let server = [running.base_url.clone()];
        Self::new(&server, running.gateway_url.clone(), administrator, Some(running)).await
    }

    async fn new(
        servers: &[String],
        gateway: String,
        administrator: SignIn,
        running: Option<Running>,
    ) -> anyhow::Result<Self> {
        let servers =
            Fleet::new(servers, OWN_CONNECTIONS).map_err(|error| Usage(error.to_string()))?;
        let gateway =
            Fleet::new(&[gateway], OWN_CONNECTIONS).map_err(|error| Usage(error.to_string()))?;
        let signed_in = servers.send(&accounts::sign_in(&administrator)).await;
        let token = signed_in.context("cannot sign in as the administrator")?.access_token;
        let shares_process = running.is_some();
        let house = House { servers, gateway, administrator: token, shares_process };
        Ok(Self { house, administrator, running })
    }

    /// Stops what was started.
    pub(in crate::commands) async fn close(self) {
        if let Some(running) = self.running {
            running.stop().await;
        }
    }
}
