//! The server, and who we are there.

use ticketing_client::{Call, Client, Error, line, orders, performances, sales, sandbox};
use ticketing_profile::Sessions;
use ticketing_wire::accounts::SignIn;
use ticketing_wire::orders::{Order, Payment, Ticket};
use ticketing_wire::page::{PAGE_MAX, PageQuery};
use ticketing_wire::performances::{Performance, PerformancesQuery};
use ticketing_wire::problem::ProblemType;
use ticketing_wire::sandbox::{Authorized, Outcome};
use ticketing_wire::secrets::AccessToken;
use ticketing_wire::text::clean;
use uuid::Uuid;

use crate::screens::steering::Seen;
use crate::state::{Answer, Failure};

/// Pages of a list that are read; nobody walks through more.
const MAX_PAGES: usize = 20;

/// A server, and the sessions that are remembered.
pub(crate) struct Server {
    client: Client,
    sessions: Sessions,
}

impl Server {
    pub(crate) fn new(client: Client, sessions: Sessions) -> Self {
        Self { client, sessions }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Begins a session; answers the e-mail address.
    pub(crate) async fn sign_in(&self, who: &SignIn) -> Answer<String> {
        let begun = self.sessions.begin(&self.client, who).await;
        begun.map(|_| who.email.clone()).map_err(|error| unsigned(&error))
    }

    pub(crate) async fn sign_out(&self) {
        // The session is forgotten here, whatever the server says.
        let _ = self.sessions.end(&self.client).await;
    }

    /// Waits until a session that is just traded is remembered.
    pub(crate) async fn settled(&self) {
        // What cannot be remembered was said where it was asked for.
        let _ = self.sessions.settled().await;
    }

    /// Sends what needs no account.
    pub(crate) async fn anybody<A>(&self, call: &Call<A>) -> Answer<A> {
        self.client.send(call).await.map_err(failure)
    }

    /// Sends what needs an account; once more with a new session where the old one has run out.
    pub(crate) async fn call<A>(&self, call: impl Fn(&AccessToken) -> Call<A>) -> Answer<A> {
        let token = self.token(None).await?;
        match self.client.send(&call(&token)).await {
            Err(error) if error.kind() == Some(&ProblemType::Unauthenticated) => {
                let token = self.token(Some(&token)).await?;
                self.client.send(&call(&token)).await.map_err(failure)
            }
            answer => answer.map_err(failure),
        }
    }

    pub(crate) async fn token(&self, refused: Option<&AccessToken>) -> Answer<AccessToken> {
        match self.sessions.token(&self.client, refused).await {
            Ok(token) => token.ok_or(Failure::SignedOut),
            // What cannot be traded any more is over.
            Err(error) => Err(match unsigned(&error) {
                Failure::Refused(problem) if problem.status == 401 => Failure::SignedOut,
                failure => failure,
            }),
        }
    }

    pub(crate) async fn performances(&self) -> Answer<Vec<Performance>> {
        let mut list = Vec::new();
        let mut query = PerformancesQuery { limit: Some(PAGE_MAX), ..Default::default() };
        for _ in 0..MAX_PAGES {
            let page = self.anybody(&performances::list(None, &query)).await?;
            list.extend(page.items);
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        Ok(list)
    }

    pub(crate) async fn orders(&self) -> Answer<Vec<Order>> {
        self.pages(orders::list).await
    }

    pub(crate) async fn tickets(&self, order: Uuid) -> Answer<Vec<Ticket>> {
        self.pages(|token, page| orders::tickets(token, order, page)).await
    }

    /// How a sale stands, for its organizer.
    pub(crate) async fn sale(&self, performance: Uuid) -> Answer<Seen> {
        let sales = self.call(|token| sales::sales(token, performance)).await?;
        let line = self.call(|token| line::report(token, performance)).await?;
        let status = self.anybody(&line::status(performance)).await?;
        Ok(Seen { sales, line, status })
    }

    async fn pages<A>(
        &self,
        call: impl Fn(&AccessToken, &PageQuery) -> Call<ticketing_wire::Page<A>>,
    ) -> Answer<Vec<A>> {
        let mut list = Vec::new();
        let mut query = PageQuery { limit: Some(PAGE_MAX), ..Default::default() };
        for _ in 0..MAX_PAGES {
            let page = self.call(|token| call(token, &query)).await?;
            list.extend(page.items);
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        Ok(list)
    }

    /// Agrees to a payment at the sandbox's gateway.
    pub(crate) async fn authorize(
        &self,
        payment: &Payment,
        outcome: Outcome,
    ) -> Answer<Authorized> {
        let page = payment.gateway_url.as_deref().unwrap_or_default();
        let gateway = Client::new(&origin(page)).map_err(failure)?;
        gateway.send(&sandbox::authorize(&payment.payment_id, outcome)).await.map_err(failure)
    }
}

/// Where an address is: its scheme, host and port.
fn origin(url: &str) -> String {
    let path = url
        .find("://")
        .and_then(|scheme| url[scheme + 3..].find(['/', '?', '#']).map(|path| scheme + 3 + path));
    url[..path.unwrap_or(url.len())].to_owned()
}

/// Why there is no session.
fn unsigned(error: &anyhow::Error) -> Failure {
    match error.downcast_ref::<Error>() {
        Some(Error::Problem(problem)) if problem.status < 500 => Failure::Refused(problem.clone()),
        _ => Failure::Trouble(clean(&format!("{error:#}")).into_owned()),
    }
}

pub(crate) fn failure(error: Error) -> Failure {
    match error {
        Error::Problem(problem) => match problem.kind {
            ProblemType::NotFound => Failure::Gone,
            ProblemType::Unauthenticated => Failure::SignedOut,
            _ if problem.status >= 500 => Failure::Trouble(problem.to_string()),
            _ => Failure::Refused(problem),
        },
        broken @ Error::Broken(_) => Failure::Trouble(clean(&broken.to_string()).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_asked_where_its_page_is() {
        let page = "http://127.0.0.1:4711/sandbox/payments/abc/page?order=1";
        assert_eq!(origin(page), "http://127.0.0.1:4711");
        assert_eq!(origin("https://pay.example.org"), "https://pay.example.org");
        assert_eq!(origin(""), "");
    }
}
