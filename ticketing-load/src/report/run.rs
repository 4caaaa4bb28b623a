//! What came of a run: `run.json`.

use serde::{Deserialize, Serialize};
use ticketing_wire::Time;
use utoipa::ToSchema;

use crate::arrivals::Shard;
use crate::health::{Health, Validity};
use crate::record::{Quantiles, StepReport};
use crate::slo::{Measured, Met};
use crate::verdict::Check;

/// Names the document and its version.
pub const FORMAT: &str = "ticketing-run/1";

/// More generators than this play no run.
pub const SHARDS_MAX: u32 = 10_000;

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// [`FORMAT`].
    pub format: String,
    /// What was played: a scenario's name, or a request.
    pub name: String,
    /// The scenario's text, hashed: two runs of one text are comparable.
    pub scenario: Option<String>,
    /// The generator's own version.
    pub generator: String,
    /// Who was asked.
    pub servers: Vec<String>,
    /// Fixes arrivals and what each buyer is like.
    pub seed: u64,
    /// Which part of the run this is.
    pub shard: Shard,
    /// When it began, by the wall.
    pub began_at: Time,
    /// How long it took, from setting up to the last look at the books.
    pub seconds: f64,
    /// From when the first request was due until the last one was done.
    pub active_seconds: f64,
    /// True where somebody ended it early.
    pub interrupted: bool,
    /// True where some were still there at its limit, and were sent away.
    #[serde(default)]
    pub ended_by_limit: bool,
    /// The objective that ended it early, since it was missed already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aborted_by: Option<String>,
    /// What was due within so long of the first arrival was sent and not counted.
    #[serde(default)]
    pub warmup_seconds: f64,
    /// What it all comes to.
    pub verdict: Verdict,
    /// Whether its figures may be believed.
    pub validity: Validity,
    /// Who came.
    pub arrivals: Arrivals,
    /// The requests, by step.
    pub steps: Vec<StepReport>,
    /// What the first requests that broke were told.
    pub examples: Vec<String>,
    /// The on-sale, where there was one.
    pub sale: Option<Sale>,
    /// What must never be, looked at one by one; empty where nothing was verified.
    pub checks: Vec<Check>,
    /// The objectives.
    pub slos: Vec<Met>,
    /// How the generator did.
    pub health: Health,
}

/// What a run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing was broken, missed or doubtful.
    Pass,
    /// An objective was missed.
    SloBreached,
    /// What must never be was.
    InvariantBroken,
    /// The generator did not keep up: the figures say nothing about the servers.
    Invalid,
    /// Somebody ended it early, and until then nothing was broken.
    Interrupted,
}

/// Who came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Arrivals {
    /// By the schedule; of a closed run, how many users there were.
    pub planned: u64,
    /// Those who came.
    pub arrived: u64,
    /// Those who were due and were not played, since too many were at it already.
    pub dropped: u64,
    /// Those who came and had not been answered when the run was ended.
    #[serde(default)]
    pub under_way: u64,
}

/// An on-sale in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sale {
    /// Seats in all.
    pub seats_total: u32,
    /// Seats sold.
    pub sold: u32,
    /// Seats free at the end.
    pub free: u32,
    /// Buyers who came.
    pub arrived: u64,
    /// Buyers who went with tickets.
    pub bought: u64,
    /// Buyers who went by themselves.
    pub gave_up: u64,
    /// Buyers for whom there was nothing left.
    pub turned_away: u64,
    /// How many may be inside at once.
    pub capacity: u32,
    /// The most who surely were.
    pub max_inside: u64,
    /// Per second, between the first and the last admission of one who had waited; none for
    /// fewer than two of them.
    pub admit_rate: Option<f64>,
    /// Those whose first join a busy server turned away for a moment.
    pub joins_shed: u64,
    /// Of them, those with a place behind somebody who was due later: being turned away cost them
    /// their place, which is no fault and worth knowing.
    pub shed_and_overtaken: u64,
    /// How long those waited who came in. A property of the sale, not of the servers' speed.
    pub wait: Quantiles,
}

impl Verdict {
    /// The exit code of a command that ends with it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::SloBreached => 20,
            Self::InvariantBroken => 21,
            Self::Invalid => 22,
            Self::Interrupted => 130,
        }
    }
}

impl Run {
    /// What objectives are judged by.
    pub fn measured(&self) -> Measured<'_> {
        let Self { steps, active_seconds, sale, .. } = self;
        Measured { steps, active_seconds: *active_seconds, sale: sale.as_ref() }
    }

    /// Reads a run; the error says what is wrong with the document.
    pub fn read(text: &str) -> Result<Self, String> {
        let run: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if run.format != FORMAT {
            return Err(format!("`{}` is not `{FORMAT}`", run.format));
        }
        let Shard { number, of } = run.shard;
        if !(1..=of).contains(&number) || of > SHARDS_MAX {
            return Err(format!("shard {number} of {of} is none"));
        }
        Ok(run)
    }
}
