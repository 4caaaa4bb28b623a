//! A run while it lasts: shown, written down second by second, and ended by Ctrl-C.

use std::future::Future;
use std::io::{IsTerminal as _, stderr};
use std::ops::ControlFlow;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;
use ticketing_load::monitor::{Moment, Monitor};
use ticketing_load::record::Latencies;
use ticketing_load::report::{self, Cut, Run};
use ticketing_load::slo::Met;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::live::Live;
use super::output::Folder;
use crate::output::{self, Format};

/// How a run is shown while it lasts, on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum Progress {
    /// Bars that move on a terminal, plain lines elsewhere.
    Auto,
    /// A line every second.
    Plain,
    /// A JSON object every second.
    Ndjson,
    /// Not at all.
    None,
}

/// Shows a run and writes it down.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) folder: Option<Folder>,
    way: Way,
    /// What went wrong with writing; said once, at the end.
    failure: Option<anyhow::Error>,
}

#[derive(Debug)]
enum Way {
    Live(Option<Live>),
    Plain,
    Ndjson,
    Nothing,
}

/// A run that has ended, one way or the other.
#[derive(Debug)]
pub(super) struct Watched<T> {
    /// What it returned; none where it was ended at once.
    pub(super) outcome: Option<T>,
    pub(super) cut: Cut,
}

/// How a run is ended before its time.
pub(super) struct Ends<'a> {
    /// Tells it to.
    pub(super) stop: &'a watch::Sender<bool>,
    /// Once it has been measured for so long, an objective that is missed ends it.
    pub(super) abort_after: Option<Duration>,
}

/// Lets a run go on to its end. Ctrl-C, a request to terminate, or an objective that is missed tells
/// it to end; being asked again does not wait for it.
pub(super) async fn watched<T>(
    monitor: &Monitor,
    shown: &mut Shown,
    ends: Ends<'_>,
    running: impl Future<Output = T>,
) -> anyhow::Result<Watched<T>> {
    let mut running = pin!(running);
    let mut cut = Cut::default();
    let mut terminate = signal(SignalKind::terminate())?;
    let outcome = loop {
        let abort_after = ends.abort_after.filter(|_| cut == Cut::default());
        tokio::select! {
            outcome = &mut running => break Some(outcome),
            missed = monitor.watch(|moment| {
                shown.show(&moment);
                let is_due = abort_after.is_some_and(|after| monitor.measures_for() >= after);
                match moment.slos.into_iter().find(|slo| is_due && slo.met == Some(false)) {
                    Some(missed) => ControlFlow::Break(missed),
                    None => ControlFlow::Continue(()),
                }
            }) => {
                output::talk(&format!("ending: {} was missed", missed.slo));
                cut.aborted_by = Some(missed);
                ends.stop.send_replace(true);
            }
            () = asked_to_end(&mut terminate) => {
                if cut.interrupted {
                    break None;
                }
                cut.interrupted = true;
                output::talk("ending: nobody new comes; once more ends at once");
                ends.stop.send_replace(true);
            }
        }
    };
    shown.show(&monitor.look());
    Ok(Watched { outcome, cut })
}

async fn asked_to_end(terminate: &mut Signal) {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

impl Shown {
    pub(super) fn new(folder: Option<Folder>, progress: Progress) -> Self {
        let way = match progress {
            Progress::Auto if stderr().is_terminal() => Way::Live(None),
            Progress::Auto | Progress::Plain => Way::Plain,
            Progress::Ndjson => Way::Ndjson,
            Progress::None => Way::Nothing,
        };
        Self { folder, way, failure: None }
    }

    pub(super) fn show(&mut self, moment: &Moment) {
        if let Some(folder) = &mut self.folder
            && let Err(error) = folder.add(moment)
        {
            self.failure.get_or_insert(error);
        }
        match &mut self.way {
            Way::Live(live) => live.get_or_insert_with(|| Live::new(moment)).show(moment),
            Way::Plain => output::talk(&line(moment)),
            Way::Ndjson => output::talk(&serde_json::json!(moment).to_string()),
            Way::Nothing => {}
        }
    }

    /// Takes away what stands on the terminal.
    pub(super) fn clear(&self) {
        if let Way::Live(Some(live)) = &self.way {
            live.clear();
        }
    }

    /// Clears what is shown, prints what came of the run, and writes it. What cannot be written is
    /// said; what was measured is not lost for that.
    pub(super) fn conclude(
        self,
        run: Run,
        histograms: &[(String, Latencies)],
        format: Format,
    ) -> anyhow::Result<Concluded> {
        self.clear();
        output::print_line(format, &run, || report::text(&run))?;
        let mut failure = self.failure;
        if let Some(folder) = self.folder {
            match folder.finish(&run, histograms) {
                Ok(_) if matches!(self.way, Way::Ndjson) => {}
                Ok(path) => output::talk(&format!("written to {}", path.display())),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        if let Some(error) = &failure {
            output::talk(&format!("error: {error:#}"));
        }
        Ok(Concluded { run, is_written: failure.is_none() })
    }
}

/// A run that was printed, and written where it could be.
#[derive(Debug)]
pub(in crate::commands) struct Concluded {
    pub(in crate::commands) run: Run,
    is_written: bool,
}

impl Concluded {
    /// The code of the verdict; a failure where there is none and the run could not be written.
    pub(in crate::commands) fn exit_code(&self, of_verdict: u8) -> ExitCode {
        match of_verdict {
            0 if !self.is_written => ExitCode::FAILURE,
            code => ExitCode::from(code),
        }
    }
}

fn line(moment: &Moment) -> String {
    let Moment { second, buyers, window, health, .. } = moment;
    let count: u64 = window.steps.values().map(|step| step.count).sum();
    let errors: u64 = window.steps.values().map(|step| step.errors).sum();
    let worst = window.steps.iter().max_by(|a, b| a.1.p99_ms.total_cmp(&b.1.p99_ms));
    let worst = worst.map_or_else(String::new, |(step, window)| {
        format!("  slowest {} p99 {:.0} ms", step.name(), window.p99_ms)
    });
    let line = if buyers.in_line + buyers.inside + buyers.holds == 0 {
        String::new()
    } else {
        format!(
            "  in line {:>5}  inside {:>4}  holds {:>5}  sold {:>5}",
            buyers.in_line, buyers.inside, buyers.holds, buyers.sold
        )
    };
    let cpu =
        health.cpu_share.map_or_else(String::new, |share| format!("  cpu {:.0} %", share * 100.0));
    format!(
        "{second:>6.1} s  arrived {:>6}{line}  {count:>6} answers  {errors} errors{worst}{cpu}{}",
        buyers.arrived,
        missed(&moment.slos)
    )
}

/// Names what is missed by now.
fn missed(slos: &[Met]) -> String {
    let missed = slos.iter().filter(|slo| slo.met == Some(false)).map(|slo| slo.slo.as_str());
    let missed: Vec<_> = missed.collect();
    if missed.is_empty() { String::new() } else { format!("  missed {}", missed.join(", ")) }
}
