//! A client that is signed in: with the script's credentials, or with what `login` remembered.

use std::time::Duration;

use anyhow::Context as _;
use ticketing_client::{Call, Client, accounts, clock};
use ticketing_wire::secrets::{AccessToken, RefreshToken};

use crate::profile::{self, Session};
use crate::settings::{self, Usage};

/// A token that ends sooner than this is not used any more.
const LEAST_LIFE: Duration = Duration::from_secs(30);

/// A server and who we are there.
pub(crate) struct SignedIn {
    pub(crate) client: Client,
    pub(crate) token: AccessToken,
}

impl SignedIn {
    /// Sends a call.
    pub(crate) async fn send<A>(&self, call: &Call<A>) -> anyhow::Result<A> {
        Ok(self.client.send(call).await?)
    }
}

/// Signs in at the server that the arguments or the environment name.
pub(crate) async fn open(servers: &[String]) -> anyhow::Result<SignedIn> {
    let client = Client::new(&settings::server(servers)?)?;
    let token = match settings::credentials()? {
        Some(who) => {
            client.send(&accounts::sign_in(&who)).await.context("cannot sign in")?.access_token
        }
        None => remembered(&client).await?,
    };
    Ok(SignedIn { client, token })
}

async fn remembered(client: &Client) -> anyhow::Result<AccessToken> {
    let path = profile::path()?;
    let mut profile = profile::load(&path)?;
    let known = profile.servers.get(client.server()).cloned();
    let Some(session) = known else {
        let server = client.server();
        return Err(Usage(format!("not signed in at {server}; run `ticketing login`")).into());
    };
    if clock::later(clock::now(), LEAST_LIFE) < session.expires_at {
        return Ok(AccessToken::from(session.access_token));
    }
    let refresh = accounts::refresh(&RefreshToken::from(session.refresh_token));
    let renewed = client
        .send(&refresh)
        .await
        .context("the session has ended; run `ticketing login` again")?;
    let session = remember(&session.email, &renewed);
    profile.servers.insert(client.server().to_owned(), session);
    profile::save(&path, &profile)?;
    Ok(renewed.access_token)
}

/// What the profile keeps of a session.
pub(crate) fn remember(email: &str, session: &ticketing_wire::accounts::Session) -> Session {
    Session {
        email: email.to_owned(),
        access_token: session.access_token.expose().to_owned(),
        expires_at: clock::later(clock::now(), Duration::from_secs(session.expires_in.into())),
        refresh_token: session.refresh_token.expose().to_owned(),
    }
}
