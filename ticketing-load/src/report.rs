//! A run as a document, and what people and programs read it as.

mod charts;
mod compare;
mod ended;
mod hlog;
mod html;
mod jtl;
mod junit;
mod markdown;
mod merge;
mod run;
mod text;
mod xml;

pub use compare::{Comparison, Difference, compare};
#[cfg(test)]
pub(crate) use ended::tests;
pub use ended::{Cut, Ended};
pub use hlog::{Error, hlog, read_hlog};
pub use html::html;
pub use jtl::jtl;
pub use junit::junit;
pub use markdown::markdown;
pub use merge::{Part, Sold, merge};
pub use run::{Arrivals, FORMAT, Run, SHARDS_MAX, Sale, Verdict};
pub use text::text;
