//! Looks for the highest rate that still meets what is asked: doubles until it is missed, then
//! halves the gap.

/// How a probe at some rate went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Everything was met.
    Met,
    /// Something was missed.
    Missed,
    /// The generator did not keep up: nothing is known of the servers at this rate.
    Unknown,
}

/// The search, between probes.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The highest rate that was met.
    met: Option<f64>,
    /// The lowest rate that was missed, or at which nothing can be known.
    not_met: Option<(f64, Probe)>,
    first: f64,
    precision: f64,
    probes_left: u32,
}

/// What a search has found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// The highest rate that was met; none where not even the lowest was.
    pub met: Option<f64>,
    /// The lowest above it that was not; none where none was.
    pub not_met: Option<f64>,
    /// True where it is the generator that ends there, so that the servers may bear more.
    pub generator_ended: bool,
}

impl Search {
    /// Begins at a rate, and ends where the gap is smaller than this share, or after so many
    /// probes.
    pub fn new(first: f64, precision: f64, probes: u32) -> Self {
        Self { met: None, not_met: None, first, precision, probes_left: probes }
    }

    /// The rate to try next; none once it has been found.
    pub fn next(&self) -> Option<f64> {
        if self.probes_left == 0 {
            return None;
        }
        match (self.met, self.not_met) {
            (None, None) => Some(self.first),
            (Some(met), None) => Some(met * 2.0),
            (None, Some((missed, _))) => Some(missed / 2.0),
            (Some(met), Some((missed, _))) => {
                (missed / met > 1.0 + self.precision).then(|| f64::midpoint(met, missed))
            }
        }
    }

    /// Takes how the probe at this rate went.
    pub fn tell(&mut self, rate: f64, probe: Probe) {
        self.probes_left = self.probes_left.saturating_sub(1);
        if probe == Probe::Met {
            self.met = Some(self.met.map_or(rate, |met| met.max(rate)));
        } else if self.not_met.is_none_or(|(known, _)| rate < known) {
            self.not_met = Some((rate, probe));
        }
    }

    /// What is known now.
    pub fn found(&self) -> Found {
        Found {
            met: self.met,
            not_met: self.not_met.map(|(rate, _)| rate),
            generator_ended: self.not_met.is_some_and(|(_, probe)| probe == Probe::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches servers that bear so much, with a generator that bears so much.
    fn search(servers: f64, generator: f64) -> (Found, u32) {
        let mut search = Search::new(100.0, 0.05, 30);
        let mut probes = 0;
        while let Some(rate) = search.next() {
            probes += 1;
            let probe = match rate {
                rate if rate > generator => Probe::Unknown,
                rate if rate > servers => Probe::Missed,
                _ => Probe::Met,
            };
            search.tell(rate, probe);
        }
        (search.found(), probes)
    }

    #[test]
    fn the_limit_is_found_from_below_and_from_above() {
        for limit in [3.0, 99.0, 100.0, 1_234.0, 98_765.0] {
            let (found, probes) = search(limit, f64::INFINITY);
            let (met, not_met) = (found.met.unwrap(), found.not_met.unwrap());
            assert!(met <= limit && limit < not_met, "{limit}: {found:?}");
            assert!(not_met / met <= 1.05 && probes <= 20, "{limit}: {found:?} in {probes}");
            assert!(!found.generator_ended);
        }
    }

    #[test]
    fn a_generator_that_ends_first_is_said() {
        let (found, _) = search(5_000.0, 700.0);
        assert!(found.generator_ended && found.met <= Some(700.0), "{found:?}");
    }

    #[test]
    fn a_search_ends_even_where_nothing_is_ever_met_or_missed() {
        assert_eq!(search(0.0, f64::INFINITY).0.met, None);
        assert_eq!(search(f64::INFINITY, f64::INFINITY).0.not_met, None);
    }
}
