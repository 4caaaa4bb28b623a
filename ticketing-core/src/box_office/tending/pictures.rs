//! Files of pictures that nobody shows are removed: of an upload that broke off, or of what looks otherwise
//! now.

use futures_util::{StreamExt, stream};

use super::Step;
use crate::box_office::BoxOffice;
use crate::error::Result;
use crate::pictures::{KEPT_UNUSED_MS, Unused};

/// How many the store removes at once.
const REMOVED_AT_ONCE: usize = 16;

impl BoxOffice {
    /// Looks at the next files, and removes those that nobody has shown for an hour. What the store
    /// cannot remove is removed when it can.
    pub async fn step_pictures(&self) -> Result<Step> {
        let pictures = &self.backend().pictures;
        let since = self.now().plus_millis(-KEPT_UNUSED_MS);
        let behind = *self.0.pictures_looked_at.lock();
        let Unused { going, last } = pictures.unused(behind, since).await?;
        *self.0.pictures_looked_at.lock() = last;
        let remove = async |file| (file, self.backend().picture_store.remove(file).await);
        let mut removing = stream::iter(going).map(remove).buffer_unordered(REMOVED_AT_ONCE);
        let (mut removed, mut refused) = (Vec::new(), None);
        while let Some((file, done)) = removing.next().await {
            match done {
                Ok(()) => removed.push(file),
                // The next ones would wait as long.
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        drop(removing);
        pictures.forget(&removed).await?;
        refused.map_or(Ok(Step::of(usize::from(last.is_some()))), Err)
    }
}
