//! `ticketing load watch`: looks at a run that is being played, or once more at one that has ended.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use ticketing_load::monitor::Moment;
use ticketing_load::report;
use tokio::time::Instant;

use super::output::{RUN, SERIES, read};
use super::watched::{Progress, Shown};
use crate::output::{self, Format};

/// How often a run that goes on is looked at: it adds a line every second.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A run that adds nothing for so long was killed.
const QUIET_MAX: Duration = Duration::from_secs(60);

/// Nobody watches anything slower or faster than this.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.1..=1_000.0;

#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// The run's folder.
    run: PathBuf,
    /// How many times faster one that has ended is shown.
    #[arg(long, value_parser = speed, default_value = "10")]
    speed: f64,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    progress: Progress,
}

pub(super) async fn run(watch: Watch, format: Format) -> anyhow::Result<ExitCode> {
    let mut shown = Shown::new(None, watch.progress);
    let watching = show(&watch, &mut shown);
    let ended = tokio::select! {
        ended = watching => ended.map(|()| true),
        _ = tokio::signal::ctrl_c() => Ok(false),
    };
    shown.clear();
    if !ended? {
        output::talk("nobody watches it any more; it goes on");
        return Ok(ExitCode::SUCCESS);
    }
    let run = read(&watch.run)?;
    output::print_line(format, &run, || report::text(&run))?;
    Ok(ExitCode::from(run.verdict.exit_code()))
}

/// Shows every second until the run has ended: as it comes, or as fast as was asked for.
async fn show(watch: &Watch, shown: &mut Shown) -> anyhow::Result<()> {
    let document = watch.run.join(RUN);
    let replayed = document.exists();
    let mut seconds = Seconds::open(&watch.run)?;
    let mut before = None;
    let mut quiet_since = Instant::now();
    loop {
        // Looked for before the last lines are: they are written before the document is.
        let has_ended = document.exists();
        let Some(moment) = seconds.next()? else {
            if has_ended {
                return Ok(());
            }
            if quiet_since.elapsed() > QUIET_MAX {
                bail!("{} says nothing any more: it was killed", watch.run.display());
            }
            tokio::time::sleep(LOOK_EVERY).await;
            continue;
        };
        if replayed {
            let since = before.map_or(0.0, |before| moment.second - before);
            let pause = Duration::try_from_secs_f64(since / watch.speed).unwrap_or_default();
            tokio::time::sleep(pause).await;
        }
        before = Some(moment.second);
        quiet_since = Instant::now();
        shown.show(&moment);
    }
}

/// The seconds of a run, as far as they are written.
struct Seconds {
    file: BufReader<File>,
    line: String,
}

impl Seconds {
    fn open(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(SERIES);
        let context = || format!("no run is written to {}", folder.display());
        let file = BufReader::new(File::open(&path).with_context(context)?);
        Ok(Self { file, line: String::new() })
    }

    /// The next one that is written to its end. A line that is none is passed over.
    fn next(&mut self) -> anyhow::Result<Option<Moment>> {
        loop {
            self.file.read_line(&mut self.line).context("cannot read the run's seconds")?;
            if !self.line.ends_with('\n') {
                return Ok(None);
            }
            let moment = serde_json::from_str(&self.line);
            self.line.clear();
            if let Ok(moment) = moment {
                return Ok(Some(moment));
            }
        }
    }
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.trim_end_matches('x').parse().ok().filter(|speed| SPEEDS.contains(speed));
    speed.ok_or_else(|| {
        format!("`{text}` is no speed between {} and {}", SPEEDS.start(), SPEEDS.end())
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_second_that_is_half_written_is_waited_for_and_what_is_none_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let moment = |second: f64| {
            format!(
                r#"{{"second":{second},"buyers":{{"arrived":1,"in_line":0,"inside":0,"holds":0,"sold":0,"gone":0}},"steps":{{}},"health":{{"cpu_share":null,"machine_cpu_share":null,"descriptors":1}},"dispatch_p99_ms":0.0}}"#
            )
        };
        let mut file = File::create(folder.path().join(SERIES)).unwrap();
        let (first, second) = (moment(1.0), moment(2.0));
        write!(file, "{first}\nnonsense\n{}", &second[..20]).unwrap();
        let mut seconds = Seconds::open(folder.path()).unwrap();
        assert_eq!(seconds.next().unwrap().unwrap().second.to_string(), "1");
        assert!(seconds.next().unwrap().is_none());
        writeln!(file, "{}", &second[20..]).unwrap();
        assert_eq!(seconds.next().unwrap().unwrap().second.to_string(), "2");
    }

    #[test]
    fn a_speed_is_a_number_of_times() {
        assert_eq!((speed("10"), speed("2x"), speed("0.5")), (Ok(10.0), Ok(2.0), Ok(0.5)));
        for text in ["", "fast", "0", "-1", "NaN", "inf"] {
            assert!(speed(text).is_err(), "{text}");
        }
    }
}
