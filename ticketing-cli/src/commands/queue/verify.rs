//! `ticketing queue verify`: draws again what a line has drawn, from nothing but what is public.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use comfy_table::Table;
use serde::Serialize;
use ticketing_client::{Client, line, performances};
use ticketing_wire::line::Draw;
use uuid::Uuid;

use crate::draw::{Checked, Kept, check};
use crate::output::{self, Format, or_dash};

/// Something is not as it was promised.
const EXIT_DIFFERENT: u8 = 10;

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The performance's id.
    performance: Uuid,
    /// A receipt, or a place's answer with a receipt in it; repeatable.
    #[arg(long = "receipt", value_name = "FILE")]
    receipts: Vec<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Report {
    verdict: &'static str,
    /// The first thing that is not as it was promised.
    difference: Option<String>,
    draw: Draw,
    receipts: Vec<Checked>,
    not_proven: Vec<String>,
}

pub(super) async fn run(
    verify: Verify,
    servers: &[String],
    format: Format,
) -> anyhow::Result<ExitCode> {
    let client = Client::new(&ticketing_profile::server(servers)?)?;
    let draw = client.send(&line::draw(verify.performance)).await?;
    let shown = client.send(&performances::show(None, verify.performance)).await;
    let zone = shown.ok().and_then(|performance| performance.time_zone);
    if draw.seed.is_none() {
        output::print(format, &draw, || properties(&draw, zone.as_deref()))?;
        anyhow::bail!("nothing to verify yet: the seed is published with the opening");
    }
    let kept = verify.receipts.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let report = report(verify.performance, draw, &kept);
    output::print(format, &report, || properties(&report.draw, zone.as_deref()))?;
    if format == Format::Table {
        output::line(&report.words())?;
    }
    Ok(match report.difference {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::from(EXIT_DIFFERENT),
    })
}

fn read(path: &PathBuf) -> anyhow::Result<Kept> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the receipt {}", path.display()))?;
    let bare = Kept { receipt: text.trim().to_owned(), rank: None };
    Ok(serde_json::from_str(&text).unwrap_or(bare))
}

fn report(performance: Uuid, draw: Draw, kept: &[Kept]) -> Report {
    let mut receipts = Vec::new();
    let difference = check(performance, &draw, kept, &mut receipts).err();
    let verdict = if difference.is_none() { "proven" } else { "different" };
    let not_proven = not_proven(&draw, kept);
    Report { verdict, difference, draw, receipts, not_proven }
}

fn not_proven(draw: &Draw, kept: &[Kept]) -> Vec<String> {
    let mut not_proven = Vec::new();
    match (&draw.entropy_source, &draw.entropy) {
        (Some(source), Some(value)) => not_proven.push(format!(
            "that {source} said {value:?}: compare it with what the source published, and when"
        )),
        _ => not_proven.push(
            "that nobody chose the outcome: no public entropy went in, so whoever knew the seed \
             could have added places until the draw suited"
                .into(),
        ),
    }
    if kept.is_empty() {
        not_proven.push(
            "that the commitment was public before anybody joined: a receipt shows it (--receipt)"
                .into(),
        );
    } else if kept.iter().any(|kept| kept.rank.is_none()) {
        not_proven.push(
            "that a buyer was shown this rank: keep the place's answer with `rank` in it".into(),
        );
    }
    not_proven.push("that each place is another person".into());
    not_proven
}

pub(super) fn properties(draw: &Draw, zone: Option<&str>) -> Table {
    output::properties([
        ("algorithm", draw.algorithm.to_string()),
        ("commitment", draw.commitment.clone()),
        ("places", or_dash(draw.places)),
        ("entropy source", or_dash(draw.entropy_source.as_ref())),
        ("entropy", or_dash(draw.entropy.as_ref())),
        ("seed", or_dash(draw.seed.as_ref())),
        ("opened at", or_dash(draw.opened_at.map(|at| at.shown_in(zone)))),
    ])
}

impl Report {
    fn words(&self) -> String {
        let mut words = vec![String::new()];
        words.extend(
            self.receipts
                .iter()
                .map(|place| format!("place {} has rank {}", place.number, place.rank)),
        );
        words.push(match &self.difference {
            None => {
                "PROVEN: the seed is the one that was committed to, and every place has the one \
                     rank that it gives."
                    .to_owned()
            }
            Some(difference) => format!("DIFFERENT: {difference}"),
        });
        words.push("Not proven:".to_owned());
        words.extend(self.not_proven.iter().map(|what| format!("- {what}")));
        words.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use ticketing_core::admission::draw::{ALGORITHM, Seed, commitment, hex};

    use super::*;

    const PERFORMANCE: Uuid = Uuid::from_u128(1);

    fn draw() -> Draw {
        let seed = Seed([7; 32]);
        Draw {
            algorithm: ALGORITHM,
            commitment: hex(&commitment(PERFORMANCE.into(), &seed)),
            entropy_source: Some("drand".into()),
            places: Some(10),
            entropy: Some("42".into()),
            seed: Some(hex(&seed.0)),
            opened_at: None,
            receipt_key: None,
            receipt_keys: Vec::new(),
        }
    }

    fn difference(draw: Draw) -> String {
        report(PERFORMANCE, draw, &[]).difference.expect("a difference")
    }

    #[test]
    fn a_true_draw_is_proven_and_says_what_is_not() {
        let report = report(PERFORMANCE, draw(), &[]);
        assert_eq!((report.verdict, &report.difference), ("proven", &None));
        assert!(report.words().contains("PROVEN"));
        assert!(report.not_proven[0].contains("drand said \"42\""), "{:?}", report.not_proven);
    }

    #[test]
    fn without_entropy_it_says_that_the_outcome_could_have_been_chosen() {
        let draw = Draw { entropy_source: None, entropy: None, ..draw() };
        let report = report(PERFORMANCE, draw, &[]);
        assert_eq!(report.verdict, "proven");
        assert!(report.not_proven[0].contains("added places"), "{:?}", report.not_proven);
    }

    #[test]
    fn every_lie_is_named() {
        let other = Draw { seed: Some(hex(&[8; 32])), ..draw() };
        assert!(difference(other).contains("belongs to the commitment"));
        assert!(difference(Draw { algorithm: 9, ..draw() }).contains("algorithm 9"));
        assert!(difference(Draw { entropy: None, ..draw() }).contains("without it"));
        assert!(difference(Draw { places: None, ..draw() }).contains("places"));
        let forged = Kept { receipt: "L1.forged".into(), rank: None };
        let report = report(PERFORMANCE, draw(), &[forged]);
        assert!(report.difference.expect("a difference").contains("not signed"));
    }
}
