//! The command tree.

use clap::{Parser, Subcommand};

use crate::commands;
use crate::output::Format;

/// The box office from the command line.
#[derive(Debug, Parser)]
#[command(name = "ticketing", version, propagate_version = true)]
pub(crate) struct Arguments {
    /// How answers are printed.
    #[arg(short, long, global = true, value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,

    /// The server, such as <http://127.0.0.1:8080>; repeatable for `demo`. Where it is not given,
    /// `TICKETING_SERVER` says it, except for `demo`, which then starts a server of its own.
    #[arg(long = "server", global = true, value_name = "URL")]
    pub(crate) servers: Vec<String>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in and remember it.
    Login(commands::login::Login),
    /// Houses and their seating plans.
    #[command(subcommand)]
    Venue(commands::venue::Venue),
    /// What is sold.
    #[command(subcommand)]
    Performance(commands::performance::Performance),
    /// The waiting line of a performance: watch it, steer it, check its draw.
    #[command(subcommand, visible_alias = "line")]
    Queue(commands::queue::Queue),
    /// The orders of a performance.
    #[command(subcommand)]
    Order(commands::order::Order),
    /// What people who were there say: read, write, decide about.
    #[command(subcommand)]
    Review(commands::review::Review),
    /// Events that a consumer could not react to; for administrators.
    #[command(subcommand)]
    Events(commands::events::Events),
    /// Payments that need a person; for administrators.
    #[command(subcommand)]
    Payment(commands::payment::Payment),
    /// What a performance sold, for its books.
    #[command(subcommand)]
    Report(commands::report::Report),
    /// Load tests, with arrivals that no slow answer delays.
    #[command(subcommand)]
    Load(commands::load::Load),
    /// A contested on-sale with virtual buyers, and a verdict on it.
    Demo(commands::demo::Demo),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_tree_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn servers_and_output_may_stand_behind_the_command() {
        let line =
            ["ticketing", "demo", "--server", "http://a", "--server", "http://b", "-o", "json"];
        let arguments = Arguments::try_parse_from(line).unwrap();
        assert_eq!(arguments.servers, ["http://a", "http://b"]);
        assert_eq!(arguments.output, Format::Json);
    }

    #[test]
    fn a_command_without_its_argument_is_refused() {
        let error = Arguments::try_parse_from(["ticketing", "queue", "status"]).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::MissingRequiredArgument);
    }
}
