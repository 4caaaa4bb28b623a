//! Settings from the environment.

use std::env::VarError;
use std::ffi::OsString;

use ticketing_wire::accounts::SignIn;
use ticketing_wire::secrets::Password;

use ticketing_server::NAMES;

/// The prefix of the product's names.
const PREFIX: &str = "TICKETING_";

/// Where a server is, if nobody says.
const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";

/// The command was wrongly used; the text says how.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Refuses names that look like ours and are not: a mistyped one would otherwise be silence.
pub(crate) fn refuse_strangers(names: impl Iterator<Item = OsString>) -> Result<(), Usage> {
    let mut names = names.filter_map(|name| name.into_string().ok());
    let stranger = names.find(|name| name.starts_with(PREFIX) && !NAMES.contains(&name.as_str()));
    match stranger {
        Some(name) => Err(Usage(format!("{name} is no setting; known are {}", NAMES.join(", ")))),
        None => Ok(()),
    }
}

/// The one server that a command speaks to.
pub(crate) fn server(given: &[String]) -> Result<String, Usage> {
    match given {
        [] => Ok(read("TICKETING_SERVER")?.unwrap_or_else(|| DEFAULT_SERVER.to_owned())),
        [server] => Ok(server.clone()),
        _ => Err(Usage("only `demo` takes --server more than once".to_owned())),
    }
}

/// Who a script signs in as, if the environment says.
pub(crate) fn credentials() -> Result<Option<SignIn>, Usage> {
    pair("TICKETING_EMAIL", "TICKETING_PASSWORD")
}

/// The first administrator of running servers.
pub(crate) fn administrator() -> Result<SignIn, Usage> {
    pair("TICKETING_ADMIN_EMAIL", "TICKETING_ADMIN_PASSWORD")?.ok_or_else(|| {
        let names = "TICKETING_ADMIN_EMAIL and TICKETING_ADMIN_PASSWORD";
        Usage(format!("at running servers, buyers are made by who {names} say, which are not set"))
    })
}

/// Where the payment gateway of running servers is.
pub(crate) fn gateway() -> Result<String, Usage> {
    let missing = "at running servers, buyers pay at TICKETING_GATEWAY, which is not set";
    read("TICKETING_GATEWAY")?.ok_or_else(|| Usage(missing.to_owned()))
}

fn pair(email: &str, password: &str) -> Result<Option<SignIn>, Usage> {
    match (read(email)?, read(password)?) {
        (Some(email), Some(password)) => {
            Ok(Some(SignIn { email, password: Password::from(password) }))
        }
        (None, None) => Ok(None),
        _ => Err(Usage(format!("{email} and {password} are set both or not at all"))),
    }
}

fn read(name: &str) -> Result<Option<String>, Usage> {
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

    fn refuse(names: &[&str]) -> Result<(), Usage> {
        refuse_strangers(names.iter().map(|name| OsString::from(*name)))
    }

    #[test]
    fn a_mistyped_setting_is_refused_by_its_name() {
        let error = refuse(&["PATH", "TICKETING_SEVER"]).unwrap_err();
        assert!(error.to_string().starts_with("TICKETING_SEVER is no setting"), "{error}");
    }

    #[test]
    fn settings_of_other_programs_are_ignored() {
        assert!(refuse(&["PATH", "TICKETING_POSTGRES", "TICKETING_SERVER"]).is_ok());
    }

    #[test]
    fn one_server_is_enough_for_a_command() {
        let servers = ["http://a".to_owned(), "http://b".to_owned()];
        assert_eq!(server(&servers[..1]).unwrap(), "http://a");
        assert!(server(&servers).is_err());
    }
}
