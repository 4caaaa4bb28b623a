//! A server with something on sale.

use std::path::Path;

use serde_json::json;
use ticketing_client::{Client, IdempotencyKey, accounts, door, performances, venues};
use ticketing_server::embedded::{self, Options, Running};
use ticketing_wire::accounts::SignIn;
use ticketing_wire::door::{NewScan, Verdict};
use ticketing_wire::secrets::{AccessToken, Password};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::screen::Terminal;

/// Of every terminal here.
const SIZE: (u16, u16) = (80, 24);
const PLAN: &str = "name = \"Hall\"\n[[categories]]\nname = \"All\"\n[[sections]]\nname = \"Floor\"\n\
    category = \"All\"\nrows = [{ label = \"1\", seats = \"1-10\" }, { label = \"2\", seats = \"1-10\" }]\n";

/// A concert on sale, at an embedded server.
pub(crate) struct House {
    pub(crate) runtime: Runtime,
    pub(crate) server: Running,
    client: Client,
    organizer: AccessToken,
    performance: Uuid,
}

impl House {
    pub(crate) fn open() -> Self {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(embedded::start(Options::default())).unwrap();
        let client = Client::new(&server.base_url).unwrap();
        let (organizer, performance) = runtime.block_on(sell(&client, &server));
        Self { runtime, server, client, organizer, performance }
    }

    /// Who may steer its line: an e-mail address and a password.
    pub(crate) fn organizer(&self) -> (&str, Password) {
        (&self.server.admin_email, Password::from(self.server.admin_password.clone()))
    }

    /// Somebody's terminal, once it shows what is on sale.
    pub(crate) fn terminal(&self, home: &Path) -> Terminal {
        let terminal = Terminal::start(&self.server.base_url, home, SIZE);
        terminal.sees("Aurora Live");
        terminal
    }

    /// What the door says to a code.
    pub(crate) fn scan(&self, code: &str) -> Verdict {
        let scan = NewScan { code: code.to_owned(), ..NewScan::default() };
        let call = door::check_in(&self.organizer, self.performance, &scan);
        self.runtime.block_on(self.client.send(&call)).unwrap().verdict
    }
}

async fn sell(client: &Client, server: &Running) -> (AccessToken, Uuid) {
    let who = SignIn {
        email: server.admin_email.clone(),
        password: Password::from(server.admin_password.clone()),
    };
    let organizer = client.send(&accounts::sign_in(&who)).await.unwrap().access_token;
    let venue = serde_json::from_value(json!({"name": "Hall", "seat_map": PLAN})).unwrap();
    let key = IdempotencyKey::from_random;
    let venue = client.send(&venues::create(&organizer, &venue, &key(1))).await.unwrap().id;
    let performance = json!({
        "venue_id": venue, "title": "Aurora Live", "listed_at": "2026-01-01T00:00:00Z",
        "on_sale_at": "2026-01-02T00:00:00Z", "starts_at": "2999-01-01T00:00:00Z",
        "prices": [{"category": "All", "price": {"amount": 132_000, "currency": "KRW"}}],
    });
    let performance = serde_json::from_value(performance).unwrap();
    let call = performances::create(&organizer, &performance, &key(2));
    let performance = client.send(&call).await.unwrap().id;
    (organizer, performance)
}
