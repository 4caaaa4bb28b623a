//! What is measured: per step how requests ended, and how long they took by three clocks. Nothing
//! is kept per request, so a run of a day takes no more memory than one of a minute.

mod latencies;
mod outcome;
mod recorder;
mod sample;
mod series;
mod step;
mod tally;

pub use latencies::{Latencies, Quantiles};
pub use outcome::Outcome;
pub use recorder::Recorder;
pub use sample::{Breaks, Sample};
pub use series::{StepWindow, Window};
pub use step::Step;
pub use tally::{Ended, StepReport};
