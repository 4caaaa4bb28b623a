//! In the line: join, ask when told to, claim the turn, or leave.

use std::ops::ControlFlow;
use std::time::Duration;

use ticketing_wire::line::{Place as PlaceAnswer, PlaceState};
use ticketing_wire::problem::ProblemType;
use ticketing_wire::secrets::PassToken;

use super::Person;
use crate::buyers::told::{Asked, Fate, Pass, Place, Poll};
use crate::record::Step;
use crate::wire::Exchange;
use ticketing_client::Error;
use ticketing_client::line;

/// When to try again where the server did not say.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// When to try to join again before the sale is open.
const JOIN_AGAIN: Duration = Duration::from_millis(500);

/// What an answer means for the one who waits.
enum Next {
    /// Come in.
    Admitted(PassToken),
    /// Ask again then.
    AskAt(Duration),
    /// The place is gone; a new one may be had.
    Rejoin,
}

impl Person {
    /// Queues until admitted. The first join was due at `due`.
    pub(super) async fn queue(&mut self, mut due: Duration) -> ControlFlow<Fate, PassToken> {
        loop {
            let mut next = self.join(due).await?;
            while let Next::AskAt(then) = next {
                self.wait(then).await?;
                next = self.ask(then).await?;
            }
            if let Next::Admitted(pass) = next {
                return ControlFlow::Continue(pass);
            }
            due = self.now();
        }
    }

    async fn join(&mut self, mut due: Duration) -> ControlFlow<Fate, Next> {
        loop {
            let call = line::join(&self.token, self.world.performance);
            let exchange = self.send_due(Step::Join, due, &call).await;
            self.record.join_shed |= exchange.broke && self.record.places.is_empty();
            match exchange.outcome {
                Ok(answer) => return self.enter(answer, exchange.answered),
                Err(error) => refused(&error)?,
            }
            self.still_sold()?;
            due = exchange.answered + JOIN_AGAIN;
            self.wait(due).await?;
        }
    }

    /// Takes the place that a join was answered with.
    fn enter(&mut self, answer: PlaceAnswer, answered: Duration) -> ControlFlow<Fate, Next> {
        let known = self.record.places.last().map(|place| place.number);
        let number = answer.number;
        if Some(number) != known {
            let asked = Asked::default();
            let (rank, receipt, pass) = (None, None, None);
            let place = Place { number, rank, receipt, joined: answered, asked, pass };
            self.record.places.push(place);
        }
        self.understand(answer, answered)
    }

    /// Asks how the place stands. A question that was due late is due all the same.
    async fn ask(&mut self, due: Duration) -> ControlFlow<Fate, Next> {
        let Some(place) = &self.place else { return ControlFlow::Continue(Next::Rejoin) };
        let call = line::ask(&self.token, place, self.world.performance);
        let exchange = self.send_due(Step::Poll, due, &call).await;
        self.write_down(due, &exchange);
        match exchange.outcome {
            Ok(answer) => self.understand(answer, exchange.answered),
            Err(error) => {
                refused(&error)?;
                ControlFlow::Continue(Next::AskAt(exchange.answered + ASK_AGAIN))
            }
        }
    }

    fn write_down(&mut self, due: Duration, exchange: &Exchange<PlaceAnswer>) {
        let poll = Poll {
            due,
            written: exchange.first_sent,
            answered: exchange.answered,
            state: exchange.outcome.as_ref().ok().map(|answer| answer.state.clone()),
            broke: exchange.broke,
        };
        if let Some(place) = self.record.places.last_mut() {
            place.asked.add(&poll);
        }
    }

    fn understand(&mut self, answer: PlaceAnswer, answered: Duration) -> ControlFlow<Fate, Next> {
        self.place = Some(answer.place_token);
        if let Some(place) = self.record.places.last_mut() {
            place.rank = answer.rank.or(place.rank);
            place.receipt = answer.receipt.or(place.receipt.take());
        }
        let next = match answer.state {
            PlaceState::SoldOut => return ControlFlow::Break(Fate::TurnedAway),
            PlaceState::Revoked => return ControlFlow::Break(Fate::GaveUp),
            PlaceState::Lapsed | PlaceState::Expired | PlaceState::Left | PlaceState::Done => {
                Next::Rejoin
            }
            PlaceState::Admitted => match (answer.pass_token, answer.pass_expires_at) {
                (Some(token), Some(expires)) => {
                    self.admit(answered, self.world.wire.clock.of_wall(expires));
                    Next::Admitted(token)
                }
                _ => Next::AskAt(answered + ASK_AGAIN),
            },
            _ => {
                let told = Duration::from_millis(answer.poll_after_ms);
                Next::AskAt(answered + self.plan.refreshes.map_or(told, |every| every.min(told)))
            }
        };
        ControlFlow::Continue(next)
    }

    fn admit(&mut self, arrived: Duration, expires: Duration) {
        if let Some(place) = self.record.places.last_mut() {
            place.pass.get_or_insert(Pass {
                arrived,
                expires,
                payment_sent: None,
                leave_sent: None,
                last_proven: None,
            });
        }
    }

    /// Gives the place up.
    pub(super) async fn leave(&mut self) {
        let Some(place) = self.place.take() else { return };
        let call = line::leave(&self.token, &place, self.world.performance);
        let exchange = self.send(Step::Leave, &call).await;
        self.lets_go(exchange.first_sent);
        if let Some(pass) = self.pass() {
            pass.leave_sent = Some(exchange.first_sent);
        }
    }
}

/// Some refusals end the visit; with the others it is worth asking again.
fn refused(error: &Error) -> ControlFlow<Fate> {
    match error.kind() {
        Some(ProblemType::SoldOut) => ControlFlow::Break(Fate::TurnedAway),
        Some(ProblemType::NotOnSale | ProblemType::TooManyRequests) => ControlFlow::Continue(()),
        _ if error.is_breakage() => ControlFlow::Continue(()),
        _ => {
            tracing::warn!(%error, "the line refused a buyer");
            ControlFlow::Break(Fate::GaveUp)
        }
    }
}
