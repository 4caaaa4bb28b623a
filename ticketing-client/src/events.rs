//! Server-sent events: what a server says by itself, as it arrives.

mod frames;

use std::time::Duration;

use serde::de::DeserializeOwned;

use self::frames::{Frame, Frames};
use crate::call::Call;
use crate::client::broken;
use crate::error::{Broken, Error};

/// A stream that is silent for longer is dead: servers send a heartbeat more often.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// What to listen to, and how to read what is heard.
#[derive(Debug)]
pub struct Subscription<E> {
    pub(crate) call: Call<()>,
    read: Read<E>,
}

/// Reads an event by its name and data; `None` for a name of a newer server, which is passed over.
type Read<E> = fn(name: &str, data: &str) -> Option<Result<E, String>>;

/// A stream that was opened.
#[derive(Debug)]
pub struct Events<E> {
    response: reqwest::Response,
    frames: Frames,
    last_id: Option<String>,
    read: Read<E>,
}

impl<E> Subscription<E> {
    pub(crate) fn new(call: Call<()>, read: Read<E>) -> Self {
        Self { call, read }
    }

    pub(crate) fn opened(&self, response: reqwest::Response) -> Events<E> {
        Events { response, frames: Frames::default(), last_id: None, read: self.read }
    }
}

impl<E> Events<E> {
    /// The next event that this version knows; `None` where the stream has ended.
    pub async fn next(&mut self) -> Result<Option<E>, Error> {
        loop {
            while let Some(Frame { event, data, id }) = self.frames.next() {
                self.last_id = id.or(self.last_id.take());
                if let Some(read) = (self.read)(&event, &data) {
                    return read.map(Some).map_err(|why| self.undecodable(&why));
                }
            }
            let chunk = tokio::time::timeout(SILENCE_MAX, self.response.chunk()).await;
            match chunk.map_err(|_| Broken::TimedOut)?.map_err(broken)? {
                Some(chunk) => self.frames.take(&chunk).map_err(|why| self.undecodable(&why))?,
                None => return Ok(None),
            }
        }
    }

    /// The id of the last event, for listening on after it.
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    fn undecodable(&self, why: &impl ToString) -> Error {
        let status = self.response.status().as_u16();
        Broken::Undecodable { status, why: why.to_string() }.into()
    }
}

/// The data of an event.
pub(crate) fn decode<E: DeserializeOwned>(data: &str) -> Result<E, String> {
    serde_json::from_str(data).map_err(|error| error.to_string())
}
