//! Accounts and sessions.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::BoxOffice;
use crate::accounts::{
    ACCESS_TOKEN_SECONDS, Account, Caller, CheckedSignUp, Credentials, REFRESH_SECONDS,
    RefreshToken, Role, Rotation, SYNTHETIC_TOKEN_SECONDS, Session, SignUp,
};
use crate::clock::Timestamp;
use crate::error::{Error, FieldErrors, Result};
use crate::id::AccountId;
use crate::text::{Email, Password};

impl BoxOffice {
    /// A new account. It is a buyer: nobody makes itself more.
    pub async fn sign_up(&self, sign_up: SignUp) -> Result<Account> {
        let sign_up = sign_up.check(self.now())?;
        self.add_account(sign_up, Role::Buyer).await
    }

    /// Makes the first administrator, unless the address has an account already.
    pub async fn ensure_administrator(&self, email: &str, password: &SecretString) -> Result<()> {
        let chance = u64::from_be_bytes(self.0.randomness.bytes());
        let first = SignUp {
            email: email.to_owned(),
            password: password.clone(),
            name: "Administrator".into(),
            nickname: format!("administrator-{chance:016x}"),
            birthdate: None,
        };
        let first = first.check(self.now())?;
        if self.backend().accounts.by_email_key(first.email.key()).await?.is_some() {
            return Ok(());
        }
        match self.add_account(first, Role::Administrator).await {
            // Another server of the deployment was a moment faster.
            Err(Error::Conflict(_)) => Ok(()),
            added => added.map(drop),
        }
    }

    /// A session for the right password; an unknown address and a wrong password look the same.
    pub async fn sign_in(&self, email: &str, password: &SecretString) -> Result<Session> {
        let now = self.now();
        let mut errors = FieldErrors::default();
        errors.require(is_text(email), "email", "no control characters");
        errors.require(is_text(password.expose_secret()), "password", "no control characters");
        errors.finish()?;
        let email = Email::new(email).map_err(|_| Error::Unauthenticated)?;
        let password = Password::new(password.expose_secret());
        let password = &password.map_err(|_| Error::Unauthenticated)?;
        let known = self.backend().accounts.by_email_key(email.key()).await?;
        let hash = known.as_ref().and_then(|known| known.password_hash.as_deref());
        let matches = self.0.passwords.verify(password, hash).await?;
        let account = known.filter(|_| matches).ok_or(Error::Unauthenticated)?.account.id;
        let session = self.0.randomness.id(now);
        let (refresh_token, hash) = self.new_refresh_token();
        let expires_at = now.plus_seconds(REFRESH_SECONDS);
        let token = RefreshToken { hash, session, account, expires_at };
        self.backend().accounts.begin_session(token).await?;
        self.session(account, session, refresh_token, now)
    }

    /// A new session for a refresh token, which is used up by it. A token that was used before
    /// ends the session: somebody else may have it.
    pub async fn refresh(&self, refresh_token: &SecretString) -> Result<Session> {
        let now = self.now();
        let old = hash(refresh_token);
        let (next, new_hash) = self.new_refresh_token();
        let expires_at = now.plus_seconds(REFRESH_SECONDS);
        match self.backend().accounts.rotate(old, new_hash, expires_at, now).await? {
            Rotation::Rotated { account, session } => self.session(account, session, next, now),
            Rotation::Refused => Err(Error::Unauthenticated),
        }
    }

    /// Ends the caller's session: its refresh token is good for nothing any more.
    pub async fn sign_out(&self, caller: &Caller) -> Result<()> {
        self.backend().accounts.end_session(caller.session()).await
    }

    /// Who an access token belongs to.
    pub fn authenticate(&self, access_token: &str) -> Result<Caller> {
        self.0.access_tokens.read(access_token, self.now())
    }

    /// The caller's account.
    pub async fn me(&self, caller: &Caller) -> Result<Account> {
        let account = self.backend().accounts.account(caller.account()).await?;
        account.ok_or(Error::Unauthenticated)
    }

    /// Gives an account a role; for administrators.
    pub async fn set_role(&self, caller: &Caller, id: AccountId, role: Role) -> Result<Account> {
        self.administrator(caller).await?;
        let account = self.backend().accounts.set_role(id, role, self.now()).await?;
        account.ok_or(Error::NotFound("account"))
    }

    /// The caller, who must be an administrator by the books.
    pub(super) async fn administrator(&self, caller: &Caller) -> Result<Account> {
        let account = self.me(caller).await?;
        match account.role {
            Role::Administrator => Ok(account),
            Role::Organizer | Role::Buyer => Err(Error::Forbidden("for administrators")),
        }
    }

    /// The caller, who must be an organizer (or an administrator) by the books.
    pub(super) async fn organizer(&self, caller: &Caller) -> Result<Account> {
        let account = self.me(caller).await?;
        match account.role {
            Role::Organizer | Role::Administrator => Ok(account),
            Role::Buyer => Err(Error::Forbidden("for organizers")),
        }
    }

    /// An access token without a password, for synthetic buyers.
    pub(super) fn synthetic_token(&self, account: AccountId, now: Timestamp) -> Result<String> {
        self.0.access_tokens.mint(account, Uuid::nil(), now, SYNTHETIC_TOKEN_SECONDS)
    }

    async fn add_account(&self, checked: CheckedSignUp, role: Role) -> Result<Account> {
        let now = self.now();
        let hash = self.0.passwords.hash(&checked.password, self.0.randomness.bytes()).await?;
        let email_key = checked.email.key().to_owned();
        let nickname_key = checked.nickname.skeleton();
        let account = Account {
            id: self.0.randomness.id(now),
            email: checked.email.into_string(),
            name: checked.name.into_string(),
            nickname: checked.nickname.into_string(),
            birthdate: checked.birthdate,
            role,
            synthetic: false,
            created_at: now,
        };
        let password_hash = Some(hash);
        let added =
            Credentials { account: account.clone(), password_hash, email_key, nickname_key };
        self.backend().accounts.add(added).await?;
        Ok(account)
    }

    fn session(
        &self,
        account: AccountId,
        session: Uuid,
        refresh_token: SecretString,
        now: Timestamp,
    ) -> Result<Session> {
        let access_token =
            self.0.access_tokens.mint(account, session, now, ACCESS_TOKEN_SECONDS)?;
        Ok(Session { access_token, expires_in: ACCESS_TOKEN_SECONDS, refresh_token })
    }

    fn new_refresh_token(&self) -> (SecretString, [u8; 32]) {
        use base64::Engine;
        let token = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .encode(self.0.randomness.bytes::<32>());
        let token = SecretString::from(token);
        let hash = hash(&token);
        (token, hash)
    }
}

/// A store takes it, whatever it says.
fn is_text(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

fn hash(token: &SecretString) -> [u8; 32] {
    Sha256::digest(token.expose_secret().as_bytes()).into()
}
