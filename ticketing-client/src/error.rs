//! How a call fails: the server said no, or nobody can say.

use ticketing_wire::Problem;
use ticketing_wire::problem::ProblemType;

/// A call that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server answered with a problem document.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// There is no usable answer; the call may or may not have had its effect.
    #[error("no usable answer: {0}")]
    Broken(#[from] Broken),
}

/// Why there is no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The address is not one.
    #[error("`{0}` is no HTTP address")]
    Address(String),
    /// No connection, or it ended early.
    #[error("connection failed")]
    Connection(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No answer in time.
    #[error("timed out")]
    TimedOut,
    /// An answer of which there is no end in sight.
    #[error("the answer is longer than {max_bytes} bytes")]
    TooLong {
        /// The longest that is read.
        max_bytes: usize,
    },
    /// An answer that is not what the contract says.
    #[error("answer {status} is not understood: {why}")]
    Undecodable {
        /// The HTTP status.
        status: u16,
        /// What was wrong.
        why: String,
    },
}

impl Error {
    /// The refusal's kind, if the server did answer.
    pub fn kind(&self) -> Option<&ProblemType> {
        match self {
            Self::Problem(problem) => Some(&problem.kind),
            Self::Broken(_) => None,
        }
    }

    /// True where the request broke: no usable answer, or a fault of the server (5xx). Such a
    /// request may be repeated with the same key.
    pub fn is_breakage(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.status >= 500,
            Self::Broken(_) => true,
        }
    }

    /// True where the server turned the request away for now: 429 or 503, with a problem document
    /// that says so. It may be repeated with the same key.
    pub fn is_shed(&self) -> bool {
        matches!(self.kind(), Some(ProblemType::Unavailable | ProblemType::TooManyRequests))
    }

    /// Reads the answer of a call that failed with this status, which counts, whatever the
    /// document says.
    pub fn from_answer(status: u16, body: &[u8]) -> Self {
        match serde_json::from_slice::<Problem>(body) {
            Ok(problem) => Self::Problem(Box::new(Problem { status, ..problem })),
            Err(error) => Self::Broken(Broken::Undecodable { status, why: error.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_document_keeps_its_facts() {
        let body = br#"{"type":"/problems/seat-taken","title":"Seat taken","status":409,
            "detail":"somebody was faster","seats":[4,5],"mood":"sorry"}"#;
        let Error::Problem(problem) = Error::from_answer(409, body) else { panic!("a problem") };
        assert_eq!(problem.kind, ProblemType::SeatTaken);
        assert_eq!(problem.seats.as_deref(), Some([4, 5].as_slice()));
    }

    #[test]
    fn an_unknown_problem_is_kept_by_its_name() {
        let error = Error::from_answer(418, br#"{"type":"/problems/teapot"}"#);
        assert_eq!(error.kind(), Some(&ProblemType::Other("/problems/teapot".to_owned())));
        assert!(!error.is_breakage());
    }

    #[test]
    fn only_a_server_that_says_so_sheds() {
        let unavailable = br#"{"type":"/problems/unavailable","title":"Unavailable","status":503}"#;
        assert!(Error::from_answer(503, unavailable).is_shed());
        assert!(Error::from_answer(503, unavailable).is_breakage());
        assert!(!Error::from_answer(503, b"bad gateway").is_shed());
        assert!(!Error::from_answer(500, br#"{"type":"/problems/internal"}"#).is_shed());
    }

    #[test]
    fn an_answer_that_is_no_problem_document_is_breakage() {
        assert!(Error::from_answer(400, b"<html>").is_breakage());
        assert!(Error::from_answer(503, br#"{"type":"/problems/unavailable"}"#).is_breakage());
    }
}
