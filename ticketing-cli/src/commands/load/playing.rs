//! Plays a scenario at a box office, shown while it lasts.

use std::path::PathBuf;
use std::time::Duration;

use ticketing_client::clock as wall;
use ticketing_load::clock::RunClock;
use ticketing_load::play::{Error, Hall, Part, Play};
use ticketing_load::record::Latencies;
use ticketing_load::report::Run;
use ticketing_load::scenario::Scenario;
use ticketing_load::slo::Slo;
use ticketing_wire::secrets::Password;
use ticketing_wire::venues::SeatingPlan;
use tokio::sync::watch;

use super::box_office::BoxOffice;
use super::drawn;
use super::output::Folder;
use super::watched::{Concluded, Ends, Progress, Shown, watched};
use crate::entropy;
use crate::output::{self, Format};
use crate::plan::Plan;
use crate::settings::Usage;

/// What is played.
pub(in crate::commands) struct Playing {
    pub(in crate::commands) scenario: Scenario,
    pub(in crate::commands) hall: Plan,
    pub(in crate::commands) seed: u64,
    pub(in crate::commands) slos: Vec<Slo>,
    /// What is due so early is not counted.
    pub(in crate::commands) warmup: Duration,
}

/// How a run is shown while it lasts, and where it is written to.
pub(in crate::commands) struct Writing {
    pub(in crate::commands) progress: Progress,
    pub(in crate::commands) folder: Option<PathBuf>,
    /// After how long a missed objective ends it.
    pub(in crate::commands) abort_after: Option<Duration>,
}

/// A run that was played, and is not printed yet.
pub(in crate::commands) struct Played {
    pub(in crate::commands) run: Run,
    histograms: Vec<(String, Latencies)>,
    shown: Shown,
}

impl Played {
    /// Prints and writes it.
    pub(in crate::commands) fn conclude(self, format: Format) -> anyhow::Result<Concluded> {
        self.shown.conclude(self.run, &self.histograms, format)
    }
}

/// Plays it, closes the box office, and says what came of it.
pub(in crate::commands) async fn play(
    box_office: BoxOffice,
    playing: Playing,
    writing: Writing,
) -> anyhow::Result<Played> {
    let run = on_stage(&box_office, playing, writing).await;
    box_office.close().await;
    run
}

async fn on_stage(
    box_office: &BoxOffice,
    playing: Playing,
    writing: Writing,
) -> anyhow::Result<Played> {
    let Playing { scenario, hall, seed, slos, warmup } = playing;
    let part = Part {
        scenario,
        seed,
        warmup,
        tag: entropy::fresh(),
        organizer_password: Password::from(format!("{:032x}", entropy::fresh())),
        hall: Hall {
            name: hall.name,
            categories: hall.categories,
            seat_map: SeatingPlan(hall.seat_map),
        },
    };
    let clock = RunClock::start(wall::now());
    let play = Play::set(box_office.house.clone(), part, clock).await.map_err(usage)?;
    let stage = play.stage();
    let performance = stage.performance.clone();
    output::talk(&format!(
        "{} buyers come for {} seats; on sale at {}",
        stage.buyers.len(),
        stage.performance.seats_total,
        stage.performance.on_sale_at.shown_in(stage.performance.time_zone.as_deref())
    ));
    let folder = writing.folder.as_deref().map(Folder::make).transpose()?;
    let mut shown = Shown::new(folder, writing.progress);
    let monitor = play.monitor(&slos);
    let (end, stop) = watch::channel(false);
    let ends = Ends { stop: &end, abort_after: writing.abort_after };
    let watched = watched(&monitor, &mut shown, ends, play.run(stop)).await?;
    let evidence = watched.outcome.as_ref();
    let drawn = match evidence {
        Some(Ok(evidence)) => drawn::check(&box_office.house.servers, &performance, evidence).await,
        _ => None,
    };
    let verified = drawn.into_iter().collect();
    let run = play.judged(evidence, verified, &monitor, watched.cut, &slos);
    Ok(Played { run, histograms: play.histograms(), shown })
}

/// What this machine or the scenario does not allow is for the caller to change.
fn usage(error: Error) -> anyhow::Error {
    match error {
        Error::Impossible(why) => Usage(why).into(),
        other => other.into(),
    }
}
