use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tokio::time::{Duration, timeout};

use crate::error::{Error, Result};
use crate::text::Password;

/// How many hashes run at once: each takes a core and 19 MiB for some 20 ms.
const PARALLEL: usize = 2;
/// How long a sign-in waits for its turn before it is told to come back.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(5);

/// Argon2id, off the async threads, a bounded number at a time.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    /// What the password of an unknown account is compared with, so that the time tells nothing.
    nobody: Arc<str>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let nobody = hash(&argon2(), "nobody's password", [0; 16]).expect("a constant hashes");
        Self { turns: Arc::new(Semaphore::new(PARALLEL)), nobody: nobody.into() }
    }

    pub(crate) async fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<String> {
        let password = password.clone();
        self.run(move || hash(&argon2(), password.expose(), salt)).await?
    }

    /// Whether the password is the account's; an account without one is compared all the same.
    pub(crate) async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool> {
        let known = hash.is_some();
        let hash: Arc<str> = hash.map_or_else(|| self.nobody.clone(), Into::into);
        let password = password.clone();
        let matches = self
            .run(move || {
                let hash = PasswordHash::new(&hash).map_err(Error::internal)?;
                let password = password.expose().as_bytes();
                Ok::<_, Error>(argon2().verify_password(password, &hash).is_ok())
            })
            .await??;
        Ok(matches && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = timeout(QUEUE_TIMEOUT, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| Error::TooManyRequests { retry_after_seconds: 5 })?
            .expect("the semaphore is never closed");
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
        .map_err(Error::internal)
    }
}

/// The parameters that OWASP recommends first: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("constants within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(argon2: &Argon2<'_>, password: &str, salt: [u8; 16]) -> Result<String> {
    let hash = argon2.hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hash.map_err(Error::internal)?.to_string())
}
