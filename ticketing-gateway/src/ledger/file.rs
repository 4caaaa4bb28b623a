//! The file itself: reading it back, and the writer's loop.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use tokio::sync::{mpsc, watch};

use super::{Error, Progress};
use crate::entry::Entry;

/// How many entries one write may carry.
const MAX_GROUP: usize = 1_024;

/// Opens, locks and reads the file; what follows the last line end is cut off.
pub(super) fn open(path: &Path) -> Result<(File, Vec<Entry>), Error> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    let mut file =
        OpenOptions::new().read(true).append(true).create(true).open(path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Error::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => return Err(io(source)),
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(io)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < bytes.len() {
        let cut = bytes.len() - whole;
        tracing::warn!(path = %path.display(), bytes = cut, "cut off a torn last line");
        cut_off(&mut file, whole).map_err(io)?;
        bytes.truncate(whole);
    }
    sync_folder(path).map_err(io)?;
    let entries = parse(&bytes).map_err(|(line, reason)| Error::Damaged {
        path: path.to_owned(),
        line,
        reason,
    })?;
    Ok((file, entries))
}

fn cut_off(file: &mut File, length: usize) -> io::Result<()> {
    file.set_len(length as u64)?;
    file.sync_all()?;
    file.seek(SeekFrom::End(0)).map(|_| ())
}

/// A new file exists after a power cut only when its folder was synced too.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The entries, or the line (from 1) that cannot be one and why.
fn parse(bytes: &[u8]) -> Result<Vec<Entry>, (usize, String)> {
    let mut entries = Vec::new();
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        let entry: Entry =
            serde_json::from_slice(line).map_err(|error| (number, error.to_string()))?;
        if entry.number != number as u64 {
            return Err((number, format!("it says that it is entry {}", entry.number)));
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// Writes what arrives, in groups, until the sender is gone or a write fails.
pub(super) fn write_all(
    mut file: File,
    mut entries: mpsc::UnboundedReceiver<Entry>,
    progress: &watch::Sender<Progress>,
) {
    let mut group = Vec::new();
    let mut lines = Vec::new();
    while entries.blocking_recv_many(&mut group, MAX_GROUP) > 0 {
        let last = group.last().map_or(0, |entry| entry.number);
        lines.clear();
        let written = group.drain(..).try_for_each(|entry| line(&mut lines, &entry));
        let synced = written.and_then(|()| file.write_all(&lines)).and_then(|()| file.sync_data());
        if let Err(error) = synced {
            tracing::error!(%error, "the ledger cannot be written");
            progress.send_replace(Progress::Broken);
            return;
        }
        progress.send_replace(Progress::Durable(last));
    }
}

fn line(lines: &mut Vec<u8>, entry: &Entry) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, entry)?;
    lines.write_all(b"\n")
}
