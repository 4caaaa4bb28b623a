//! Live progress on stderr: one line that changes where somebody looks, plain lines otherwise.

use std::io::{IsTerminal as _, stderr};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ticketing_load::lanes::Lanes;
use ticketing_load::progress::{Progress, Snapshot};

/// How often the line changes on a terminal, and how often one is written elsewhere.
const REFRESH_EVERY: Duration = Duration::from_millis(250);
const WRITE_EVERY: Duration = Duration::from_millis(500);

/// Clears its line when dropped.
struct LiveLine(ProgressBar);

/// Shows the progress until it is dropped.
pub(super) async fn run(progress: Arc<Progress>, lanes: Arc<Lanes>) {
    let live = stderr().is_terminal().then(LiveLine::new);
    let every = if live.is_some() { REFRESH_EVERY } else { WRITE_EVERY };
    let mut ticks = tokio::time::interval(every);
    loop {
        ticks.tick().await;
        let line = describe(&progress.snapshot(), lanes.steps.breaks().errors);
        match &live {
            Some(LiveLine(bar)) => bar.set_message(line),
            None => eprintln!("{line}"),
        }
    }
}

fn describe(now: &Snapshot, errors: u64) -> String {
    let Snapshot { arrived, in_line, inside, holds, sold, gone: _ } = now;
    format!(
        "arrived {arrived:>5}  in line {in_line:>5}  inside {inside:>4}  holds {holds:>5}  \
         sold {sold:>5}  errors {errors}"
    )
}

impl LiveLine {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{spinner} {elapsed:>4} {msg}")
            .expect("the template is a constant that parses");
        let bar = ProgressBar::new_spinner().with_style(style);
        bar.enable_steady_tick(REFRESH_EVERY);
        Self(bar)
    }
}

impl Drop for LiveLine {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
