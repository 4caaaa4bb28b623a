//! One of two servers is killed with SIGKILL.

use crate::deployment::{Deployment, assert_green_but_for};

const BUYERS: u64 = 1_500;
/// Fixes the buyers, and with them the moment of the kill.
const SEED: u64 = 11;

#[test]
#[ignore = "needs ./services up"]
fn a_server_killed_in_the_middle_of_a_demo_costs_nobody_anything_but_broken_requests() {
    let mut deployment = Deployment::start(None);
    let at = BUYERS / 4 + SEED * 37 % (BUYERS / 2);
    let in_the_middle = |progress: crate::deployment::Progress| progress.arrived >= at;
    let report = deployment.demo(BUYERS, SEED, in_the_middle, |deployment| {
        deployment.servers[0].child.kill().expect("the server is killed");
    });
    assert_green_but_for(&report, &[]);
}
