//! What a run plays, as a file: who comes when, what they are like, how the sale goes.

mod shipped;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use ticketing_wire::performances::PolicyTerms;
use utoipa::ToSchema;

use crate::arrivals::{Schedule, Shape, Spacing};
use crate::buyers::ways::Ways;
use crate::record::Step;
use crate::slo::Slo;
use crate::span;

pub use shipped::{SHIPPED, shipped};

/// A scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// What it shows.
    pub about: String,
    /// The hall: the name of a shipped one, or a file.
    #[serde(default = "arena")]
    pub hall: String,
    /// When they come.
    pub arrivals: Shape,
    /// How they lie on it.
    #[serde(default)]
    pub spacing: Spacing,
    /// How long after everything is ready the first may come.
    #[serde(default = "opens_in", with = "span")]
    #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
    pub opens_in: Duration,
    /// How long after the sale opens the curtain rises.
    #[serde(default = "starts_in", with = "span")]
    #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
    pub starts_in: Duration,
    /// The longest that buyers may stay after the last one has come, whatever the servers do; of a
    /// closed population, after the opening.
    #[serde(default = "limit", with = "span")]
    #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
    pub limit: Duration,
    /// Connections that all buyers share; each has its own where this is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lanes: Option<u32>,
    /// How the performance is sold, in the words of the API.
    #[serde(default)]
    pub policy: PolicyTerms,
    /// What the buyers are like.
    #[serde(default)]
    pub buyers: Ways,
    /// What is to be met.
    #[serde(default)]
    pub slos: Vec<String>,
}

fn arena() -> String {
    "arena".to_owned()
}

fn opens_in() -> Duration {
    Duration::from_secs(3)
}

fn starts_in() -> Duration {
    Duration::from_hours(24)
}

fn limit() -> Duration {
    Duration::from_secs(180)
}

impl Scenario {
    /// Reads a scenario; the error says what is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let scenario: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        scenario.check()?;
        Ok(scenario)
    }

    /// Says what does not fit.
    pub fn check(&self) -> Result<(), String> {
        self.schedule(0).map_err(|why| format!("arrivals: {why}"))?;
        self.buyers.check()?;
        if self.limit.is_zero() {
            return Err("limit: is above zero".to_owned());
        }
        if self.starts_in.is_zero() {
            return Err("starts_in: is above zero".to_owned());
        }
        if self.lanes == Some(0) {
            return Err("lanes: one at least".to_owned());
        }
        self.slos().map(|_| ())
    }

    /// What is to be met.
    pub fn slos(&self) -> Result<Vec<Slo>, String> {
        let slo = |text: &String| Slo::parse(text).and_then(of_buyers);
        self.slos.iter().map(|text| slo(text).map_err(|why| format!("slos: {why}"))).collect()
    }

    /// When everybody comes.
    pub fn schedule(&self, seed: u64) -> Result<Schedule, String> {
        self.arrivals.schedule(self.spacing, seed)
    }

    /// How long after everything is ready the sale opens.
    pub fn opens_after(&self) -> Duration {
        self.opens_in + self.arrivals.opens_after()
    }

    /// Two runs are comparable where this is the same.
    pub fn fingerprint(&self) -> String {
        fingerprint(&serde_json::to_vec(self).expect("plain data is JSON"))
    }
}

/// An objective that buyers can meet or miss: they send no bare requests.
pub fn of_buyers(slo: Slo) -> Result<Slo, String> {
    if slo.names(Step::Request) {
        return Err(format!("`{}`: buyers have no step `request`", slo.text()));
    }
    Ok(slo)
}

/// A short name of what is played: the same text has the same.
pub fn fingerprint(text: &[u8]) -> String {
    let digest = Sha256::digest(text);
    digest.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A name for what the generators of one run have in common, such as its text.
pub fn tag(text: &[u8]) -> u128 {
    let digest = Sha256::digest(text);
    digest.iter().take(16).fold(0, |tag, byte| tag << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: &str = r#"
        name = "short"
        about = "Two buyers."
        arrivals = { shape = "at-once", buyers = 2 }
    "#;

    #[test]
    fn a_scenario_says_only_what_differs() {
        let scenario = Scenario::parse(SHORT).unwrap();
        assert_eq!((scenario.hall.as_str(), scenario.spacing), ("arena", Spacing::Poisson));
        assert_eq!(scenario.buyers, Ways::default());
        assert_eq!(scenario.schedule(1).unwrap().count(), 2);
    }

    #[test]
    fn a_mistyped_word_is_refused_where_it_stands() {
        for (wrong, expected) in [
            ("lane = 3", "`lane`"),
            ("slos = ['hold:p98<1s']", "slos: "),
            ("policy = { line_capacity = 3, holds = 1 }", "`holds`"),
            ("buyers = { determined = 2.0 }", "buyers.determined"),
            ("limit = '0s'", "limit"),
            ("lanes = 0", "lanes"),
            ("starts_in = '0s'", "starts_in"),
            ("buyers = { reviews = { read = 2.0 } }", "reviews.read"),
            ("opens_in = 'soon'", "`soon` is no duration"),
        ] {
            let error = Scenario::parse(&format!("{SHORT}\n{wrong}")).unwrap_err();
            assert!(error.contains(expected), "{wrong}: {error}");
        }
        let nobody = SHORT.replace("buyers = 2", "buyers = 0");
        assert!(Scenario::parse(&nobody).unwrap_err().contains("arrivals: nobody arrives"));
    }

    #[test]
    fn the_fingerprint_is_that_of_what_it_says() {
        let scenario = Scenario::parse(SHORT).unwrap();
        let same = Scenario::parse(&format!("# a comment\n{SHORT}\nlimit = '3m'")).unwrap();
        assert_eq!(scenario.fingerprint(), same.fingerprint());
        let other = Scenario::parse(&format!("{SHORT}\nlimit = '4m'")).unwrap();
        assert_ne!(scenario.fingerprint(), other.fingerprint());
        assert_eq!(scenario.fingerprint().len(), 16);
    }

    #[test]
    fn a_sale_does_not_open_before_those_who_come_early_have_come() {
        let early = SHORT.replace(
            r#"{ shape = "at-once", buyers = 2 }"#,
            r#"{ shape = "on-sale", buyers = 9, build_up = "20s", herd = "1s", tail = "1s" }"#,
        );
        assert_eq!(Scenario::parse(&early).unwrap().opens_after(), Duration::from_secs(23));
    }
}
