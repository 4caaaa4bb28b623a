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

    /// The server, such as <http://127.0.0.1:8080>; repeatable for `demo` and `load run`. Where
    /// it is not given, `TICKETING_SERVER` says it, except for these, which then start one themselves.
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
    ///
    /// A run ends with 0 where nothing was missed, 20 where an objective was, 21 where something
    /// happened that must never, 22 where the generator itself did not keep up, so that the figures
    /// say nothing about the servers, and 130 where it was interrupted and none of these.
    #[command(subcommand)]
    Load(commands::load::Load),
    /// A contested on-sale with virtual buyers, and a verdict on it.
    ///
    /// Thousands of virtual buyers contest one hall; afterwards it is judged from what each of them
    /// was told whether the box office did right. It plays the scenario `arena` of `load run`, and
    /// judges the sale alone: how fast it went is `load run`'s to say. Exits with 21 where something
    /// happened that must never, and with 130 where it was interrupted.
    ///
    /// Without --server, a server and a payment gateway are started in this process. With it,
    /// `TICKETING_GATEWAY` says where buyers pay, and `TICKETING_ADMIN_EMAIL` and
    /// `TICKETING_ADMIN_PASSWORD` who makes organizers and buyers.
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
