//! The box office over HTTP: thin routes over [`ticketing_core::BoxOffice`].

mod accept;
mod app;
mod around;
mod body;
mod convert;
mod deployment;
mod document;
pub mod embedded;
mod extract;
mod objects;
mod problem;
mod router;
mod routes;
mod serve;
mod settings;
mod telemetry;
mod tickets;

pub use self::app::App;
pub use self::deployment::Deployment;
pub use self::problem::Problem;
pub use self::router::router;
pub use self::serve::{Metrics, Server};
pub use self::settings::{NAMES, Settings, SettingsError};
