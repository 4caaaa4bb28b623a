//! Several servers of one box office, and what to do when one of them does not answer.

use std::time::Duration;

use ticketing_wire::problem::ProblemType;
use tokio::time::Instant;

use ticketing_client::Call;
use ticketing_client::Client;
use ticketing_client::Error;

/// How long a request that broke is repeated, counted from the first break.
pub const RETRY_FOR: Duration = Duration::from_secs(10);

/// The first pause before repeating; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The servers that a run speaks to.
#[derive(Debug, Clone)]
pub struct Fleet {
    clients: Vec<Client>,
}

impl Fleet {
    /// One client per server; each keeps its share of `idle` connections open. At least one
    /// server has to be named.
    pub fn new(servers: &[String], idle: usize) -> Result<Self, Error> {
        assert!(!servers.is_empty(), "a run needs a server");
        let share = (idle / servers.len()).max(1);
        let client = |server: &String| Client::with_idle_connections(server, share);
        Ok(Self { clients: servers.iter().map(client).collect::<Result<_, _>>()? })
    }

    /// The client of server number `at`, counted round and round.
    pub fn client(&self, at: usize) -> &Client {
        &self.clients[at % self.clients.len()]
    }

    /// Their addresses.
    pub fn servers(&self) -> Vec<String> {
        self.clients.iter().map(|client| client.server().to_owned()).collect()
    }

    /// Sends a call to any server that answers.
    pub async fn send<A>(&self, call: &Call<A>) -> Result<A, Error> {
        let mut patience = Patience::new();
        let mut at = 0;
        loop {
            let outcome = self.client(at).send(call).await;
            let Some(pause) = patience.after(&outcome, Instant::now()) else { return outcome };
            tokio::time::sleep(pause).await;
            at += 1;
        }
    }
}

/// Decides whether an outcome is final, or the request is to be repeated.
#[derive(Debug)]
pub(super) struct Patience {
    until: Option<Instant>,
    pause: Duration,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { until: None, pause: FIRST_PAUSE }
    }

    /// True once the request broke.
    pub(super) fn tried(&self) -> bool {
        self.until.is_some()
    }

    /// How long to pause before repeating; `None` where the outcome is final.
    pub(super) fn after<A>(
        &mut self,
        outcome: &Result<A, Error>,
        now: Instant,
    ) -> Option<Duration> {
        let error = outcome.as_ref().err()?;
        // The attempt that broke may still be running on the server: its key is then in use.
        let still_running = self.tried() && error.kind() == Some(&ProblemType::Conflict);
        if !error.is_breakage() && !still_running {
            return None;
        }
        let until = *self.until.get_or_insert(now + RETRY_FOR);
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        (now + pause < until).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ticketing_client::Broken;

    fn problem(status: u16, name: &str) -> Result<(), Error> {
        let body = format!(r#"{{"type":"/problems/{name}"}}"#);
        Err(Error::from_answer(status, body.as_bytes()))
    }

    #[test]
    fn a_refusal_is_final() {
        let (mut patience, now) = (Patience::new(), Instant::now());
        assert_eq!(patience.after(&problem(409, "seat-taken"), now), None);
        assert_eq!(patience.after(&problem(409, "conflict"), now), None);
        assert_eq!(patience.after(&Ok(()), now), None);
    }

    #[test]
    fn a_conflict_after_a_break_means_that_the_first_attempt_still_runs() {
        let (mut patience, now) = (Patience::new(), Instant::now());
        assert!(patience.after(&problem(503, "unavailable"), now).is_some());
        assert!(patience.after(&problem(409, "conflict"), now).is_some());
    }

    #[test]
    fn a_request_is_repeated_for_ten_seconds_at_most() {
        let (mut patience, begun) = (Patience::new(), Instant::now());
        let mut now = begun;
        while let Some(pause) = patience.after::<()>(&Err(Broken::TimedOut.into()), now) {
            now += pause;
        }
        let lasted = now - begun;
        assert!((Duration::from_secs(9)..=RETRY_FOR).contains(&lasted), "{lasted:?}");
    }
}
