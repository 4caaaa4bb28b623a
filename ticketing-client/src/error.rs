//! How a call fails: the server said no, or nobody can say.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};

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

/// A refusal, or a fault that the server owns up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// What kind of problem; stable.
    pub kind: Kind,
    /// For people.
    pub title: String,
    /// For people, about this very request.
    pub detail: Option<String>,
    /// Everything else that the document says, such as `seats` or `errors`.
    pub facts: Map<String, Value>,
}

/// Why there is no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The address is not one.
    #[error("`{0}` is no HTTP address")]
    Address(String),
    /// No connection, or it ended early.
    #[error("connection failed")]
    Connection(#[source] reqwest::Error),
    /// No answer in time.
    #[error("timed out")]
    TimedOut,
    /// An answer that is not what the contract says.
    #[error("answer {status} is not understood: {why}")]
    Undecodable {
        /// The HTTP status.
        status: u16,
        /// What was wrong.
        why: String,
    },
}

/// The stable names of problems.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the contract's own and say it all")]
pub enum Kind {
    Validation,
    Unauthenticated,
    PaymentDeclined,
    Forbidden,
    PassRequired,
    PassExpired,
    NotFound,
    Conflict,
    SeatTaken,
    OrphanSeat,
    HoldExpired,
    LimitExceeded,
    NotOnSale,
    SoldOut,
    OrderExpired,
    PaymentMismatch,
    IdempotencyReused,
    TooManyRequests,
    Internal,
    Unavailable,
    #[serde(untagged)]
    Other(String),
}

#[derive(Deserialize)]
struct Document {
    r#type: String,
    #[serde(default)]
    title: String,
    detail: Option<String>,
    #[serde(flatten)]
    facts: Map<String, Value>,
}

impl Error {
    /// The refusal's kind, if the server did answer.
    pub fn kind(&self) -> Option<&Kind> {
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

    /// Reads the answer of a call that failed with this status.
    pub(crate) fn from_answer(status: u16, body: &[u8]) -> Self {
        match serde_json::from_slice::<Document>(body) {
            Ok(document) => Self::Problem(Box::new(Problem::from_document(status, document))),
            Err(error) => Self::Broken(Broken::Undecodable { status, why: error.to_string() }),
        }
    }
}

impl Problem {
    fn from_document(status: u16, document: Document) -> Self {
        let name = document.r#type.strip_prefix("/problems/").unwrap_or(&document.r#type);
        let kind = serde_json::from_value(Value::from(name))
            .expect("every text is a kind: `Other` takes the rest");
        let mut facts = document.facts;
        facts.remove("status");
        Self { status, kind, title: document.title, detail: document.detail, facts }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.title)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        if let Some(errors) = self.facts.get("errors").and_then(Value::as_array) {
            for error in errors {
                let field = error["field"].as_str().unwrap_or_default();
                write!(f, "\n  {field}: {}", error["message"].as_str().unwrap_or_default())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_document_keeps_its_facts() {
        let body = br#"{"type":"/problems/seat-taken","title":"Seat taken","status":409,
            "detail":"somebody was faster","seats":[4,5]}"#;
        let Error::Problem(problem) = Error::from_answer(409, body) else { panic!("a problem") };
        assert_eq!(problem.kind, Kind::SeatTaken);
        assert_eq!(problem.facts["seats"], serde_json::json!([4, 5]));
        assert!(!problem.facts.contains_key("status"));
    }

    #[test]
    fn an_unknown_problem_is_kept_by_its_name() {
        let error = Error::from_answer(418, br#"{"type":"/problems/teapot"}"#);
        assert_eq!(error.kind(), Some(&Kind::Other("teapot".to_owned())));
        assert!(!error.is_breakage());
    }

    #[test]
    fn an_answer_that_is_no_problem_document_is_breakage() {
        assert!(Error::from_answer(400, b"<html>").is_breakage());
        assert!(Error::from_answer(503, br#"{"type":"/problems/unavailable"}"#).is_breakage());
    }
}
