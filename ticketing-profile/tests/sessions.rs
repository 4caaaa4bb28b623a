//! Sessions of several programs at once, against a real server: it ends a session whose refresh token it
//! sees twice.

use std::path::{Path, PathBuf};

use ticketing_client::{Client, accounts};
use ticketing_profile::Sessions;
use ticketing_server::embedded::{self, Options, Running};
use ticketing_wire::accounts::SignIn;
use ticketing_wire::secrets::{AccessToken, Password};

/// Programs that one person runs at once.
const PROGRAMS: usize = 8;

struct Machine {
    server: Running,
    client: Client,
    folder: tempfile::TempDir,
}

impl Machine {
    async fn signed_in() -> (Self, AccessToken) {
        let server = embedded::start(Options::default()).await.unwrap();
        let client = Client::new(&server.base_url).unwrap();
        let machine = Self { server, client, folder: tempfile::tempdir().unwrap() };
        let who = SignIn {
            email: machine.server.admin_email.clone(),
            password: Password::from(machine.server.admin_password.clone()),
        };
        let token = machine.program().begin(&machine.client, &who).await.unwrap();
        (machine, token)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ticketing").join("profile.toml")
    }

    /// Signed in with a token that no server knows: two of one second are the same text.
    async fn signed_in_long_ago() -> (Self, AccessToken) {
        let (machine, token) = Self::signed_in().await;
        let profile = std::fs::read_to_string(machine.path()).unwrap();
        std::fs::write(machine.path(), profile.replace(token.expose(), "stale")).unwrap();
        (machine, AccessToken::from("stale".to_owned()))
    }

    /// Another program with the same profile.
    fn program(&self) -> Sessions {
        Sessions::at(self.path())
    }

    /// The token opens something.
    async fn opens(&self, token: &AccessToken) -> bool {
        self.client.send(&accounts::me(token)).await.is_ok()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_find_their_session_over_at_once_trade_it_once() {
    let (machine, refused) = Machine::signed_in_long_ago().await;
    let asking: Vec<_> = (0..PROGRAMS)
        .map(|_| {
            let (program, client) = (machine.program(), machine.client.clone());
            let refused = refused.clone();
            tokio::spawn(async move { program.token(&client, Some(&refused)).await })
        })
        .collect();
    let mut tokens = Vec::new();
    for asked in asking {
        tokens.push(asked.await.unwrap().unwrap().unwrap());
    }
    assert_ne!(tokens[0].expose(), refused.expose());
    assert!(tokens.iter().all(|token| token.expose() == tokens[0].expose()));
    assert!(machine.opens(&tokens[0]).await);
    machine.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_traded_for_somebody_who_went_away_is_remembered() {
    let (machine, refused) = Machine::signed_in_long_ago().await;
    let (program, client) = (machine.program(), machine.client.clone());
    let old = std::fs::read_to_string(machine.path()).unwrap();
    let asking = tokio::spawn(async move { program.token(&client, Some(&refused)).await });
    // Somebody may be too late to see it under way.
    while !is_locked(&machine.path()) && !asking.is_finished() {
        tokio::task::yield_now().await;
    }
    asking.abort();
    machine.program().settled().await.unwrap();
    assert_ne!(std::fs::read_to_string(machine.path()).unwrap(), old);
    let token = machine.program().token(&machine.client, None).await.unwrap().unwrap();
    assert!(machine.opens(&token).await);
    machine.server.stop().await;
}

fn is_locked(profile: &Path) -> bool {
    let lock = std::fs::File::open(profile.with_extension("lock"));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_out_is_forgotten_here_and_at_the_server() {
    let (machine, token) = Machine::signed_in().await;
    assert_eq!(
        machine.program().who(&machine.client).unwrap(),
        Some(machine.server.admin_email.clone())
    );
    let remembered = std::fs::read_to_string(machine.path()).unwrap();
    machine.program().end(&machine.client).await.unwrap();
    assert_eq!(machine.program().who(&machine.client).unwrap(), None);
    assert!(machine.program().token(&machine.client, None).await.unwrap().is_none());
    // Whoever kept a copy of the profile cannot go on with it.
    std::fs::write(machine.path(), remembered).unwrap();
    assert!(machine.program().token(&machine.client, Some(&token)).await.is_err());
    machine.server.stop().await;
}
