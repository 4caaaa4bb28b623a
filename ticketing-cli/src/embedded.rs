//! The server and the gateway in this process, for a demo that needs nothing else.

use anyhow::Context as _;

use ticketing_server::embedded::{self, Options};

#[cfg(feature = "broken-guards")]
pub(crate) use ticketing_server::embedded::Broken;
pub(crate) use ticketing_server::embedded::Running;

/// What is wrong on purpose with the box office of this process; nothing, by default.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Every so many captures have a wrong amount.
    pub(crate) wrong_amount_every: Option<u32>,
    /// Guards that are taken away.
    #[cfg(feature = "broken-guards")]
    pub(crate) broken: Broken,
}

/// Starts both on free ports of this machine.
pub(crate) async fn start(faults: Faults) -> anyhow::Result<Running> {
    let options = Options {
        wrong_amount_every: faults.wrong_amount_every,
        #[cfg(feature = "broken-guards")]
        broken: faults.broken,
    };
    embedded::start(options).await.context("cannot start the embedded server")
}
