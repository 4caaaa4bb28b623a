//! `ticketing login`

use anyhow::Context as _;
use clap::Args;
use ticketing_client::{Client, accounts};

use crate::settings::{self, Credentials};
use crate::{profile, prompt, session};

/// Sign in and remember it. Scripts set `TICKETING_EMAIL` and `TICKETING_PASSWORD` instead of
/// answering questions.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// Who signs in; asked for where it is not given.
    #[arg(long)]
    email: Option<String>,
}

pub(crate) async fn run(login: Login, servers: &[String]) -> anyhow::Result<()> {
    let client = Client::new(&settings::server(servers)?)?;
    let Credentials { email, password } = credentials(login.email)?;
    let sign_in = accounts::sign_in(&email, &password);
    let session = client.send(&sign_in).await.context("cannot sign in")?;
    let account = client.send(&accounts::me(&session.access_token)).await?;

    let path = profile::path()?;
    let mut profile = profile::load(&path)?;
    profile.servers.insert(client.server().to_owned(), session::remember(&email, &session));
    profile::save(&path, &profile)?;
    eprintln!("signed in at {} as {} ({})", client.server(), account.email, account.role);
    Ok(())
}

fn credentials(email: Option<String>) -> anyhow::Result<Credentials> {
    let instead = "TICKETING_EMAIL and TICKETING_PASSWORD";
    match (email, settings::credentials()?) {
        (None, Some(credentials)) => Ok(credentials),
        (Some(email), Some(credentials)) if email == credentials.email => Ok(credentials),
        (Some(email), _) => {
            let password = prompt::password("Password", instead)?;
            Ok(Credentials { email, password })
        }
        (None, None) => {
            let email = prompt::line("E-mail", instead)?;
            let password = prompt::password("Password", instead)?;
            Ok(Credentials { email, password })
        }
    }
}
