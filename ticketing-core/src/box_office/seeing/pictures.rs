//! Files of pictures, for everybody at once when a sale opens: kept in memory, as many as fit.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::box_office::BoxOffice;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::pictures::PictureHash;

/// After how long the books are asked again whether a picture is still shown, and for how long it is after
/// it was taken away: as long as somebody may be looking at a page that has it.
const SHOWN_MS: i64 = 60 * 1_000;
/// For how long nobody asks again for one that could not be had.
const MISSED_MS: i64 = 1_000;
/// How many bytes of pictures a process keeps.
const KEPT_BYTES: u64 = 64 * 1024 * 1024;
/// About as large as one is, and what one that is not there takes.
const ONE_BYTES: u64 = 128 * 1024;
const MISSED_BYTES: u64 = 256;

/// What this process last read of them.
pub(in crate::box_office) struct Known(Cache<PictureHash, Arc<Found>, Weight>);

struct Found {
    /// When the books were asked last.
    asked_at: AtomicI64,
    file: File,
}

enum File {
    Shown(Bytes),
    Missing,
    /// The books or the store do not answer.
    Away(String),
}

#[derive(Clone)]
struct Weight;

impl Weighter<PictureHash, Arc<Found>> for Weight {
    fn weight(&self, _: &PictureHash, found: &Arc<Found>) -> u64 {
        match &found.file {
            File::Shown(bytes) => MISSED_BYTES + bytes.len() as u64,
            File::Missing | File::Away(_) => MISSED_BYTES,
        }
    }
}

impl Default for Known {
    fn default() -> Self {
        let items = usize::try_from(KEPT_BYTES / ONE_BYTES).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(items, KEPT_BYTES, Weight))
    }
}

impl Found {
    fn is_late(&self, now: Timestamp) -> bool {
        let good_for = match self.file {
            File::Shown(_) => SHOWN_MS,
            File::Missing | File::Away(_) => MISSED_MS,
        };
        now.as_millis() - self.asked_at.load(Ordering::Relaxed) > good_for
    }

    /// One of all who find it late asks; the others take it as it is.
    fn is_ours_to_ask(&self, now: Timestamp) -> bool {
        let before = self.asked_at.load(Ordering::Relaxed);
        let ours = self.asked_at.compare_exchange(
            before,
            now.as_millis(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        ours.is_ok()
    }

    fn answer(&self) -> Result<Bytes> {
        match &self.file {
            File::Shown(bytes) => Ok(bytes.clone()),
            File::Missing => Err(Error::NotFound("picture")),
            File::Away(why) => Err(Error::Unavailable(why.clone())),
        }
    }
}

impl BoxOffice {
    /// A picture in one size, as JPEG, while a production shows it. Whoever asks at once waits for one read; what
    /// was read once is shown while nobody can be asked.
    pub async fn picture(&self, hash: &PictureHash) -> Result<Bytes> {
        let now = self.now();
        let known = &self.0.known_pictures.0;
        if let Some(found) = known.get(hash)
            && found.is_late(now)
        {
            let is_shown = matches!(found.file, File::Shown(_));
            if !is_shown || (found.is_ours_to_ask(now) && self.is_hidden(hash, now).await) {
                known.remove(hash);
            }
        }
        let found = known.get_or_insert_async(hash, async {
            let asked_at = AtomicI64::new(now.as_millis());
            Ok::<_, Error>(Arc::new(Found { asked_at, file: self.file(hash, now).await }))
        });
        found.await?.answer()
    }

    async fn is_hidden(&self, hash: &PictureHash, now: Timestamp) -> bool {
        let since = now.plus_millis(-SHOWN_MS);
        matches!(self.backend().pictures.shown(hash, since).await, Ok(None))
    }

    async fn file(&self, hash: &PictureHash, now: Timestamp) -> File {
        let read = async {
            let since = now.plus_millis(-SHOWN_MS);
            let Some(file) = self.backend().pictures.shown(hash, since).await? else {
                return Ok(None);
            };
            self.backend().picture_store.get(file).await
        };
        match read.await {
            Ok(Some(bytes)) => File::Shown(bytes),
            Ok(None) => File::Missing,
            Err(error) => File::Away(error.to_string()),
        }
    }
}
