//! The ledger: entries in order, on disk before anybody is told.
//!
//! A thread of its own writes and syncs; whatever arrived while it was syncing goes into the next
//! write together, so a hundred captures at once cost one or two syncs and not a hundred.

mod file;

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, watch};

use crate::entry::Entry;

/// Why a ledger file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened, read or cut.
    #[error("{}: cannot be opened, read or repaired", path.display())]
    Io {
        /// The ledger file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Another gateway writes to the file.
    #[error("{}: another gateway is using it", path.display())]
    InUse {
        /// The ledger file.
        path: PathBuf,
    },
    /// A line that was written in full cannot be read back: the file was damaged or edited.
    #[error("{}: line {line} is damaged ({reason}); refusing to go on without it", path.display())]
    Damaged {
        /// The ledger file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// How far the file is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Progress {
    /// Entries up to this number are on disk.
    Durable(u64),
    /// A write failed; what is on disk is only known after a restart.
    Broken,
}

/// The ledger could not be written.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Broken;

/// Where entries go.
#[derive(Debug)]
pub(crate) enum Ledger {
    /// Nowhere: they are as durable as the process.
    Memory,
    /// To a file, by its writer.
    File(Writer),
}

/// The handle of the writing thread. Dropping it waits for the thread, which releases the file.
#[derive(Debug)]
pub(crate) struct Writer {
    /// Has no limit of its own: everybody who sends also waits for the disk, so it holds no more
    /// than there are requests.
    entries: Option<mpsc::UnboundedSender<Entry>>,
    progress: watch::Receiver<Progress>,
    thread: Option<JoinHandle<()>>,
}

impl Ledger {
    /// Opens the file, or creates it, and answers the entries it holds. A torn last line (a write
    /// that was never answered) is cut off.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<Entry>), Error> {
        let (file, entries) = file::open(path)?;
        let last = entries.last().map_or(0, |entry| entry.number);
        let (sender, receiver) = mpsc::unbounded_channel();
        let (publish, progress) = watch::channel(Progress::Durable(last));
        let thread = std::thread::Builder::new()
            .name("ledger".into())
            .spawn(move || file::write_all(file, receiver, &publish))
            .map_err(|source| Error::Io { path: path.to_owned(), source })?;
        let writer = Writer { entries: Some(sender), progress, thread: Some(thread) };
        Ok((Self::File(writer), entries))
    }

    /// Hands the entry to the writer. Callers do this in the order of the numbers.
    pub(crate) fn append(&self, entry: &Entry) -> Result<(), Broken> {
        let Self::File(writer) = self else { return Ok(()) };
        if *writer.progress.borrow() == Progress::Broken {
            return Err(Broken);
        }
        let sender = writer.entries.as_ref().expect("taken only when the writer is dropped");
        sender.send(entry.clone()).map_err(|_| Broken)
    }

    /// Waits until the entry with this number, and all before it, are on disk.
    pub(crate) async fn durable(&self, number: u64) -> Result<(), Broken> {
        let Self::File(writer) = self else { return Ok(()) };
        let reached = |progress: &Progress| match progress {
            Progress::Durable(last) => *last >= number,
            Progress::Broken => true,
        };
        match writer.progress.clone().wait_for(reached).await.as_deref() {
            Ok(Progress::Durable(_)) => Ok(()),
            Ok(Progress::Broken) | Err(_) => Err(Broken),
        }
    }

    /// The last number that is on disk, when it differs from the last one appended.
    pub(crate) fn durable_through(&self, last: u64) -> u64 {
        match self {
            Self::Memory => last,
            Self::File(writer) => match *writer.progress.borrow() {
                Progress::Durable(number) => number,
                Progress::Broken => 0,
            },
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.entries = None;
        let ended = self.thread.take().map(JoinHandle::join);
        if matches!(ended, Some(Err(_))) {
            tracing::error!("the ledger's writer panicked");
        }
    }
}
