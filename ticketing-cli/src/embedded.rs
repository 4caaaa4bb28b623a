//! The server and the gateway in this process, for a demo that needs nothing else.

use anyhow::Context as _;

use ticketing_server::embedded::{self, Fault, FaultPlan, Options};

#[cfg(feature = "broken-guards")]
pub(crate) use ticketing_server::embedded::Broken;
pub(crate) use ticketing_server::embedded::Running;

/// What is wrong on purpose with the box office of this process; nothing, by default.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Of a thousand captures so many have a wrong amount.
    pub(crate) wrong_amounts: u16,
    /// Guards that are taken away.
    #[cfg(feature = "broken-guards")]
    pub(crate) broken: Broken,
}

/// Starts both on free ports of this machine.
pub(crate) async fn start(faults: Faults) -> anyhow::Result<Running> {
    let options = Options {
        faults: FaultPlan::default().with(Fault::WrongAmount, faults.wrong_amounts),
        #[cfg(feature = "broken-guards")]
        broken: faults.broken,
    };
    embedded::start(options).await.context("cannot start the embedded server")
}
