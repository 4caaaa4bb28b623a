//! A run as a document, and what people and programs read it as.

mod hlog;
mod run;
mod text;

pub use hlog::{Error, hlog, read_hlog};
pub use run::{Arrivals, Ended, FORMAT, Run, Sale, Verdict};
pub use text::text;
