//! Connections that all buyers share, as a proxy before the servers would.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::connection::Connection;
use super::target::Target;

/// So many connections, and who waits for one.
#[derive(Debug)]
pub struct Lanes {
    free: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

/// A connection that is somebody's until this is dropped.
#[derive(Debug)]
pub struct Lane<'a> {
    lanes: &'a Lanes,
    connection: Option<Connection>,
    _permit: SemaphorePermit<'a>,
}

impl Lanes {
    /// So many connections, none of them open yet.
    pub fn new(count: usize) -> Self {
        Self { free: Semaphore::new(count.max(1)), idle: Mutex::default() }
    }

    /// Waits for a connection that nobody uses; one that leads to the target, if there is any.
    pub async fn free(&self, target: &Arc<Target>) -> Lane<'_> {
        let permit = self.free.acquire().await.expect("the lanes stay open");
        let mut idle = self.idle.lock().expect("choosing does not panic");
        let known = idle.iter().rposition(|connection| connection.leads_to(target));
        let connection = if let Some(at) = known {
            idle.swap_remove(at)
        } else {
            // Never more connections than lanes: one that leads elsewhere makes room.
            if idle.len() > self.free.available_permits() {
                idle.pop();
            }
            Connection::new(Arc::clone(target))
        };
        drop(idle);
        Lane { lanes: self, connection: Some(connection), _permit: permit }
    }
}

impl Deref for Lane<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("it is there until the drop")
    }
}

impl DerefMut for Lane<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("it is there until the drop")
    }
}

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.lanes.idle.lock().expect("keeping does not panic").push(connection);
        }
    }
}
