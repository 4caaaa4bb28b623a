//! How fast people come when: a rate over time in straight pieces, and its integral inverted.

use std::time::Duration;

/// A rate over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    pieces: Vec<Piece>,
}

/// A straight piece of the curve; one that takes no time is a burst.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    /// How many came before it, and when it begins, in seconds.
    before: f64,
    begins: f64,
    lasts: f64,
    /// Per second, at its two ends; of a burst, `from` is how many come.
    from: f64,
    to: f64,
}

impl Piece {
    fn count(&self) -> f64 {
        if self.lasts > 0.0 { f64::midpoint(self.from, self.to) * self.lasts } else { self.from }
    }

    /// How long after its beginning `count` have come.
    fn time_of(&self, count: f64) -> f64 {
        if self.lasts == 0.0 {
            return 0.0;
        }
        let slope = (self.to - self.from) / self.lasts;
        let rate = (self.from * self.from + 2.0 * slope * count).max(0.0).sqrt();
        // The usual formula divides by the slope, which may be zero.
        let sum = self.from + rate;
        if sum > 0.0 { (2.0 * count / sum).min(self.lasts) } else { 0.0 }
    }
}

impl Curve {
    /// Nobody comes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Then, for so long, so many per second, rising or falling in a straight line.
    #[must_use]
    pub fn line(self, lasts: Duration, from: f64, to: f64) -> Self {
        self.with(lasts.as_secs_f64(), from, to)
    }

    /// Then so many at once.
    #[must_use]
    pub fn burst(self, count: f64) -> Self {
        self.with(0.0, count, count)
    }

    fn with(mut self, lasts: f64, from: f64, to: f64) -> Self {
        let (before, begins) = (self.total(), self.lasts_seconds());
        self.pieces.push(Piece { before, begins, lasts, from: from.max(0.0), to: to.max(0.0) });
        self
    }

    /// How many come in all, as the curve has it.
    pub fn total(&self) -> f64 {
        self.pieces.last().map_or(0.0, |piece| piece.before + piece.count())
    }

    /// How many come in all.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a curve is never negative, and one of more than u64 holds is cut off there"
    )]
    pub fn count(&self) -> u64 {
        self.total().round() as u64
    }

    /// How long they come.
    pub fn lasts(&self) -> Duration {
        Duration::from_secs_f64(self.lasts_seconds())
    }

    fn lasts_seconds(&self) -> f64 {
        self.pieces.last().map_or(0.0, |piece| piece.begins + piece.lasts)
    }

    /// When so many have come; the end, for more than ever do.
    pub fn time_of(&self, count: f64) -> Duration {
        let at = self.pieces.partition_point(|piece| piece.before <= count);
        let Some(piece) = at.checked_sub(1).and_then(|at| self.pieces.get(at)) else {
            return Duration::ZERO;
        };
        let within = (count - piece.before).min(piece.count());
        Duration::from_secs_f64(piece.begins + piece.time_of(within))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn is_at(curve: &Curve, count: f64, expected: f64) {
        let at = curve.time_of(count).as_secs_f64();
        assert!((at - expected).abs() < 1e-6, "arrival {count} at {at}, not {expected}");
    }

    #[test]
    fn at_a_constant_rate_the_nth_comes_after_n_gaps() {
        let curve = Curve::new().line(seconds(10.0), 100.0, 100.0);
        assert_eq!(curve.count(), 1_000);
        is_at(&curve, 0.0, 0.0);
        is_at(&curve, 250.0, 2.5);
        is_at(&curve, 999.0, 9.99);
    }

    #[test]
    fn on_a_ramp_half_have_come_after_seven_tenths_of_the_time() {
        let rising = Curve::new().line(seconds(10.0), 0.0, 100.0);
        assert_eq!(rising.count(), 500);
        is_at(&rising, 250.0, 10.0 * 0.5_f64.sqrt());
        let falling = Curve::new().line(seconds(10.0), 100.0, 0.0);
        is_at(&falling, 250.0, 10.0 - 10.0 * 0.5_f64.sqrt());
        is_at(&falling, 500.0, 10.0);
    }

    #[test]
    fn pieces_follow_one_another_and_a_pause_brings_nobody() {
        let curve = Curve::new()
            .line(seconds(1.0), 10.0, 10.0)
            .line(seconds(5.0), 0.0, 0.0)
            .burst(50.0)
            .line(seconds(1.0), 10.0, 10.0);
        assert_eq!((curve.count(), curve.lasts()), (70, seconds(7.0)));
        is_at(&curve, 9.0, 0.9);
        is_at(&curve, 10.0, 6.0);
        is_at(&curve, 59.0, 6.0);
        is_at(&curve, 65.0, 6.5);
        is_at(&curve, 1_000.0, 7.0);
    }

    #[test]
    fn a_curve_of_nothing_has_nobody() {
        assert_eq!((Curve::new().count(), Curve::new().lasts()), (0, Duration::ZERO));
        is_at(&Curve::new(), 3.0, 0.0);
    }
}
