//! Redis is wiped, or killed and started again with its file.

use crate::deployment::{Deployment, Progress, assert_green_but_for};
use crate::program::Redis;

const BUYERS: u64 = 5_000;
const SEED: u64 = 5;
/// Redis may lose its last seconds, and with them holds: a seat may be given on hold again. That nobody
/// loses one that was ordered is held by the others.
const HOLDS: [&str; 1] = ["holds_kept"];
/// Of 1,500 seats: a good part of the crowd is inside, and most of it waits.
const SOLD: u64 = 300;

fn in_the_middle(progress: Progress) -> bool {
    progress.sold >= SOLD
}

#[test]
#[ignore = "needs ./services up"]
fn redis_wiped_in_the_middle_of_a_demo_costs_nobody_the_place() {
    let redis = Redis::start();
    let mut deployment = Deployment::start(Some(redis.url()));
    let report = deployment.demo(BUYERS, SEED, in_the_middle, |_| redis.flush());
    assert_green_but_for(&report, &HOLDS);
}

#[test]
#[ignore = "needs ./services up"]
fn redis_killed_and_started_again_in_the_middle_of_a_demo_costs_nobody_the_place() {
    let mut redis = Redis::start();
    let mut deployment = Deployment::start(Some(redis.url()));
    let report = deployment.demo(BUYERS, SEED, in_the_middle, |_| redis.kill_and_start());
    assert_green_but_for(&report, &HOLDS);
}
