//! Files of pictures, for everybody at once when a sale opens: kept in memory for a minute, as many as fit.

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::box_office::BoxOffice;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::pictures::PictureHash;

/// After how long the books are asked again whether a picture is still shown.
const SHOWN_MS: i64 = 60 * 1_000;
/// How many bytes of pictures a process keeps.
const KEPT_BYTES: u64 = 64 * 1024 * 1024;
/// About as large as one is.
const ONE_BYTES: u64 = 128 * 1024;

/// What this process last read of them.
pub(in crate::box_office) struct Known(Cache<PictureHash, Shown, Weight>);

#[derive(Clone)]
struct Shown {
    since: Timestamp,
    bytes: Bytes,
}

#[derive(Clone)]
struct Weight;

impl Weighter<PictureHash, Shown> for Weight {
    fn weight(&self, _: &PictureHash, shown: &Shown) -> u64 {
        shown.bytes.len() as u64
    }
}

impl Default for Known {
    fn default() -> Self {
        let items = usize::try_from(KEPT_BYTES / ONE_BYTES).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(items, KEPT_BYTES, Weight))
    }
}

impl BoxOffice {
    /// A picture in one size, as JPEG, while a production shows it. Whoever asks at once waits for one read.
    pub async fn picture(&self, hash: &PictureHash) -> Result<Bytes> {
        let now = self.now();
        let known = &self.0.known_pictures.0;
        let is_late = |shown: &Shown| shown.since.plus_millis(SHOWN_MS) < now;
        known.remove_if(hash, is_late);
        let read = known.get_or_insert_async(hash, async {
            let gone = || Error::NotFound("picture");
            let file = self.backend().pictures.shown(hash).await?.ok_or_else(gone)?;
            let bytes = self.backend().picture_store.get(file).await?.ok_or_else(gone)?;
            Ok::<_, Error>(Shown { since: now, bytes })
        });
        Ok(read.await?.bytes)
    }
}
