//! Questions near the head of a line in Redis, in small batches: whatever is asked while one batch
//! is under way makes the next. Nobody waits for a batch to fill, and none waits longer than the
//! one before it takes.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::contract::Ask;
use super::{Standing, Terms};
use crate::clock::Timestamp;
use crate::error::Result;

/// The most questions of one script: a few milliseconds of Redis' time.
const BATCH_MAX: usize = 256;

/// One question, and who waits for the answer.
pub(super) struct Question {
    pub(super) ask: Ask,
    pub(super) terms: Terms,
    pub(super) now: Timestamp,
    pub(super) answer: oneshot::Sender<Result<Standing>>,
}

/// The questions of one performance.
#[derive(Default)]
pub(super) struct Asks(Mutex<Gathered>);

#[derive(Default)]
struct Gathered {
    waiting: VecDeque<Question>,
    under_way: bool,
}

impl Asks {
    /// True where nobody is at it: the caller has to see to the batches.
    pub(super) fn add(&self, question: Question) -> bool {
        let mut gathered = self.0.lock();
        gathered.waiting.push_back(question);
        !std::mem::replace(&mut gathered.under_way, true)
    }

    /// The next batch; nothing once all are answered.
    pub(super) fn next_batch(&self) -> Option<Vec<Question>> {
        let mut gathered = self.0.lock();
        let count = gathered.waiting.len().min(BATCH_MAX);
        gathered.under_way = count > 0;
        (count > 0).then(|| gathered.waiting.drain(..count).collect())
    }
}

/// Tells everyone in a batch; who has gone meanwhile is not missed.
pub(super) fn tell(batch: Vec<Question>, answers: Result<Vec<Standing>>) {
    match answers {
        Ok(standings) => {
            for (question, standing) in batch.into_iter().zip(standings) {
                let _ = question.answer.send(Ok(standing));
            }
        }
        Err(error) => {
            for question in batch {
                let _ = question.answer.send(Err(error.for_each()));
            }
        }
    }
}
