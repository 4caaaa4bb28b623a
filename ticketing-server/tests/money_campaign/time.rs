//! One time for every process of a campaign, written in a file that all of them read: at first the
//! machine's, sped up; at the end it stands, and is moved on by hand.

use std::path::{Path, PathBuf};
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
    /// Where it stands, in milliseconds; while it runs, the file is empty.
    standing: PathBuf,
}

impl Time {
    /// From now on.
    pub(crate) fn begin(standing: &Path) -> Self {
        std::fs::write(standing, "").expect("the campaign's folder can be written");
        Self::since(machine_ms(), standing)
    }

    /// The same as another process has.
    pub(crate) fn since(origin_ms: u64, standing: &Path) -> Self {
        Self { origin_ms, standing: standing.to_owned() }
    }

    pub(crate) fn origin_ms(&self) -> u64 {
        self.origin_ms
    }

    /// It stands from now on, so many seconds later than it is. Replaced in one step: whoever reads,
    /// reads one time or the other.
    pub(crate) fn stand_later(&self, seconds: u32) -> Timestamp {
        let then = Timestamp::from_millis(self.now_ms()).plus_seconds(seconds);
        let next = self.standing.with_extension("next");
        std::fs::write(&next, then.as_millis().to_string()).expect("the folder can be written");
        std::fs::rename(&next, &self.standing).expect("and files in it be renamed");
        then
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.read_ms().expect("the campaign's folder is there")
    }

    fn read_ms(&self) -> std::io::Result<i64> {
        let standing = std::fs::read_to_string(&self.standing)?;
        if !standing.is_empty() {
            return Ok(standing.parse().expect("it holds a number"));
        }
        let gone = machine_ms().saturating_sub(self.origin_ms) * u64::from(SPEED);
        Ok(i64::try_from(self.origin_ms + gone).expect("it is not so late"))
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
}

/// The same for the gateway.
pub(crate) fn gateway_clock(clock: Clock) -> ticketing_gateway::Clock {
    ticketing_gateway::Clock::from_fn(move || {
        jiff::Timestamp::from_millisecond(clock.now().as_millis()).expect("a time of today")
    })
}

#[expect(clippy::disallowed_methods, reason = "where this program reads the machine's clock")]
fn machine_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after the epoch");
    u64::try_from(now.as_millis()).expect("it is not so late")
}
