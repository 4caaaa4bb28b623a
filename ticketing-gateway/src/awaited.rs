//! Buyers who are faster than their shop: its order is placed, and the gateway is told a moment later.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// How long a buyer waits for the shop.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many payments are waited for at once; more are not found at once.
const MAX_AWAITED: usize = 10_000;

/// The payments that somebody waits for.
#[derive(Debug, Default)]
pub(crate) struct Awaited(Mutex<HashMap<String, Arc<Notify>>>);

impl Awaited {
    /// Until the payment came, or the patience is over.
    pub(crate) async fn wait(&self, id: &str, is_known: impl Fn() -> bool) {
        let told = {
            let mut awaited = self.0.lock();
            if is_known() || awaited.len() >= MAX_AWAITED {
                return;
            }
            awaited.entry(id.to_owned()).or_default().clone()
        };
        let came = told.notified();
        // It may have come between the look above and the wait.
        if !is_known() {
            let _ = tokio::time::timeout(PATIENCE, came).await;
        }
        let mut awaited = self.0.lock();
        // The table's and ours: nobody else waits for it.
        if awaited.get(id).is_some_and(|told| Arc::strong_count(told) <= 2) {
            awaited.remove(id);
        }
    }

    pub(crate) fn came(&self, id: &str) {
        if let Some(told) = self.0.lock().remove(id) {
            told.notify_waiters();
        }
    }
}
