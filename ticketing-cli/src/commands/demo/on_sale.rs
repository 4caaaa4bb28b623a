//! One on-sale from the empty stage to the evidence.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use ticketing_load::aftermath::{self, SETTLING_GRACE};
use ticketing_load::clock::RunClock;
use ticketing_load::crowd::{self, Crowd};
use ticketing_load::lanes::Lanes;
use ticketing_load::progress::Progress;
use ticketing_load::stage::{self, Script, Stage};
use ticketing_load::steps::StepReport;
use ticketing_load::verdict::Evidence;
use ticketing_wire::secrets::Password;
use ticketing_wire::venues::SeatingPlan;

use crate::{entropy, output};

use super::box_office::BoxOffice;
use super::scene::{DEADLINES, Scene};
use super::watch;

/// The sale begins so long after the stage is set.
const OPENS_IN: Duration = Duration::from_secs(3);

pub(super) async fn run(
    box_office: &BoxOffice,
    scene: &Scene,
    seed: u32,
    clock: RunClock,
) -> anyhow::Result<(Evidence, Vec<StepReport>)> {
    let stage = set_stage(box_office, scene, clock).await?;
    let performance = &stage.performance;
    output::talk(&format!(
        "{} buyers come for {} seats of {}; on sale at {}",
        stage.buyers.len(),
        performance.seats_total,
        scene.plan.name,
        performance.on_sale_at.shown_in(performance.time_zone.as_deref())
    ));

    let servers = &box_office.servers;
    let gateway = box_office.gateway.client(0).server();
    let lanes = Arc::new(Lanes::new(servers.clone(), gateway, clock)?);
    let progress = Arc::new(Progress::default());
    let watcher = tokio::spawn(watch::run(Arc::clone(&progress), Arc::clone(&lanes)));
    let crowd =
        Crowd { seed: seed.into(), arrive_within: scene.arrive_within, temper: scene.temper };
    let buyers = crowd::run(&stage, crowd, servers, Arc::clone(&lanes), progress).await;
    watcher.abort();
    // It only clears its line when it is dropped; an aborted task has nothing else to say.
    let _ = watcher.await;

    eprintln!("everybody is gone; waiting for what is pending");
    let limit = DEADLINES + SETTLING_GRACE;
    let books =
        aftermath::collect(servers, &box_office.gateway, &stage.organizer, performance.id, limit);
    let evidence = Evidence {
        performance: performance.id,
        capacity: scene.capacity,
        buyers,
        aftermath: books.await.context("cannot read the organizer's lists or the ledger")?,
        breaks: lanes.steps.breaks(),
    };
    Ok((evidence, lanes.steps.report()))
}

async fn set_stage(
    box_office: &BoxOffice,
    scene: &Scene,
    clock: RunClock,
) -> anyhow::Result<Stage> {
    let administrator =
        box_office.administrator().await.context("cannot sign in as the administrator")?;
    let script = Script {
        tag: entropy::fresh(),
        organizer_password: Password::from(format!("{:032x}", entropy::fresh())),
        hall: scene.plan.name.clone(),
        seat_map: SeatingPlan(scene.plan.seat_map.clone()),
        categories: scene.plan.categories.clone(),
        policy: scene.policy(),
        opens_in: OPENS_IN,
        buyers: scene.buyers,
    };
    stage::set(&box_office.servers, &administrator, &script, clock)
        .await
        .context("cannot set the stage")
}
