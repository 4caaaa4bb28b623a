//! The box office over HTTP: thin routes over [`ticketing_core::BoxOffice`].

mod app;
mod deployment;
pub mod embedded;
mod extract;
mod problem;
mod routes;
mod serve;
mod settings;
mod telemetry;

pub use self::app::{App, router};
pub use self::deployment::Deployment;
pub use self::problem::Problem;
pub use self::serve::{Metrics, Server};
pub use self::settings::{NAMES, Settings, SettingsError};
