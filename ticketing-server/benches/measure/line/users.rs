//! A thousand users at one server on the services, over HTTP: the cases that others were measured
//! with. The users, the server and the services share the machine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use ticketing_core::PerformanceId;
use ticketing_core::worker::Workers;
use ticketing_server::{App, router};
use tokio::sync::Barrier;

use super::{report, spread};
use crate::connection::{Connection, serve};
use crate::office::Measured;

const USERS: u32 = 1_000;
const POLLED_FOR: Duration = Duration::from_secs(3);

struct User {
    token: String,
    connection: Connection,
}

pub(crate) async fn measure() -> anyhow::Result<()> {
    let measured = Measured::on_services().await?;
    let address = serve(router(App::new(measured.office.clone(), false))).await?;
    let workers = Workers::start(&measured.office);
    let sale = measured.sale(1_000, 1).await?;
    let joined = enter(&measured, &address, sale, Duration::from_secs(1)).await?;
    report("1,000 users enter within a second", &spread(joined.0));
    poll(joined.1, sale).await?;
    let sale = measured.another_sale(1_000, 1).await?;
    let (times, _) = enter(&measured, &address, sale, Duration::ZERO).await?;
    let slowest = times.iter().max().copied().unwrap_or_default();
    let rate = f64::from(USERS) / slowest.as_secs_f64();
    report("1,000 users enter at one instant", &format!("{rate:.0}/s, {}", spread(times)));
    let sale = measured.another_sale(1_000, USERS).await?;
    admissions(&measured, &address, sale).await?;
    workers.stop().await;
    measured.close().await
}

/// Everyone joins, spread evenly over some time; each from the moment it was due.
async fn enter(
    measured: &Measured,
    address: &str,
    sale: PerformanceId,
    over: Duration,
) -> anyhow::Result<(Vec<Duration>, Vec<(User, String)>)> {
    let barrier = Arc::new(Barrier::new(USERS as usize));
    let mut entering = Vec::new();
    for (at, (_, token)) in (0..).zip(measured.buyers(USERS).await?) {
        let connection = Connection::open(address).await?;
        let (mut user, barrier) = (User { token, connection }, barrier.clone());
        entering.push(tokio::spawn(async move {
            barrier.wait().await;
            let due = Instant::now() + over * at / USERS;
            tokio::time::sleep_until(due.into()).await;
            let answer = user.ask("POST", sale, "").await?;
            let place = place_of(&answer)?;
            anyhow::Ok((due.elapsed(), user, place))
        }));
    }
    let (mut times, mut users) = (Vec::new(), Vec::new());
    for entered in entering {
        let (time, user, place) = entered.await??;
        times.push(time);
        users.push((user, place));
    }
    Ok((times, users))
}

/// Everyone polls as fast as it is answered.
async fn poll(users: Vec<(User, String)>, sale: PerformanceId) -> anyhow::Result<()> {
    let begun = Instant::now();
    let polling = users.into_iter().map(|(mut user, place)| {
        tokio::spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < POLLED_FOR {
                let asked = Instant::now();
                user.ask("GET", sale, &place).await?;
                times.push(asked.elapsed());
            }
            anyhow::Ok(times)
        })
    });
    let mut times = Vec::new();
    for polled in polling.collect::<Vec<_>>() {
        times.extend(polled.await??);
    }
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    report(
        "rank polls, 1,000 connections, closed loop",
        &format!("{rate:.0}/s, {}", spread(times)),
    );
    Ok(())
}

/// From the first join until everyone is inside, each asking when it is told to.
async fn admissions(measured: &Measured, address: &str, sale: PerformanceId) -> anyhow::Result<()> {
    let begun = Instant::now();
    let (_, users) = enter(measured, address, sale, Duration::ZERO).await?;
    let waiting = users.into_iter().map(|(mut user, place)| {
        tokio::spawn(async move {
            loop {
                let answer = user.ask("GET", sale, &place).await?;
                if answer.starts_with("{\"state\":\"admitted\"") {
                    return anyhow::Ok(());
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        })
    });
    for admitted in waiting.collect::<Vec<_>>() {
        admitted.await??;
    }
    let rate = f64::from(USERS) / begun.elapsed().as_secs_f64();
    report("1,000 users admitted, joining included, while there is room", &format!("{rate:.0}/s"));
    Ok(())
}

fn place_of(answer: &str) -> anyhow::Result<String> {
    let (_, rest) = answer.split_once("\"place_token\":\"").context("a join gives a place")?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

impl User {
    async fn ask(
        &mut self,
        method: &str,
        sale: PerformanceId,
        place: &str,
    ) -> anyhow::Result<String> {
        let request = format!(
            "{method} /v1/performances/{sale}/line HTTP/1.1\r\nHost: localhost\r\n\
             Authorization: Bearer {}\r\nPlace-Token: {place}\r\nContent-Length: 0\r\n\r\n",
            self.token
        );
        Ok(String::from_utf8(self.connection.ask(&request).await?)?)
    }
}
