//! How a request fails to be answered.

use std::io;
use std::time::Duration;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The host's name has no address.
    #[error("the host is not found")]
    Dns(#[source] io::Error),
    /// Nobody accepts the connection.
    #[error("cannot connect")]
    Connect(#[source] io::Error),
    /// This machine has no descriptor or no port left: the generator's fault, not the server's.
    #[error("this machine has no descriptor or port left")]
    Exhausted(#[source] io::Error),
    /// The two do not agree about encryption.
    #[error("no secure connection")]
    Tls(#[source] io::Error),
    /// The connection ended before the answer did.
    #[error("the connection ended")]
    Reset(#[source] hyper::Error),
    /// The answer is not HTTP.
    #[error("the answer is not HTTP")]
    Protocol(#[source] hyper::Error),
    /// The answer's coding is not what it says.
    #[error("the answer cannot be decoded")]
    Coding(#[source] io::Error),
    /// No answer in time.
    #[error("no answer within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// An answer of which there is no end in sight.
    #[error("the answer is longer than {max_bytes} bytes")]
    TooLong {
        /// The longest that is read.
        max_bytes: usize,
    },
}

impl Failure {
    /// What opening a connection failed with.
    pub(super) fn connecting(error: io::Error) -> Self {
        // EMFILE, ENFILE: no descriptor; EADDRNOTAVAIL: no port.
        match (error.raw_os_error(), error.kind()) {
            (Some(23 | 24), _) | (_, io::ErrorKind::AddrNotAvailable) => Self::Exhausted(error),
            _ => Self::Connect(error),
        }
    }

    /// What a request failed with.
    pub(super) fn sending(error: hyper::Error) -> Self {
        if error.is_parse() { Self::Protocol(error) } else { Self::Reset(error) }
    }
}
