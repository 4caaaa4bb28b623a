//! Sessions: begun by a sign-in, remembered per server, and traded for the next one when they end.
//!
//! A refresh token is good once, and a server that sees one twice ends the whole session. So whoever
//! trades holds the profile's lock meanwhile, and looks first whether another program has traded it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use ticketing_client::{Call, Client, accounts, clock};
use ticketing_wire::accounts::SignIn;
use ticketing_wire::secrets::{AccessToken, RefreshToken};

use crate::file::{self, Locked, Session};
use crate::settings::{self, Usage};

/// A token that ends sooner than this is not used any more.
const LEAST_LIFE: Duration = Duration::from_secs(30);

/// A server and who we are there.
#[derive(Debug)]
pub struct SignedIn {
    /// The server.
    pub client: Client,
    /// Who we are.
    pub token: AccessToken,
}

impl SignedIn {
    /// Sends a call.
    pub async fn send<A>(&self, call: &Call<A>) -> anyhow::Result<A> {
        Ok(self.client.send(call).await?)
    }
}

/// Signs in at the server that the arguments or the environment name: as whom the environment says, or
/// as who is remembered.
pub async fn open(servers: &[String]) -> anyhow::Result<SignedIn> {
    let client = Client::new(&settings::server(servers)?)?;
    let token = if let Some(who) = settings::credentials()? {
        client.send(&accounts::sign_in(&who)).await.context("cannot sign in")?.access_token
    } else {
        let token = Sessions::of_this_person()?.token(&client, None).await;
        let token = token.context("the session has ended; run `ticketing login` again")?;
        token.ok_or_else(|| {
            let server = client.server();
            Usage(format!("not signed in at {server}; run `ticketing login`"))
        })?
    };
    Ok(SignedIn { client, token })
}

/// The sessions that are remembered.
#[derive(Clone, Debug)]
pub struct Sessions {
    path: PathBuf,
}

impl Sessions {
    /// Those of whoever started this program.
    pub fn of_this_person() -> anyhow::Result<Self> {
        Ok(Self { path: file::path()? })
    }

    /// Those of this file.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Signs in and remembers it.
    pub async fn begin(&self, client: &Client, who: &SignIn) -> anyhow::Result<AccessToken> {
        let session = client.send(&accounts::sign_in(who)).await?;
        let mut locked = self.lock().await?;
        locked.keep(client, &who.email, session)
    }

    /// Who is signed in at this server: the e-mail address.
    pub fn who(&self, client: &Client) -> anyhow::Result<Option<String>> {
        let profile = file::load(&self.path)?;
        Ok(profile.servers.get(client.server()).map(|session| session.email.clone()))
    }

    /// A token that lives, and is not the one that was refused: the remembered one, or one of a new
    /// session that the old one is traded for. `None` where nobody is signed in.
    pub async fn token(
        &self,
        client: &Client,
        refused: Option<&AccessToken>,
    ) -> anyhow::Result<Option<AccessToken>> {
        let known = file::load(&self.path)?.servers.remove(client.server());
        match known {
            None => return Ok(None),
            Some(session) if lives(&session, refused) => {
                return Ok(Some(AccessToken::from(session.access_token)));
            }
            Some(_) => {}
        }
        // Whoever asked may go away meanwhile: what the server has traded is remembered all the same.
        let trade = trade(self.clone(), client.clone(), refused.cloned());
        tokio::spawn(trade).await.context("the session was not traded to its end")?
    }

    /// Ends the session: here first, whatever the server says then.
    pub async fn end(&self, client: &Client) -> anyhow::Result<()> {
        let known = {
            let mut locked = self.lock().await?;
            let known = locked.profile.servers.remove(client.server());
            locked.save()?;
            known
        };
        let Some(session) = known else { return Ok(()) };
        let token = if lives(&session, None) {
            AccessToken::from(session.access_token)
        } else {
            let refresh = accounts::refresh(&RefreshToken::from(session.refresh_token));
            client.send(&refresh).await?.access_token
        };
        Ok(client.send(&accounts::sign_out(&token)).await?)
    }

    /// Waits until no session is being traded: whoever ends before would lose it.
    pub async fn settled(&self) -> anyhow::Result<()> {
        self.lock().await.map(drop)
    }

    async fn lock(&self) -> anyhow::Result<Locked> {
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || file::lock(path)).await?
    }
}

async fn trade(
    sessions: Sessions,
    client: Client,
    refused: Option<AccessToken>,
) -> anyhow::Result<Option<AccessToken>> {
    let mut locked = sessions.lock().await?;
    // Another program may have traded it meanwhile.
    let Some(session) = locked.profile.servers.get(client.server()).cloned() else {
        return Ok(None);
    };
    if lives(&session, refused.as_ref()) {
        return Ok(Some(AccessToken::from(session.access_token)));
    }
    let refresh = accounts::refresh(&RefreshToken::from(session.refresh_token));
    let renewed = client.send(&refresh).await?;
    Ok(Some(locked.keep(&client, &session.email, renewed)?))
}

impl Locked {
    /// Remembers a session; answers its token.
    fn keep(
        &mut self,
        client: &Client,
        email: &str,
        session: ticketing_wire::accounts::Session,
    ) -> anyhow::Result<AccessToken> {
        let kept = Session {
            email: email.to_owned(),
            access_token: session.access_token.expose().to_owned(),
            expires_at: clock::later(clock::now(), Duration::from_secs(session.expires_in.into())),
            refresh_token: session.refresh_token.expose().to_owned(),
        };
        self.profile.servers.insert(client.server().to_owned(), kept);
        self.save()?;
        Ok(session.access_token)
    }
}

fn lives(session: &Session, refused: Option<&AccessToken>) -> bool {
    clock::later(clock::now(), LEAST_LIFE) < session.expires_at
        && refused.is_none_or(|refused| refused.expose() != session.access_token)
}
