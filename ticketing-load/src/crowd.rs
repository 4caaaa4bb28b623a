//! The crowd arrives.

use std::sync::Arc;
use std::time::Duration;

use ticketing_wire::line::LineState;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::arrivals;
use super::buyer::{News, Person, World};
use super::fleet::Fleet;
use super::lanes::Lanes;
use super::plan::{Plan, Temper};
use super::progress::Progress;
use super::record;
use super::stage::Stage;
use ticketing_client::line;

/// How long a run may last, whatever the servers do.
pub const RUN_LIMIT: Duration = Duration::from_secs(180);

/// How often somebody looks at the line's public status.
const NEWS_EVERY: Duration = Duration::from_secs(1);

/// Who comes, and when.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// Fixes plans and arrivals; not who wins a race.
    pub seed: u64,
    /// How long the stream of arrivals lasts.
    pub arrive_within: Duration,
    /// How they behave.
    pub temper: Temper,
}

/// Lets every buyer of the stage arrive and waits until the last one is gone. The records are in
/// the order in which the buyers went.
pub async fn run(
    stage: &Stage,
    crowd: Crowd,
    fleet: &Fleet,
    lanes: Arc<Lanes>,
    progress: Arc<Progress>,
) -> Vec<record::Buyer> {
    let clock = lanes.clock;
    let opening = clock.of_wall(stage.performance.on_sale_at);
    let world = Arc::new(World {
        lanes,
        performance: stage.performance.id,
        layout: stage.layout.clone(),
        progress,
    });
    let (tell, news) = watch::channel(News::Selling);
    let teller = tokio::spawn(tell_news(fleet.clone(), stage.performance.id, tell));

    let arrivals = arrivals::poisson(crowd.seed, stage.buyers.len(), crowd.arrive_within);
    let mut visits = JoinSet::new();
    for (index, (account, offset)) in stage.buyers.iter().zip(arrivals).enumerate() {
        let plan = Plan::new(crowd.seed, index, crowd.temper, &world.layout.categories);
        let person = Person::new(Arc::clone(&world), news.clone(), index, account, plan);
        let arrival = opening + offset;
        clock.sleep_until(arrival).await;
        visits.spawn(person.live(arrival));
    }
    let records = visits.join_all().await;
    teller.abort();
    records
}

/// Watches the public status, as everybody in a line does, until there is nothing left to tell.
async fn tell_news(fleet: Fleet, performance: Uuid, tell: watch::Sender<News>) {
    let watching = async {
        loop {
            tokio::time::sleep(NEWS_EVERY).await;
            let status = fleet.send(&line::status(performance)).await;
            if status.is_ok_and(|status| status.state == LineState::SoldOut) {
                return News::SoldOut;
            }
        }
    };
    let news = tokio::time::timeout(RUN_LIMIT, watching).await.unwrap_or(News::Closing);
    // Nobody listens any more once the last buyer is gone.
    let _ = tell.send(news);
    tell.closed().await;
}
