use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;

use super::{PictureHash, PictureSize, Poster};
use crate::catalog::Performance;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{PictureId, ProductionId};

/// How long a file stays that nobody shows: longer than it takes to store one that is about to be shown.
pub(crate) const KEPT_UNUSED_MS: i64 = 60 * 60 * 1_000;
/// What is said to whoever was about to show files that are going.
pub(crate) const GOING: &str = "a file is going";
/// How many files are looked at at once.
pub(crate) const UNUSED_BATCH: usize = 500;

/// The files of one picture, by size.
pub(crate) type Files = BTreeMap<PictureSize, PictureId>;

/// Where a look through the files has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unused {
    /// To be removed, by whoever comes by.
    pub(crate) going: Vec<PictureId>,
    /// Behind which to go on; none where there is nothing more.
    pub(crate) last: Option<PictureId>,
}

/// Which files there are and which productions show them, in the books. Each verb is atomic.
#[async_trait]
pub(crate) trait Pictures: Send + Sync {
    /// Files with these hashes are about to be stored, each under this id unless there is one of the same
    /// hash. They stay for an hour at least. Answers their ids.
    async fn announce(
        &self,
        files: HashMap<PictureHash, PictureId>,
        now: Timestamp,
    ) -> Result<HashMap<PictureHash, PictureId>>;
    /// What a performance is of shows these from now on. A conflict where it does not take place; unavailable
    /// where one of the files is going. What was shown until now stays for an hour at least, here and below.
    async fn show(&self, performance: &Performance, files: &Files, now: Timestamp) -> Result<()>;
    /// A production shows none.
    async fn hide(&self, production: ProductionId, now: Timestamp) -> Result<()>;
    /// The production of this performance shows none, unless another performance of it takes place or has
    /// money that is not back.
    async fn hide_last(&self, performance: &Performance, now: Timestamp) -> Result<()>;
    /// What these show; those without a picture are left out.
    async fn posters(&self, productions: &[ProductionId]) -> Result<HashMap<ProductionId, Poster>>;
    /// The file of that hash that somebody shows, or did since then.
    async fn shown(&self, hash: &PictureHash, since: Timestamp) -> Result<Option<PictureId>>;
    /// Looks at the next files, by id: those that nobody shows, and that nobody was about to since then, are
    /// going from now on. Answers all of these that are.
    async fn unused(&self, behind: Option<PictureId>, since: Timestamp) -> Result<Unused>;
    /// These are removed.
    async fn forget(&self, files: &[PictureId]) -> Result<()>;
}
