//! Settings from the environment.

use std::ffi::OsString;

use ticketing_profile::{Usage, pair, read};
use ticketing_server::NAMES;
use ticketing_wire::accounts::SignIn;

/// The prefix of the product's names.
const PREFIX: &str = "TICKETING_";

/// Refuses names that look like ours and are not: a mistyped one would otherwise be silence.
pub(crate) fn refuse_strangers(names: impl Iterator<Item = OsString>) -> Result<(), Usage> {
    let mut names = names.filter_map(|name| name.into_string().ok());
    let stranger = names.find(|name| name.starts_with(PREFIX) && !NAMES.contains(&name.as_str()));
    match stranger {
        Some(name) => Err(Usage(format!("{name} is no setting; known are {}", NAMES.join(", ")))),
        None => Ok(()),
    }
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
}
