//! `ticketing login`

use anyhow::Context as _;
use clap::Args;
use ticketing_client::{Client, accounts};
use ticketing_profile::{Sessions, prompt};
use ticketing_wire::accounts::SignIn;

use crate::output;

/// Sign in and remember it. Scripts set `TICKETING_EMAIL` and `TICKETING_PASSWORD` instead of
/// answering questions.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// Who signs in; asked for where it is not given.
    #[arg(long)]
    email: Option<String>,
}

pub(crate) async fn run(login: Login, servers: &[String]) -> anyhow::Result<()> {
    let client = Client::new(&ticketing_profile::server(servers)?)?;
    let who = credentials(login.email)?;
    let token = Sessions::of_this_person()?.begin(&client, &who).await.context("cannot sign in")?;
    let account = client.send(&accounts::me(&token)).await?;
    let server = client.server();
    output::talk(&format!("signed in at {server} as {} ({})", account.email, account.role));
    Ok(())
}

fn credentials(email: Option<String>) -> anyhow::Result<SignIn> {
    let instead = "TICKETING_EMAIL and TICKETING_PASSWORD";
    match (email, ticketing_profile::credentials()?) {
        (None, Some(credentials)) => Ok(credentials),
        (Some(email), Some(credentials)) if email == credentials.email => Ok(credentials),
        (Some(email), _) => {
            let password = prompt::password("Password", instead)?;
            Ok(SignIn { email, password })
        }
        (None, None) => {
            let email = prompt::line("E-mail", instead)?;
            let password = prompt::password("Password", instead)?;
            Ok(SignIn { email, password })
        }
    }
}
