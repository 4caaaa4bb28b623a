//! The crowd arrives.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ticketing_wire::line::LineState;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use ticketing_client::line;

use super::plan::Plan;
use super::progress::Progress;
use super::told;
use super::ways::Ways;
use super::{News, Person, World};
use crate::arrivals::{Schedule, Shard};
use crate::fleet::Fleet;
use crate::pacer;
use crate::stage::Stage;
use crate::wire::Wire;

/// How often somebody looks at the line's public status.
const NEWS_EVERY: Duration = Duration::from_secs(1);

/// Who comes, and when.
#[derive(Debug, Clone)]
pub struct Crowd {
    /// Fixes what each buyer is like; not who wins a race.
    pub seed: u64,
    /// When they arrive.
    pub schedule: Schedule,
    /// How long before the sale opens the first may arrive.
    pub early: Duration,
    /// Which of them this generator plays.
    pub shard: Shard,
    /// What is due within so long of the first arrival does not count.
    pub warmup: Duration,
    /// What they are like.
    pub ways: Ways,
    /// The longest that all this may last, whatever the servers do.
    pub limit: Duration,
    /// Says that nobody new is to come, and who is there is to go.
    pub stop: watch::Receiver<bool>,
}

/// Lets every buyer arrive when it is due and waits until the last one is gone. What they were
/// told is in the order in which they went; with it comes whether the limit sent some away.
pub async fn run(
    stage: &Stage,
    crowd: Crowd,
    fleet: &Fleet,
    wire: Arc<Wire>,
    progress: Arc<Progress>,
) -> std::io::Result<(Vec<told::Buyer>, bool)> {
    let clock = wire.clock;
    let begins = clock.of_wall(stage.performance.on_sale_at).saturating_sub(crowd.early);
    wire.recorder.count_from(begins + crowd.warmup);
    let world = Arc::new(World {
        wire,
        performance: stage.performance.id,
        layout: stage.layout.clone(),
        begins: clock.of_wall(stage.performance.starts_at),
        progress,
    });
    let (tell, news) = watch::channel(News::Selling);
    let teller = tokio::spawn(tell_news(fleet.clone(), stage.performance.id, crowd.clone(), tell));

    let (_pacer, mut due) = pacer::start(crowd.schedule.of_shard(crowd.shard), clock, begins)?;
    let mut visits = JoinSet::new();
    let mut told = Vec::with_capacity(stage.buyers.len());
    let mut stop = crowd.stop.clone();
    for account in &stage.buyers {
        let arrival = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            arrival = due.recv() => arrival,
        };
        let Some(mut arrival) = arrival else { break };
        if let Some(users) = crowd.schedule.users() {
            let mut news = news.clone();
            tokio::select! {
                biased;
                _ = news.wait_for(|news| *news == News::Closing) => break,
                () = fewer_than(users, &mut visits, &mut told) => {}
            }
            arrival.due = arrival.due.max(clock.now());
        }
        let plan = Plan::new(crowd.seed, arrival.number, &crowd.ways, &world.layout);
        let home = usize::try_from(arrival.number).unwrap_or_default();
        let person = Person::new(Arc::clone(&world), news.clone(), home, account, plan);
        visits.spawn(person.live(arrival.due));
    }
    told.extend(visits.join_all().await);
    let by_limit = *news.borrow() == News::Closing && !*crowd.stop.borrow();
    teller.abort();
    Ok((told, by_limit))
}

/// Waits until there is room for one more.
async fn fewer_than(users: usize, visits: &mut JoinSet<told::Buyer>, told: &mut Vec<told::Buyer>) {
    while visits.len() >= users
        && let Some(gone) = visits.join_next().await
    {
        told.push(gone.expect("a buyer's visit does not panic"));
    }
}

/// Watches the public status, as everybody in a line does, and tells everybody when the run is over,
/// which those who do not come to buy wait for as well.
async fn tell_news(fleet: Fleet, performance: Uuid, mut crowd: Crowd, tell: watch::Sender<News>) {
    let sold_out = async {
        loop {
            tokio::time::sleep(NEWS_EVERY).await;
            let status = fleet.send(&line::status(performance)).await;
            if status.is_ok_and(|status| status.state == LineState::SoldOut) {
                return;
            }
        }
    };
    let over = async {
        tokio::select! {
            () = tokio::time::sleep(crowd.limit) => {}
            _ = crowd.stop.wait_for(|stop| *stop) => {}
        }
    };
    tell_in_turn(sold_out, over, &tell).await;
    tell.closed().await;
}

async fn tell_in_turn(
    sold_out: impl Future<Output = ()>,
    over: impl Future<Output = ()>,
    tell: &watch::Sender<News>,
) {
    let mut over = pin!(over);
    tokio::select! {
        () = sold_out => {
            tell.send_replace(News::SoldOut);
            over.await;
        }
        () = &mut over => {}
    }
    tell.send_replace(News::Closing);
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn the_end_of_a_run_is_told_even_once_it_is_sold_out() {
        let (tell, mut news) = watch::channel(News::Selling);
        let (end, ended) = oneshot::channel::<()>();
        let over = async { ended.await.unwrap() };
        let telling = tell_in_turn(ready(()), over, &tell);
        let hearing = async {
            news.wait_for(|news| *news == News::SoldOut).await.unwrap();
            end.send(()).unwrap();
        };
        tokio::join!(telling, hearing);
        assert_eq!(*tell.borrow(), News::Closing);
    }

    #[tokio::test]
    async fn a_run_that_ends_before_it_is_sold_out_says_so_alone() {
        let (tell, _news) = watch::channel(News::Selling);
        tell_in_turn(pending(), ready(()), &tell).await;
        assert_eq!(*tell.borrow(), News::Closing);
    }
}
