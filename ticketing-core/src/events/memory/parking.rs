use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::events::{LEASE_MS, ParkedEvent, Parking};
use crate::id::ParkedId;
use crate::page::{Page, Paged, Position};

/// An aggregate of a consumer, and a version of it.
type Place = (String, Uuid, i64);

/// What is set aside in memory.
#[derive(Default)]
pub(crate) struct MemoryParking(Mutex<BTreeMap<Place, ParkedEvent>>);

fn place(parked: &ParkedEvent) -> Place {
    (parked.consumer.clone(), parked.event.aggregate, parked.event.version)
}

fn find(parked: &mut BTreeMap<Place, ParkedEvent>, id: ParkedId) -> Option<&mut ParkedEvent> {
    parked.values_mut().find(|one| one.id == id)
}

#[async_trait]
impl Parking for MemoryParking {
    async fn held_up(&self, consumer: &str, aggregates: &[Uuid]) -> Result<HashSet<Uuid>> {
        let parked = self.0.lock();
        let theirs = parked.values().filter(|one| one.consumer == consumer);
        let held_up = theirs.map(|one| one.event.aggregate);
        Ok(held_up.filter(|aggregate| aggregates.contains(aggregate)).collect())
    }

    async fn park(&self, parked: &ParkedEvent) -> Result<()> {
        self.0.lock().entry(place(parked)).or_insert_with(|| parked.clone());
        Ok(())
    }

    async fn count(&self, consumer: &str) -> Result<u64> {
        let parked = self.0.lock();
        let count = parked.values().filter(|one| one.consumer == consumer).count();
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    async fn overtaken(&self, consumer: &str, aggregate: Uuid, version: i64) -> Result<()> {
        self.0.lock().retain(|(of, which, seen), _| {
            of != consumer || *which != aggregate || *seen >= version
        });
        Ok(())
    }

    async fn due(
        &self,
        consumers: &[String],
        now: Timestamp,
        most: i64,
    ) -> Result<Vec<ParkedEvent>> {
        let mut parked = self.0.lock();
        let mut heads = HashSet::new();
        // In the order of their places, the first of each aggregate is its oldest.
        let first = parked.values_mut().filter(|one| {
            heads.insert((one.consumer.clone(), one.event.aggregate))
                && consumers.contains(&one.consumer)
                && one.next_at.is_some_and(|next| next <= now)
        });
        let taken = first.take(usize::try_from(most).unwrap_or(0)).map(|one| {
            one.next_at = Some(now.plus_millis(LEASE_MS));
            one.clone()
        });
        Ok(taken.collect())
    }

    async fn tried(&self, parked: &ParkedEvent, leased_until: Option<Timestamp>) -> Result<()> {
        let mut guard = self.0.lock();
        if let Some(one) = find(&mut guard, parked.id).filter(|one| one.next_at == leased_until) {
            one.clone_from(parked);
        }
        Ok(())
    }

    async fn redrive(&self, id: ParkedId, now: Timestamp) -> Result<Option<ParkedEvent>> {
        let mut parked = self.0.lock();
        Ok(find(&mut parked, id).map(|one| {
            one.next_at = Some(now);
            one.clone()
        }))
    }

    async fn remove(&self, id: ParkedId) -> Result<Option<ParkedEvent>> {
        let mut parked = self.0.lock();
        let place = find(&mut parked, id).map(|one| place(one));
        Ok(place.and_then(|place| parked.remove(&place)))
    }

    async fn parked(&self, id: ParkedId) -> Result<Option<ParkedEvent>> {
        Ok(find(&mut self.0.lock(), id).cloned())
    }

    async fn list(&self, page: Page) -> Result<Paged<ParkedEvent>> {
        let position =
            |one: &ParkedEvent| Position { key: one.since.as_millis(), id: one.id.uuid() };
        let mut parked: Vec<ParkedEvent> = self.0.lock().values().cloned().collect();
        parked.sort_by_key(position);
        Ok(page.cut(parked.into_iter(), position, Some))
    }
}
