//! What waits: requests to the server, each a task whose end is a message.

use std::sync::Arc;
use std::time::Duration;

use ticketing_client::accounts::{self, Session};
use ticketing_client::catalog::{self, Filter, Performance};
use ticketing_client::{AccessToken, Call, Client, Error, Kind, seats};
use tokio::sync::Mutex;
use tokio::task::{JoinError, JoinSet};
use uuid::Uuid;

use crate::plain;
use crate::state::{Effect, Failure, Message};

/// Pages of the list that are read; nobody walks through more.
const MAX_PAGES: usize = 20;
/// Performances whose numbers of seats are asked for one by one where the list has none.
const MAX_DETAILS: usize = 50;

/// Runs effects.
pub(crate) struct Runner {
    server: Server,
    tasks: JoinSet<Message>,
}

/// The server, and the session that a sign-in began.
#[derive(Clone)]
pub(crate) struct Server {
    client: Client,
    session: Option<Arc<Mutex<Session>>>,
}

impl Runner {
    pub(crate) fn new(client: Client, session: Option<Session>) -> Self {
        let session = session.map(|session| Arc::new(Mutex::new(session)));
        Self { server: Server { client, session }, tasks: JoinSet::new() }
    }

    /// Starts an effect that waits. Drawing and quitting are the loop's own.
    pub(crate) fn start(&mut self, effect: Effect) {
        let server = self.server.clone();
        match effect {
            Effect::Draw | Effect::Quit => {}
            Effect::FetchPerformances => {
                self.tasks.spawn(async move { Message::Listed(server.performances().await) });
            }
            Effect::FetchMap { visit, performance, after } => {
                self.tasks.spawn(async move {
                    let call = |token: &AccessToken| seats::map(token, performance);
                    Message::Map { visit, answer: server.signed_in(after, call).await }
                });
            }
            Effect::FetchStatuses { visit, performance, etag, after } => {
                self.tasks.spawn(async move {
                    let call =
                        |token: &AccessToken| seats::statuses(token, performance, etag.as_deref());
                    Message::Statuses { visit, answer: server.signed_in(after, call).await }
                });
            }
        }
    }

    /// The next message. Waits for ever while nothing runs.
    pub(crate) async fn next(&mut self) -> Result<Message, JoinError> {
        match self.tasks.join_next().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }
}

impl Server {
    async fn performances(&self) -> Result<Vec<Performance>, Failure> {
        let mut list = Vec::new();
        let mut filter = Filter::default();
        for _ in 0..MAX_PAGES {
            let page = self.client.send(&catalog::performances(&filter)).await.map_err(failure)?;
            list.extend(page.items);
            filter.cursor = page.next_cursor;
            if filter.cursor.is_none() {
                break;
            }
        }
        let bare = list.iter_mut().filter(|performance| performance.seats_total.is_none());
        for performance in bare.take(MAX_DETAILS) {
            // The list is worth showing without these numbers too.
            if let Ok(whole) = self.performance(performance.id).await {
                *performance = whole;
            }
        }
        Ok(list)
    }

    async fn performance(&self, id: Uuid) -> Result<Performance, Error> {
        self.client.send(&catalog::performance(None, id)).await
    }

    /// Sends a call that needs the session; renews the session once when it has run out.
    async fn signed_in<A>(
        &self,
        after: Duration,
        call: impl Fn(&AccessToken) -> Call<A>,
    ) -> Result<A, Failure> {
        tokio::time::sleep(after).await;
        let Some(session) = &self.session else { return Err(Failure::SignedOut) };
        let token = session.lock().await.access_token.clone();
        match self.client.send(&call(&token)).await {
            Err(error) if error.kind() == Some(&Kind::Unauthenticated) => {
                let token = self.renewed(session, &token).await?;
                self.client.send(&call(&token)).await.map_err(failure)
            }
            answer => answer.map_err(failure),
        }
    }

    /// A token other than the one that was refused; refresh tokens are good once, so one task
    /// trades it and the others find the result.
    async fn renewed(
        &self,
        session: &Mutex<Session>,
        refused: &AccessToken,
    ) -> Result<AccessToken, Failure> {
        let mut session = session.lock().await;
        if session.access_token.expose() == refused.expose() {
            let renewal = accounts::refresh(&session.refresh_token);
            *session = self.client.send(&renewal).await.map_err(failure)?;
        }
        Ok(session.access_token.clone())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err asks for")]
fn failure(error: Error) -> Failure {
    match error.kind() {
        Some(Kind::NotFound) => Failure::Gone,
        Some(Kind::Unauthenticated) => Failure::SignedOut,
        _ => Failure::Trouble(plain::text(&error.to_string())),
    }
}
