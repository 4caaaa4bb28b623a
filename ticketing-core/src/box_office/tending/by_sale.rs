//! Work that is done for each sale by itself: one that takes long holds up no other.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashSet;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::oneshot::{self, Receiver};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::{Error, Result, report};
use crate::id::PerformanceId;

tokio::task_local! {
    /// That nobody waits for this work, so that it waits for nobody: it comes by again in a moment.
    static HURRIED: ();
}

/// The same work, as what comes by again in a moment where nobody waits for it for as long as it takes.
pub(super) fn hurried<Work: Future + Send + 'static>(
    work: Work,
    wait: Duration,
) -> BoxFuture<'static, Work::Output> {
    if wait == Duration::MAX { work.boxed() } else { HURRIED.scope((), work).boxed() }
}

/// Whether this is work that comes by again in a moment.
#[cfg(feature = "services")]
pub(super) fn is_hurried() -> bool {
    HURRIED.try_with(|()| ()).is_ok()
}

/// One kind of work, and the sales that it is at. A sale that is still being worked on is passed over.
pub(in crate::box_office) struct BySale {
    /// What its failures are counted under.
    step: &'static str,
    busy: Arc<DashSet<PerformanceId>>,
    room: Arc<Semaphore>,
    /// Behind which sale it goes on where not all could be begun in time: none of them is always the last.
    begun: Mutex<Option<PerformanceId>>,
}

/// That a sale is being worked on, for as long as this lives.
struct Busy {
    with: PerformanceId,
    among: Arc<DashSet<PerformanceId>>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.among.remove(&self.with);
    }
}

impl BySale {
    /// Works on no more than so many at once.
    pub(in crate::box_office) fn new(step: &'static str, at_once: usize) -> Self {
        let (busy, room) = (Arc::default(), Arc::new(Semaphore::new(at_once)));
        Self { step, busy, room, begun: Mutex::new(None) }
    }

    /// Does the work of every sale that is not being worked on, and waits for all of it. Answers how much
    /// was done, or what failed last.
    pub(in crate::box_office) async fn each<Work>(
        &self,
        works: Vec<(PerformanceId, Work)>,
    ) -> Result<usize>
    where
        Work: Future<Output = Result<usize>> + Send + 'static,
    {
        let mut begun = Vec::with_capacity(works.len());
        for (sale, work) in self.in_turn(works) {
            begun.extend(self.begin(sale, work).await?);
        }
        let (mut done, mut failed) = (0, None);
        for outcome in begun {
            match outcome
                .await
                .map_err(|_| Error::internal("the work on a sale panicked"))
                .flatten()
            {
                Ok(more) => done += more,
                Err(Error::Unreadable { .. }) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(done), Err)
    }

    /// The same; waits no longer than this. What has begun goes on, and waits for no repair; what has not is
    /// the first of the next time.
    pub(in crate::box_office) async fn for_a_while<Work>(
        &self,
        works: Vec<(PerformanceId, Work)>,
        wait: Duration,
    ) -> Result<()>
    where
        Work: Future<Output = Result<usize>> + Send + 'static,
    {
        let hurried = works.into_iter().map(|(sale, work)| (sale, hurried(work, wait)));
        // Each says by itself what has failed.
        let _ = timeout(wait, self.each(hurried.collect())).await;
        Ok(())
    }

    /// By their ids, from behind the one that was begun last.
    fn in_turn<Work>(&self, mut works: Vec<(PerformanceId, Work)>) -> Vec<(PerformanceId, Work)> {
        works.sort_by_key(|(sale, _)| *sale);
        let last = *self.begun.lock();
        let begun = works.partition_point(|(sale, _)| Some(*sale) <= last);
        works.rotate_left(begun);
        works
    }

    async fn begin<Work>(
        &self,
        sale: PerformanceId,
        work: Work,
    ) -> Result<Option<Receiver<Result<usize>>>>
    where
        Work: Future<Output = Result<usize>> + Send + 'static,
    {
        if self.busy.contains(&sale) {
            return Ok(None);
        }
        let permit = self.room.clone().acquire_owned().await.map_err(Error::internal)?;
        if !self.busy.insert(sale) {
            return Ok(None);
        }
        let busy = Busy { with: sale, among: self.busy.clone(), _permit: permit };
        *self.begun.lock() = Some(sale);
        let (step, (tell, told)) = (self.step, oneshot::channel());
        tokio::spawn(async move {
            let outcome = work.await;
            drop(busy);
            if let Err(error) = &outcome {
                metrics::counter!("ticketing_steps_failed_total", "step" => step).increment(1);
                report(error);
            }
            // Nobody may wait for it any more.
            let _ = tell.send(outcome);
        });
        Ok(Some(told))
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, ready};

    use tokio::sync::Notify;
    use uuid::Uuid;

    use super::*;

    fn sale(number: u128) -> PerformanceId {
        Uuid::from_u128(number).into()
    }

    fn nothing() -> Ready<Result<usize>> {
        ready(Ok(1))
    }

    async fn until_none_is_busy(by_sale: &BySale) {
        while !by_sale.busy.is_empty() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_sale_that_takes_long_holds_up_no_other_and_is_begun_once() {
        let by_sale = BySale::new("test", 2);
        let end = Arc::new(Notify::new());
        let ends = end.clone();
        let long = async move {
            ends.notified().await;
            Ok(10)
        };
        by_sale.for_a_while(vec![(sale(1), long)], Duration::ZERO).await.unwrap();
        let all = || (1..=3).map(|number| (sale(number), nothing())).collect();
        assert_eq!(by_sale.each(all()).await.unwrap(), 2, "it goes on");
        end.notify_one();
        until_none_is_busy(&by_sale).await;
        assert_eq!(by_sale.each(all()).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn where_time_is_short_each_has_its_turn() {
        let by_sale = BySale::new("test", 1);
        let (begun, end) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
        let work = |number| {
            let (begun, end) = (begun.clone(), end.clone());
            async move {
                begun.lock().push(number);
                end.notified().await;
                Ok(1)
            }
        };
        for _ in 0..4 {
            // In whatever order they come.
            let works = (1..=3).rev().map(|number| (sale(number), work(number))).collect();
            by_sale.for_a_while(works, Duration::ZERO).await.unwrap();
            end.notify_one();
            until_none_is_busy(&by_sale).await;
        }
        assert_eq!(*begun.lock(), [1, 2, 3, 1]);
    }

    #[tokio::test]
    async fn what_fails_or_panics_is_told_and_the_sale_is_free_again() {
        let by_sale = BySale::new("test", 1);
        for panics in [true, false] {
            let work = async move {
                assert!(!panics, "on purpose");
                Err(Error::Unavailable("nobody".into()))
            };
            by_sale.each(vec![(sale(1), work)]).await.unwrap_err();
            until_none_is_busy(&by_sale).await;
            assert_eq!(by_sale.each(vec![(sale(1), nothing())]).await.unwrap(), 1);
        }
    }
}
