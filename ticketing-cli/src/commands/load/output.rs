//! Where a run goes: a folder of its own with the document, the series and the histograms.

use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hdrhistogram::Histogram;
use ticketing_load::monitor::Moment;
use ticketing_load::record::Latencies;
use ticketing_load::report::{Run, hlog, read_hlog};
use ticketing_load::verdict::Testimony;
use ticketing_profile::Usage;
use ticketing_wire::Time;

use crate::output;

/// The document, the series and the histograms of a run's folder.
pub(super) const RUN: &str = "run.json";
pub(super) const SERIES: &str = "series.ndjson";
const HISTOGRAMS: &str = "hist.hlog";
/// What the buyers of a shard were told: it is judged with that of the others.
const TOLD: &str = "told.json";

/// A run's folder.
#[derive(Debug)]
pub(in crate::commands) struct Folder {
    path: PathBuf,
    series: BufWriter<File>,
}

/// Says so where a folder has a run already: nothing measured is written over.
pub(super) fn refuse_taken(path: &Path) -> Result<(), Usage> {
    for file in [RUN, SERIES] {
        if path.join(file).exists() {
            return Err(Usage(format!("{} has a run already", path.display())));
        }
    }
    Ok(())
}

impl Folder {
    /// Makes the folder.
    pub(super) fn make(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
        let series = path.join(SERIES);
        let file = File::create_new(&series)
            .with_context(|| format!("cannot make {}", series.display()))?;
        Ok(Self { path: path.to_owned(), series: BufWriter::new(file) })
    }

    /// Adds a second of the run.
    pub(super) fn add(&mut self, moment: &Moment) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(moment)?;
        line.push(b'\n');
        let written = self.series.write_all(&line).and_then(|()| self.series.flush());
        written.with_context(|| format!("cannot write {}", self.path.join(SERIES).display()))
    }

    /// Writes what its buyers were told.
    pub(super) fn keep(&self, told: &Testimony) -> anyhow::Result<()> {
        let file = self.path.join(TOLD);
        let written = fs::write(&file, serde_json::to_vec(told)?);
        written.with_context(|| format!("cannot write {}", file.display()))
    }

    /// Writes what came of it.
    pub(super) fn finish(
        self,
        run: &Run,
        histograms: &[(String, Latencies)],
    ) -> anyhow::Result<PathBuf> {
        let mut document = serde_json::to_vec_pretty(run)?;
        document.push(b'\n');
        let log = hlog(run.began_at, run.seconds, histograms)?;
        for (name, bytes) in [(RUN, document), (HISTOGRAMS, log.into_bytes())] {
            let file = self.path.join(name);
            fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(self.path)
    }
}

/// Reads the run of a folder, or of the document itself.
pub(super) fn read(path: &Path) -> anyhow::Result<Run> {
    let file = if path.is_dir() { path.join(RUN) } else { path.to_owned() };
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Run::read(&text).map_err(|why| anyhow::anyhow!("{}: {why}", file.display()))
}

/// Reads the seconds of a run, if it has them. A line that is none, such as the last of a run that was killed, is
/// passed over.
pub(super) fn series(path: &Path) -> Vec<Moment> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) };
    let file = folder.join(SERIES);
    // A document on its own has none, nor has a whole that was merged.
    let Ok(text) = fs::read_to_string(&file) else {
        output::talk(&format!("{} is not there: nothing over time is shown", file.display()));
        return Vec::new();
    };
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Reads the histograms of a run's folder.
pub(super) fn histograms(folder: &Path) -> anyhow::Result<Vec<(String, Histogram<u32>)>> {
    let file = folder.join(HISTOGRAMS);
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    read_hlog(&text).with_context(|| file.display().to_string())
}

/// Reads what the buyers of a shard were told; none for a run that has no buyers.
pub(super) fn told(folder: &Path) -> anyhow::Result<Option<Testimony>> {
    let file = folder.join(TOLD);
    let text = match fs::read(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        text => text.with_context(|| format!("cannot read {}", file.display()))?,
    };
    serde_json::from_slice(&text).with_context(|| file.display().to_string())
}

/// A folder for a run that was given no name.
pub(super) fn folder(name: &str, began_at: Time) -> PathBuf {
    let name: String =
        name.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
    let stamp: String = began_at.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    Path::new("runs").join(format!("{name}-{stamp}"))
}
