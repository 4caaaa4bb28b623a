//! How a request ended, and whether that is a fault.

use serde::{Deserialize, Serialize};
use ticketing_client::{Broken, Error};
use ticketing_wire::problem::ProblemType;
use utoipa::ToSchema;

use crate::http::Failure;

/// How a request ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As asked.
    Ok,
    /// No, as a contested sale says it to one who did nothing wrong: the seat is taken, it is
    /// sold out, the time is over, the card is declined.
    Expected,
    /// No, by a rule that the buyer ran into: too many seats, no pass, a seat left alone.
    Rejected,
    /// Too busy for now (429 or 503, with `Retry-After`).
    Shed,
    /// No answer in time.
    Timeout,
    /// The host's name has no address.
    Dns,
    /// Nobody accepted the connection.
    Connect,
    /// No secure connection.
    Tls,
    /// The connection ended before the answer did.
    Reset,
    /// The answer was not HTTP, or not what the contract says.
    Protocol,
    /// Another 4xx: the generator asked wrongly, or the server answered wrongly.
    ClientError,
    /// A fault that the server owned up to (5xx).
    ServerError,
    /// The generator had no descriptor or port left.
    Exhausted,
}

impl Outcome {
    /// Every outcome, the best first.
    pub const ALL: [Self; 13] = [
        Self::Ok,
        Self::Expected,
        Self::Rejected,
        Self::Shed,
        Self::Timeout,
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::Reset,
        Self::Protocol,
        Self::ClientError,
        Self::ServerError,
        Self::Exhausted,
    ];

    /// Its name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Expected => "expected",
            Self::Rejected => "rejected",
            Self::Shed => "shed",
            Self::Timeout => "timeout",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Reset => "reset",
            Self::Protocol => "protocol",
            Self::ClientError => "client_error",
            Self::ServerError => "server_error",
            Self::Exhausted => "exhausted",
        }
    }

    /// True where something broke, on either side.
    pub fn is_error(self) -> bool {
        !matches!(self, Self::Ok | Self::Expected | Self::Rejected | Self::Shed)
    }

    /// How a request ended that was answered with this status, where nothing else is known.
    pub fn of_status(status: u16, says_when_to_retry: bool) -> Self {
        match status {
            429 | 503 if says_when_to_retry => Self::Shed,
            400..=499 => Self::ClientError,
            500.. => Self::ServerError,
            _ => Self::Ok,
        }
    }

    /// How a request ended that the server refused for this reason.
    fn of_problem(kind: &ProblemType, status: u16) -> Self {
        match kind {
            ProblemType::SeatTaken
            | ProblemType::SoldOut
            | ProblemType::NotOnSale
            | ProblemType::HoldExpired
            | ProblemType::OrderExpired
            | ProblemType::PassExpired
            | ProblemType::PaymentDeclined => Self::Expected,
            ProblemType::PassRequired
            | ProblemType::LimitExceeded
            | ProblemType::OrphanSeat
            | ProblemType::Conflict
            | ProblemType::NotRefundable
            | ProblemType::PaymentMismatch => Self::Rejected,
            ProblemType::TooManyRequests | ProblemType::Unavailable => Self::Shed,
            _ => Self::of_status(status, false),
        }
    }
}

impl From<&Failure> for Outcome {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::TimedOut(_) => Self::Timeout,
            Failure::Dns(_) => Self::Dns,
            Failure::Connect(_) => Self::Connect,
            Failure::Exhausted(_) => Self::Exhausted,
            Failure::Tls(_) => Self::Tls,
            Failure::Path(_) => Self::ClientError,
            Failure::Reset(_) => Self::Reset,
            Failure::Protocol(_) | Failure::Coding(_) | Failure::TooLong { .. } => Self::Protocol,
        }
    }
}

impl From<&Error> for Outcome {
    fn from(error: &Error) -> Self {
        match error {
            Error::Problem(problem) => Self::of_problem(&problem.kind, problem.status),
            Error::Broken(Broken::Undecodable { status, .. }) if *status >= 400 => {
                Self::of_status(*status, false)
            }
            Error::Broken(Broken::TimedOut) => Self::Timeout,
            Error::Broken(Broken::Connection(source)) => {
                source.downcast_ref::<Failure>().map_or(Self::Reset, Self::from)
            }
            Error::Broken(_) => Self::Protocol,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_answer(status: u16, problem: &str) -> Outcome {
        let body = format!(r#"{{"type":"/problems/{problem}"}}"#);
        Outcome::from(&Error::from_answer(status, body.as_bytes()))
    }

    #[test]
    fn a_taken_seat_is_expected_and_too_many_seats_are_not() {
        assert_eq!(of_answer(409, "seat-taken"), Outcome::Expected);
        assert_eq!(of_answer(402, "payment-declined"), Outcome::Expected);
        assert_eq!(of_answer(409, "limit-exceeded"), Outcome::Rejected);
    }

    #[test]
    fn a_busy_server_sheds_and_a_broken_one_errs() {
        assert_eq!(of_answer(503, "unavailable"), Outcome::Shed);
        assert_eq!(of_answer(429, "too-many-requests"), Outcome::Shed);
        assert_eq!(of_answer(500, "internal"), Outcome::ServerError);
        assert_eq!(of_answer(404, "not-found"), Outcome::ClientError);
        assert_eq!(Outcome::from(&Error::from_answer(503, b"<html>")), Outcome::ServerError);
    }

    #[test]
    fn a_status_alone_sheds_only_where_it_says_when_to_come_back() {
        assert_eq!(Outcome::of_status(503, true), Outcome::Shed);
        assert_eq!(Outcome::of_status(503, false), Outcome::ServerError);
        assert_eq!(Outcome::of_status(404, true), Outcome::ClientError);
        assert_eq!(Outcome::of_status(304, false), Outcome::Ok);
    }

    #[test]
    fn refusals_are_no_errors_and_names_are_those_on_the_wire() {
        let errors = Outcome::ALL.iter().filter(|outcome| outcome.is_error()).count();
        assert_eq!(errors, Outcome::ALL.len() - 4);
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.name());
        }
    }
}
