//! One server, and how to connect to it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hyper::Uri;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

use super::failure::Failure;

/// Addresses of this machine that connections to it come from, in turn: each has ports of its
/// own, and one runs out at some 28,000.
const LOOPBACK_SOURCES: u8 = 8;

/// A server to which connections are opened.
#[derive(Debug)]
pub struct Target {
    host: String,
    port: u16,
    /// As a request names it: without the port that goes without saying.
    authority: String,
    /// What stands before every path; empty for most.
    prefix: String,
    secure: Option<Arc<ClientConfig>>,
    connections: AtomicU32,
}

impl Target {
    /// The server at this base address; the error says what is wrong with it.
    pub fn new(address: &str) -> Result<Self, String> {
        let wrong = || format!("`{address}` is no HTTP address, such as http://127.0.0.1:8080");
        let uri: Uri = address.parse().map_err(|_| wrong())?;
        let (usual, secure) = match uri.scheme_str() {
            Some("http") => (80, None),
            Some("https") => (443, Some(tls()?)),
            _ => return Err(wrong()),
        };
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        let port = uri.port_u16().unwrap_or(usual);
        let authority = if port == usual { host.to_owned() } else { format!("{host}:{port}") };
        Ok(Self {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port,
            authority,
            prefix: uri.path().trim_end_matches('/').to_owned(),
            secure,
            connections: AtomicU32::new(0),
        })
    }

    /// True where it is on this machine, by its address or by the one name that is always its.
    pub fn is_loopback(&self) -> bool {
        let address = self.host.parse::<IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// The `Host` of a request.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// What stands before every path.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// How many connections were opened to it.
    pub fn connections(&self) -> u32 {
        self.connections.load(Ordering::Relaxed)
    }

    /// How encryption is to be had, where it is.
    pub(super) fn tls(&self) -> Option<(TlsConnector, Result<ServerName<'static>, Failure>)> {
        let config = self.secure.as_ref()?;
        let name = ServerName::try_from(self.host.clone())
            .map_err(|error| Failure::Tls(io::Error::other(error)));
        Some((TlsConnector::from(Arc::clone(config)), name))
    }

    /// Opens a connection.
    pub(super) async fn connect(&self) -> Result<TcpStream, Failure> {
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        let found =
            lookup_host((self.host.as_str(), self.port)).await.map_err(Failure::looking_up)?;
        let mut failure = Failure::Dns(io::Error::other("the name has no address"));
        for address in found {
            match self.connect_to(address, number).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = Failure::connecting(error),
            }
        }
        Err(failure)
    }

    async fn connect_to(&self, address: SocketAddr, number: u32) -> io::Result<TcpStream> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        if let IpAddr::V4(to) = address.ip()
            && to.is_loopback()
        {
            let [.., last] = number.to_be_bytes();
            let source = Ipv4Addr::new(127, 0, 0, 1 + last % LOOPBACK_SOURCES);
            socket.bind(SocketAddr::from((source, 0)))?;
        }
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

fn tls() -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| format!("no secure connections here: {error}"))?;
    Ok(Arc::new(config.with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let target = Target::new("http://127.0.0.1:8080/base/").unwrap();
        assert_eq!((target.authority(), target.prefix()), ("127.0.0.1:8080", "/base"));
        let target = Target::new("https://tickets.example").unwrap();
        assert_eq!((target.authority(), target.prefix()), ("tickets.example", ""));
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_text() {
        for address in ["", "127.0.0.1:8080", "ftp://a", "http://", "/v1"] {
            assert!(Target::new(address).unwrap_err().contains(address), "{address}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let is_loopback = |address| Target::new(address).unwrap().is_loopback();
        assert!(is_loopback("http://127.0.0.1:1") && is_loopback("http://127.8.0.1"));
        assert!(is_loopback("http://localhost:1") && is_loopback("http://[::1]:1"));
        assert!(!is_loopback("http://10.0.0.1") && !is_loopback("http://localhost.example"));
        assert!(!is_loopback("http://127.0.0.1.example"));
    }
}
