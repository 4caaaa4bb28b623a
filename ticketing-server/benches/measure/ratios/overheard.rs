//! A hold's call to Redis as the product sends it: overheard once, then said again with other seats
//! by a bare client, so that no script, key or argument is written down twice.

use anyhow::Context;
use futures_util::StreamExt;
use redis::Cmd;
use redis::aio::Monitor;
use ticketing_core::seats::Hold;

/// The words of one call, and which of them each hold has of its own.
pub(crate) struct HoldCall {
    words: Vec<Vec<u8>>,
    request: usize,
    hold: usize,
    seats: usize,
}

impl HoldCall {
    /// The call that brought this hold, from what Redis repeats of all its calls.
    pub(crate) async fn overheard(monitor: &mut Monitor, hold: &Hold) -> anyhow::Result<Self> {
        let mut lines = monitor.on_message::<String>();
        loop {
            let line = lines.next().await.context("Redis repeats no more calls")?;
            if let Some(call) = Self::of(&words(&line), hold) {
                return Ok(call);
            }
        }
    }

    fn of(words: &[Vec<u8>], hold: &Hold) -> Option<Self> {
        let [verb, _, keys, ..] = words else { return None };
        let keys: usize = std::str::from_utf8(keys).ok()?.parse().ok()?;
        let seats = serde_json::to_vec(&hold.seats).ok()?;
        let at = |wanted: &[u8]| words.iter().position(|word| word == wanted);
        (verb == b"EVALSHA").then_some(Self {
            // After the verb, the script and the number of keys; the last key is the request's.
            request: keys + 2,
            hold: at(hold.id.to_string().as_bytes())?,
            seats: at(&seats)?,
            words: words.to_vec(),
        })
    }

    /// The same for another seat.
    pub(crate) fn of_seat(&self, seat: u32) -> Cmd {
        let mut call = Cmd::new();
        for (place, word) in self.words.iter().enumerate() {
            if place == self.request {
                call.arg([word, format!(":{seat}").as_bytes()].concat());
            } else if place == self.hold {
                call.arg(format!("{seat:>0$}", word.len()));
            } else if place == self.seats {
                call.arg(format!("[{seat}]"));
            } else {
                call.arg(word);
            }
        }
        call
    }
}

/// The words of a line of `MONITOR`, each quoted as C quotes strings.
fn words(line: &str) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut bytes = line.bytes();
    while bytes.by_ref().any(|byte| byte == b'"') {
        let mut word = Vec::new();
        while let Some(byte) = bytes.next().filter(|byte| *byte != b'"') {
            word.push(if byte == b'\\' { unescaped(&mut bytes) } else { byte });
        }
        words.push(word);
    }
    words
}

fn unescaped(bytes: &mut impl Iterator<Item = u8>) -> u8 {
    let mut next = || bytes.next().unwrap_or_default();
    match next() {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'a' => 7,
        b'b' => 8,
        b'x' => {
            let digit = |byte: u8| match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                _ => 0,
            };
            digit(next()) << 4 | digit(next())
        }
        plain => plain,
    }
}
