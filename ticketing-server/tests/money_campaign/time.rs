//! One time for every process of a campaign: the machine's, sped up, and moved on at its end by a
//! number of seconds in a file that all of them read.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ticketing_core::{Clock, Timestamp};

/// How much faster time goes by than it does.
pub(crate) const SPEED: u32 = 30;
/// How often the clocks are set.
const SET_EVERY: Duration = Duration::from_millis(5);

/// The time of a campaign.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    origin_ms: u64,
    moved_on: PathBuf,
}

impl Time {
    /// From now on; how far it is moved on stands in the file.
    pub(crate) fn begin(moved_on: &Path) -> Self {
        let time = Self::since(machine_ms(), moved_on);
        time.move_on_to(0);
        time
    }

    /// The same as another process has.
    pub(crate) fn since(origin_ms: u64, moved_on: &Path) -> Self {
        Self { origin_ms, moved_on: moved_on.to_owned() }
    }

    pub(crate) fn origin_ms(&self) -> u64 {
        self.origin_ms
    }

    /// So many seconds further than it went by itself. Replaced in one step: whoever reads, reads
    /// one number or the other.
    pub(crate) fn move_on_to(&self, seconds: u64) {
        let next = self.moved_on.with_extension("next");
        std::fs::write(&next, seconds.to_string()).expect("the campaign's folder can be written");
        std::fs::rename(&next, &self.moved_on).expect("and files in it be renamed");
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.read_ms().expect("the campaign's folder is there")
    }

    fn read_ms(&self) -> std::io::Result<i64> {
        let moved = std::fs::read_to_string(&self.moved_on)?;
        let moved: u64 = moved.trim().parse().expect("it holds a number");
        let gone = machine_ms().saturating_sub(self.origin_ms) * u64::from(SPEED);
        let now = self.origin_ms + gone + moved * 1_000;
        Ok(i64::try_from(now).expect("it is not so late"))
    }

    /// A clock that a thread of this process keeps right as long as the campaign's folder is there.
    pub(crate) fn clock(&self) -> Clock {
        let clock = Clock::manual(Timestamp::from_millis(self.now_ms()));
        let (time, hands) = (self.clone(), clock.clone());
        std::thread::spawn(move || {
            while let Ok(now) = time.read_ms() {
                let ahead = now - hands.now().as_millis();
                hands.advance(Duration::from_millis(u64::try_from(ahead).unwrap_or(0)));
                std::thread::sleep(SET_EVERY);
            }
        });
        clock
    }

    /// The same for the gateway.
    pub(crate) fn gateway_clock(&self) -> ticketing_gateway::Clock {
        let clock = Arc::new(self.clock());
        ticketing_gateway::Clock::from_fn(move || {
            jiff::Timestamp::from_millisecond(clock.now().as_millis()).expect("a time of today")
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "where this program reads the machine's clock")]
fn machine_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after the epoch");
    u64::try_from(now.as_millis()).expect("it is not so late")
}
