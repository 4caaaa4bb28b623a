use std::collections::{BTreeMap, HashMap};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;

use super::contract::{GOING, UNUSED_BATCH};
use super::{Files, PictureHash, Pictures, Poster, Unused};
use crate::catalog::memory::MemoryCatalog;
use crate::catalog::{NOT_TAKING_PLACE, Performance};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{PictureId, ProductionId};

/// Pictures in memory.
pub(crate) struct MemoryPictures {
    catalog: Arc<MemoryCatalog>,
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    files: BTreeMap<PictureId, File>,
    /// Those that are not going.
    by_hash: HashMap<PictureHash, PictureId>,
    posters: HashMap<ProductionId, Files>,
}

struct File {
    hash: PictureHash,
    touched_at: Timestamp,
    is_going: bool,
}

impl MemoryPictures {
    pub(crate) fn new(catalog: Arc<MemoryCatalog>) -> Self {
        Self { catalog, tables: Mutex::default() }
    }
}

impl Tables {
    fn touch(&mut self, files: &Files, now: Timestamp) {
        for id in files.values() {
            self.files.entry(*id).and_modify(|file| file.touched_at = file.touched_at.max(now));
        }
    }

    fn is_shown(&self, file: PictureId) -> bool {
        self.posters.values().any(|files| files.values().any(|shown| *shown == file))
    }
}

#[async_trait]
impl Pictures for MemoryPictures {
    async fn announce(
        &self,
        files: HashMap<PictureHash, PictureId>,
        now: Timestamp,
    ) -> Result<HashMap<PictureHash, PictureId>> {
        let tables = &mut *self.tables.lock();
        let announced = files.into_iter().map(|(hash, fresh)| {
            let id = *tables.by_hash.entry(hash.clone()).or_insert(fresh);
            let file = File { hash: hash.clone(), touched_at: now, is_going: false };
            tables.files.insert(id, file);
            (hash, id)
        });
        Ok(announced.collect())
    }

    async fn show(&self, performance: &Performance, files: &Files, now: Timestamp) -> Result<()> {
        let tables = &mut *self.tables.lock();
        if !self.catalog.takes_place(performance.id) {
            return Err(Error::conflict(NOT_TAKING_PLACE));
        }
        let stays = |id| tables.files.get(id).is_some_and(|file| !file.is_going);
        if !files.values().all(stays) {
            return Err(Error::Unavailable(GOING.into()));
        }
        let production = performance.details.production_id;
        let before = tables.posters.insert(production, files.clone()).unwrap_or_default();
        tables.touch(&before, now);
        tables.touch(files, now);
        Ok(())
    }

    async fn hide(&self, production: ProductionId, now: Timestamp) -> Result<()> {
        let tables = &mut *self.tables.lock();
        let before = tables.posters.remove(&production).unwrap_or_default();
        tables.touch(&before, now);
        Ok(())
    }

    async fn hide_last(&self, performance: &Performance, now: Timestamp) -> Result<()> {
        if self.catalog.has_another(performance) {
            return Ok(());
        }
        self.hide(performance.details.production_id, now).await
    }

    async fn posters(&self, productions: &[ProductionId]) -> Result<HashMap<ProductionId, Poster>> {
        let tables = self.tables.lock();
        let poster = |id: &ProductionId| {
            let files = tables.posters.get(id)?;
            let hash = |size| Some(tables.files.get(files.get(&size)?)?.hash.clone());
            Some((*id, Poster::of(hash)?))
        };
        Ok(productions.iter().filter_map(poster).collect())
    }

    async fn shown(&self, hash: &PictureHash, since: Timestamp) -> Result<Option<PictureId>> {
        let tables = self.tables.lock();
        let is_recent =
            |id: &PictureId| tables.files.get(id).is_some_and(|file| file.touched_at >= since);
        let known = tables.by_hash.get(hash).copied();
        Ok(known.filter(|id| is_recent(id) || tables.is_shown(*id)))
    }

    async fn unused(&self, behind: Option<PictureId>, since: Timestamp) -> Result<Unused> {
        let tables = &mut *self.tables.lock();
        let from = behind.map_or(Unbounded, Excluded);
        let next: Vec<PictureId> =
            tables.files.range((from, Unbounded)).take(UNUSED_BATCH).map(|(id, _)| *id).collect();
        let last = (next.len() == UNUSED_BATCH).then(|| next[UNUSED_BATCH - 1]);
        let mut going = Vec::new();
        for id in next {
            let is_shown = tables.is_shown(id);
            let Some(file) = tables.files.get_mut(&id) else { continue };
            if !file.is_going && file.touched_at < since && !is_shown {
                file.is_going = true;
                tables.by_hash.remove(&file.hash);
            }
            going.extend(file.is_going.then_some(id));
        }
        Ok(Unused { going, last })
    }

    async fn forget(&self, files: &[PictureId]) -> Result<()> {
        let mut tables = self.tables.lock();
        tables.files.retain(|id, _| !files.contains(id));
        Ok(())
    }
}
