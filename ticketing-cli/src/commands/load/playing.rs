//! Plays a scenario at a box office, shown while it lasts.

use std::path::PathBuf;
use std::time::Duration;

use ticketing_client::clock as wall;
use ticketing_load::arrivals::Shard;
use ticketing_load::clock::RunClock;
use ticketing_load::play::{Error, Hall, Known, Part, Play};
use ticketing_load::record::Latencies;
use ticketing_load::report::Run;
use ticketing_load::scenario::{self, Scenario};
use ticketing_load::slo::Slo;
use ticketing_profile::Usage;
use ticketing_wire::Time;
use ticketing_wire::secrets::Password;
use ticketing_wire::venues::SeatingPlan;
use tokio::sync::watch;
use uuid::Uuid;

use super::box_office::BoxOffice;
use super::drawn;
use super::output::Folder;
use super::watched::{Concluded, Ends, Progress, Shown, watched};
use crate::entropy;
use crate::output::{self, Format};
use crate::plan::Plan;

/// What is played.
pub(in crate::commands) struct Playing {
    pub(in crate::commands) scenario: Scenario,
    pub(in crate::commands) hall: Plan,
    pub(in crate::commands) seed: u64,
    /// With which other generators, if there are others.
    pub(in crate::commands) together: Option<Together>,
    pub(in crate::commands) slos: Vec<Slo>,
    /// What is due so early is not counted.
    pub(in crate::commands) warmup: Duration,
}

/// Several generators that play one run.
pub(in crate::commands) struct Together {
    /// Which part of it is played here.
    pub(in crate::commands) shard: Shard,
    /// When all of them begin.
    pub(in crate::commands) start_at: Time,
}

/// How far from the common beginning a generator may begin: the wall clock may be set while it waits.
const BEGINS_WITHIN: Duration = Duration::from_millis(100);

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
    let Playing { scenario, hall, seed, together, slos, warmup } = playing;
    let (tag, organizer) = match &together {
        Some(together) => (together.tag(&scenario, seed), box_office.administrator.clone().into()),
        None => (entropy::fresh(), Password::from(format!("{:032x}", entropy::fresh())).into()),
    };
    let part = Part {
        scenario,
        seed,
        shard: together.as_ref().map_or_else(Shard::default, |together| together.shard),
        warmup,
        tag,
        organizer,
        hall: Hall {
            name: hall.name,
            categories: hall.categories,
            seat_map: SeatingPlan(hall.seat_map),
        },
    };
    let now = wall::now();
    let begins = together.as_ref().map_or(now, |together| together.start_at);
    let clock = RunClock::beginning_at(begins, now);
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
    let late = match &together {
        Some(together) => together.wait(clock, performance.id).await?,
        None => None,
    };
    let mut shown = Shown::new(folder, writing.progress);
    let monitor = play.monitor(&slos);
    let (end, stop) = watch::channel(false);
    let ends = Ends { stop: &end, abort_after: writing.abort_after };
    let servers = &box_office.house.servers;
    let (known, verified, cut) = if together.is_some() {
        // Others' buyers may still be there: what was sold is judged when all are gone.
        let watched = watched(&monitor, &mut shown, ends, play.crowd(stop)).await?;
        let known = watched.outcome.transpose()?.map_or(Known::Nothing, Known::Told);
        if let Some((told, folder)) = known.told().zip(shown.folder.as_ref())
            && let Err(error) = folder.keep(told)
        {
            // What was measured is not lost for that.
            output::talk(&format!("what was sold cannot be judged: {error:#}"));
        }
        (known, None, watched.cut)
    } else {
        let watched = watched(&monitor, &mut shown, ends, play.run(stop)).await?;
        let known = match watched.outcome {
            Some(Ok(evidence)) => Known::All(evidence),
            Some(Err(failure)) => Known::Unreadable(failure),
            None => Known::Nothing,
        };
        let drawn = match known.told() {
            Some(told) => drawn::check(servers, &performance, told).await,
            None => None,
        };
        (known, drawn, watched.cut)
    };
    let verified = verified.into_iter().collect();
    let mut run = play.judged(&known, verified, &monitor, cut, &slos);
    if let Some(late) = late {
        run.distrust(late);
    }
    Ok(Played { run, histograms: play.histograms(), shown })
}

impl Together {
    /// Names the run: the same for all its generators, and for no other run.
    fn tag(&self, scenario: &Scenario, seed: u64) -> u128 {
        let of = self.shard.of;
        let text = format!("{} {seed} {of} {}", scenario.fingerprint(), self.start_at);
        scenario::tag(text.as_bytes())
    }

    /// Until all begin. Says why what is measured is not to be believed, where this generator did
    /// not begin when the wall showed that moment.
    async fn wait(&self, clock: RunClock, performance: Uuid) -> Result<Option<String>, Usage> {
        if clock.has_begun() {
            let why = "was over before the stage was set: all generators need a later one";
            return Err(Usage(format!("--start-at {} {why}", self.start_at)));
        }
        let ready = format!("ready for performance {performance}, which is the others' too");
        output::talk(&format!("{ready}; all begin at {}", self.start_at));
        clock.sleep_until(Duration::ZERO).await;
        Ok(self.is_beside(wall::now()))
    }

    /// Why a generator that begins when its wall clock shows this is not together with the others.
    fn is_beside(&self, begins: Time) -> Option<String> {
        let beside = begins.as_millis().abs_diff(self.start_at.as_millis());
        let allowed = BEGINS_WITHIN.as_millis();
        (u128::from(beside) > allowed).then(|| {
            format!(
                "it began {beside} ms beside --start-at ({allowed} allowed): was the clock set?"
            )
        })
    }
}

/// What this machine or the scenario does not allow is for the caller to change.
fn usage(error: Error) -> anyhow::Error {
    match error {
        Error::Impossible(why) => Usage(why).into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START_AT_MS: i64 = 1_000_000;

    fn together() -> Together {
        Together { shard: Shard { number: 1, of: 2 }, start_at: Time::from_millis(START_AT_MS) }
    }

    #[tokio::test]
    async fn who_has_set_its_stage_too_late_is_told_so() {
        let start_at = together().start_at;
        let begun = RunClock::beginning_at(start_at, start_at);
        let refused = together().wait(begun, Uuid::nil()).await.unwrap_err();
        assert!(refused.0.contains("was over before the stage was set"), "{}", refused.0);
    }

    #[tokio::test]
    async fn who_begins_when_its_clock_shows_another_time_is_not_believed() {
        let begins =
            RunClock::beginning_at(together().start_at, Time::from_millis(START_AT_MS - 9));
        let late = together().wait(begins, Uuid::nil()).await.unwrap();
        assert!(late.unwrap().contains("beside --start-at"), "the wall is at today");
        for (by_ms, is_beside) in [(-101, true), (-100, false), (100, false), (101, true)] {
            let beside = together().is_beside(Time::from_millis(START_AT_MS + by_ms));
            assert_eq!(beside.is_some(), is_beside, "{by_ms}: {beside:?}");
        }
    }
}
