//! What waits: requests to the server, each a task whose end is a message.

use std::sync::Arc;
use std::time::Duration;

use ticketing_client::{Client, Error, accounts, performances, seats};
use ticketing_wire::accounts::Session;
use ticketing_wire::page::PAGE_MAX;
use ticketing_wire::performances::{Performance, PerformancesQuery};
use ticketing_wire::problem::ProblemType;
use ticketing_wire::secrets::AccessToken;
use ticketing_wire::text::clean;
use tokio::sync::Mutex;
use tokio::task::{JoinError, JoinSet};

use crate::state::{Effect, Failure, Message};

/// Pages of the list that are read; nobody walks through more.
const MAX_PAGES: usize = 20;

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
                    let fetch = |client: Client, token: AccessToken| async move {
                        seats::fetch(&client, &token, performance, None).await
                    };
                    Message::Map { visit, answer: server.signed_in(after, fetch).await }
                });
            }
            Effect::FetchStatuses { visit, performance, etag, after } => {
                self.tasks.spawn(async move {
                    let fetch = |client: Client, token: AccessToken| {
                        let call = seats::now(&token, performance, etag.as_deref());
                        async move { client.send(&call).await }
                    };
                    Message::Statuses { visit, answer: server.signed_in(after, fetch).await }
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
        let mut query = PerformancesQuery { limit: Some(PAGE_MAX), ..Default::default() };
        for _ in 0..MAX_PAGES {
            let page =
                self.client.send(&performances::list(None, &query)).await.map_err(failure)?;
            list.extend(page.items);
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        Ok(list)
    }

    /// Asks for what needs the session; renews the session once when it has run out.
    async fn signed_in<A, Asked: Future<Output = Result<A, Error>>>(
        &self,
        after: Duration,
        ask: impl Fn(Client, AccessToken) -> Asked,
    ) -> Result<A, Failure> {
        tokio::time::sleep(after).await;
        let Some(session) = &self.session else { return Err(Failure::SignedOut) };
        let token = session.lock().await.access_token.clone();
        match ask(self.client.clone(), token.clone()).await {
            Err(error) if error.kind() == Some(&ProblemType::Unauthenticated) => {
                let token = self.renewed(session, &token).await?;
                ask(self.client.clone(), token).await.map_err(failure)
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
        Some(ProblemType::NotFound) => Failure::Gone,
        Some(ProblemType::Unauthenticated) => Failure::SignedOut,
        _ => Failure::Trouble(clean(&error.to_string()).into_owned()),
    }
}
