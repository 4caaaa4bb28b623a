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
    /// The path cannot be asked for.
    #[error("`{0}` is no path")]
    Path(String),
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
        if is_exhausted(&error) { Self::Exhausted(error) } else { Self::Connect(error) }
    }

    /// What looking the host up failed with.
    pub(super) fn looking_up(error: io::Error) -> Self {
        if is_exhausted(&error) { Self::Exhausted(error) } else { Self::Dns(error) }
    }

    /// What a request failed with.
    pub(super) fn sending(error: hyper::Error) -> Self {
        if error.is_parse() { Self::Protocol(error) } else { Self::Reset(error) }
    }
}

/// EMFILE, ENFILE: no descriptor. EADDRNOTAVAIL, and EADDRINUSE where a port was not chosen: no port.
fn is_exhausted(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(23 | 24))
        || matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::AddrInUse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_descriptors_or_ports_is_no_fault_of_the_server() {
        let errors = [
            io::Error::from_raw_os_error(24),
            io::Error::from(io::ErrorKind::AddrInUse),
            io::Error::from(io::ErrorKind::AddrNotAvailable),
        ];
        for error in errors {
            assert!(matches!(Failure::connecting(error), Failure::Exhausted(_)));
        }
        let refused = Failure::connecting(io::Error::from(io::ErrorKind::ConnectionRefused));
        assert!(matches!(refused, Failure::Connect(_)));
        let lookup = Failure::looking_up(io::Error::from_raw_os_error(24));
        assert!(matches!(lookup, Failure::Exhausted(_)));
    }
}
