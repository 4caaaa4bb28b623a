//! Calls of a shop that change something: each runs once per key, to its end whoever hangs up, and
//! with the troubles that it meets on its way.

use std::sync::Arc;

use jiff::Timestamp;

use crate::gateway::Gateway;
use crate::idempotency::{Answer, Claim, Key};
use crate::refusal::Refusal;
use crate::trouble::{End, Trouble};

/// Runs the work in a task of its own, so that a caller who hangs up changes nothing, and once per
/// key, if there is one.
pub(super) async fn once<F>(
    gateway: Arc<Gateway>,
    key: Option<Key>,
    work: F,
) -> Result<Answer, Refusal>
where
    F: Future<Output = Result<Answer, Refusal>> + Send + 'static,
{
    if let Some(key) = &key
        && let Claim::Repeat(answer) = gateway.answers.lock().claim(key, gateway.clock.now())?
    {
        return Ok(answer);
    }
    let Trouble { end, takes } = gateway.trouble();
    match (end, &key) {
        (End::NeverArrives, key) => {
            key.as_ref().inspect(|key| gateway.answers.lock().forget(key));
            return Err(Refusal::ReplyLost);
        }
        (End::Outstanding, Some(key)) => {
            gateway.answers.lock().forget(key);
            return Err(Refusal::OutstandingRequest);
        }
        _ => {}
    }
    let starts_at = gateway.clock.now() + takes;
    let task = tokio::spawn(run(gateway, key, starts_at, work));
    if end == End::HungUp {
        return Err(Refusal::ReplyLost);
    }
    let answer = task.await.map_err(|_| Refusal::ReplyLost)?;
    if end == End::ReplyLost { Err(Refusal::ReplyLost) } else { answer }
}

async fn run<F>(
    gateway: Arc<Gateway>,
    key: Option<Key>,
    starts_at: Timestamp,
    work: F,
) -> Result<Answer, Refusal>
where
    F: Future<Output = Result<Answer, Refusal>>,
{
    gateway.clock.wait_until(starts_at).await;
    let answer = work.await;
    if let Some(key) = key {
        remember(&gateway, key, &answer);
    }
    answer
}

fn remember(gateway: &Gateway, key: Key, answer: &Result<Answer, Refusal>) {
    let now = gateway.clock.now();
    let mut answers = gateway.answers.lock();
    match answer {
        Ok(answer) => answers.finish(key, answer.clone(), now),
        // Not an answer: what happened is known only after a restart.
        Err(Refusal::LedgerBroken) => answers.forget(&key),
        Err(refusal) => answers.finish(key, refusal.clone().into(), now),
    }
}
