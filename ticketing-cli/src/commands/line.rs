//! `ticketing line show`

use clap::Subcommand;
use serde::Serialize;
use ticketing_client::line;
use uuid::Uuid;

use crate::output::{self, Format, or_dash};
use crate::session;

#[derive(Debug, Subcommand)]
pub(crate) enum Line {
    /// Show the line of a performance as its organizer sees it.
    Show {
        /// The performance's id.
        performance: Uuid,
    },
}

/// What everybody may know and what the organizer may, side by side.
#[derive(Serialize)]
struct Shown {
    status: line::Status,
    report: line::Report,
}

pub(crate) async fn run(line: Line, servers: &[String], format: Format) -> anyhow::Result<()> {
    let Line::Show { performance } = line;
    let signed_in = session::open(servers).await?;
    let status = signed_in.send(&line::status(performance)).await?;
    let report = signed_in.send(&line::report(&signed_in.token, performance)).await?;
    let shown = Shown { status, report };
    output::print(format, &shown, || {
        let Shown { status, report } = &shown;
        output::properties([
            ("state", status.state.to_string()),
            ("waiting", report.waiting.to_string()),
            ("inside", format!("{} of {}", report.inside, report.capacity)),
            ("most inside", report.max_inside.to_string()),
            ("turns not claimed yet", report.ready.to_string()),
            ("admitted", report.admitted_total.to_string()),
            ("admitting per minute", or_dash(status.admitting_per_minute)),
            ("lapsed", report.lapsed_total.to_string()),
            ("expired", report.expired_total.to_string()),
            ("left", report.left_total.to_string()),
        ])
    })
}
