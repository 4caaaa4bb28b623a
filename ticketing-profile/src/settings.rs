//! Settings from the environment.

use std::env::VarError;

use ticketing_wire::accounts::SignIn;
use ticketing_wire::secrets::Password;

/// Where a server is, if nobody says.
const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";

/// The program was wrongly used; the text says how.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// The one server that a program speaks to.
pub fn server(given: &[String]) -> Result<String, Usage> {
    match given {
        [] => Ok(read("TICKETING_SERVER")?.unwrap_or_else(|| DEFAULT_SERVER.to_owned())),
        [server] => Ok(server.clone()),
        _ => Err(Usage("only `demo` takes --server more than once".to_owned())),
    }
}

/// Who a script signs in as, if the environment says.
pub fn credentials() -> Result<Option<SignIn>, Usage> {
    pair("TICKETING_EMAIL", "TICKETING_PASSWORD")
}

/// Somebody whom two variables name: both are set, or neither.
pub fn pair(email: &str, password: &str) -> Result<Option<SignIn>, Usage> {
    match (read(email)?, read(password)?) {
        (Some(email), Some(password)) => {
            Ok(Some(SignIn { email, password: Password::from(password) }))
        }
        (None, None) => Ok(None),
        _ => Err(Usage(format!("{email} and {password} are set both or not at all"))),
    }
}

/// A variable that is text and not empty, if it is set.
pub fn read(name: &str) -> Result<Option<String>, Usage> {
    match std::env::var(name) {
        Ok(value) if value.is_empty() => Err(Usage(format!("{name} is empty"))),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Usage(format!("{name} is not valid UTF-8"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_is_enough_for_a_command() {
        let servers = ["http://a".to_owned(), "http://b".to_owned()];
        assert_eq!(server(&servers[..1]).unwrap(), "http://a");
        assert!(server(&servers).is_err());
    }
}
