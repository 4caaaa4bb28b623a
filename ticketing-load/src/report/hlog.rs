//! Histograms as a log that other tools read (the interval log of HdrHistogram, a tag per clock of
//! a step), and back: what is merged are samples, never their averages.

use std::time::{Duration, SystemTime};

use data_encoding::BASE64;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{
    IntervalLogIterator, IntervalLogWriterBuilder, LogEntry, Tag,
};
use hdrhistogram::serialization::{Deserializer, V2DeflateSerializer};
use ticketing_wire::Time;

use crate::record::Latencies;

/// A value of the log is in milliseconds; the histograms count microseconds.
const MICROS_PER_MILLI: f64 = 1e3;

/// A log that cannot be read, or not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A histogram that cannot be put into the log.
    #[error("cannot write the histogram {0}")]
    Unwritable(String),
    /// A line that is none of the log.
    #[error("the log of histograms is damaged after {0} of them")]
    Damaged(usize),
}

/// The histograms of a run, by name.
pub fn hlog(
    began_at: Time,
    seconds: f64,
    histograms: &[(String, Latencies)],
) -> Result<String, Error> {
    let mut out = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let unwritable = |name: &str| Error::Unwritable(name.to_owned());
    let millis = u64::try_from(began_at.as_millis()).unwrap_or_default();
    let began_at = SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
    let lasted = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let mut builder = IntervalLogWriterBuilder::new();
    builder
        .add_comment("latencies in microseconds; a tag is a step and its clock")
        .with_start_time(began_at)
        .with_base_time(began_at)
        .with_max_value_divisor(MICROS_PER_MILLI);
    let mut log =
        builder.begin_log_with(&mut out, &mut serializer).map_err(|_| unwritable("log"))?;
    for (name, latencies) in histograms {
        let tag = Tag::new(name);
        log.write_histogram(latencies.histogram(), Duration::ZERO, lasted, tag)
            .map_err(|_| unwritable(name))?;
    }
    String::from_utf8(out).map_err(|_| unwritable("log"))
}

/// Reads a log back.
pub fn read_hlog(text: &str) -> Result<Vec<(String, Histogram<u32>)>, Error> {
    let mut found = Vec::new();
    let mut deserializer = Deserializer::new();
    for entry in IntervalLogIterator::new(text.as_bytes()) {
        let damaged = |found: &Vec<_>| Error::Damaged(found.len());
        let LogEntry::Interval(interval) = entry.map_err(|_| damaged(&found))? else { continue };
        let name = interval.tag().map(|tag| tag.as_str().to_owned()).unwrap_or_default();
        let coded = BASE64.decode(interval.encoded_histogram().as_bytes());
        let coded = coded.map_err(|_| damaged(&found))?;
        let histogram =
            deserializer.deserialize(&mut coded.as_slice()).map_err(|_| damaged(&found))?;
        found.push((name, histogram));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_are_read_as_they_were_written() {
        let mut hold = Latencies::of_run();
        for millis in 1..=1_000 {
            hold.add(Duration::from_millis(millis));
        }
        let mut poll = Latencies::of_run();
        poll.add(Duration::from_micros(7));
        let written = [("hold.service".to_owned(), hold), ("poll.response".to_owned(), poll)];
        let log = hlog(Time::from_millis(1_700_000_000_000), 9.5, &written).unwrap();
        assert!(
            log.lines().any(|line| line.starts_with("Tag=hold.service,0.000,9.500,1000.")),
            "{log}"
        );
        let read = read_hlog(&log).unwrap();
        assert_eq!(read.len(), 2);
        for ((name, latencies), (read_name, read)) in written.iter().zip(&read) {
            assert_eq!(name, read_name);
            assert_eq!(latencies.histogram(), read);
        }
    }

    #[test]
    fn a_damaged_log_says_after_what() {
        let mut one = Latencies::of_run();
        one.add(Duration::from_millis(1));
        let log = hlog(Time::from_millis(0), 1.0, &[("hold.service".to_owned(), one)]).unwrap();
        for damaged in [format!("{log}nonsense\n"), format!("{log}Tag=a,0.0,1.0,1.0,%%%%\n")] {
            assert_eq!(
                read_hlog(&damaged).unwrap_err().to_string(),
                "the log of histograms is damaged after 1 of them"
            );
        }
    }
}
