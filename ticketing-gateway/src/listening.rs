//! How this program and the box office listen.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// Connections that wait to be accepted; the system may allow fewer (`net.core.somaxconn`). The usual 128
/// are taken at the moment at which a sale opens, and whoever comes beyond tries again a second later.
const BACKLOG: u32 = 4_096;

/// Listens there, with room for a crowd that connects in one moment.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // As `TcpListener::bind` does: a server that is started again has its address at once.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_crowd_that_connects_while_nobody_accepts_is_not_sent_away() {
        const CROWD: usize = 500;
        const PATIENCE: Duration = Duration::from_secs(5);
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let crowd = std::thread::spawn(move || {
            let connect = |_| TcpStream::connect_timeout(&address, PATIENCE).unwrap();
            (0..CROWD).map(connect).collect::<Vec<_>>()
        });
        // With room for fewer, the last ones wait for a place that nobody makes free.
        let crowd = tokio::task::spawn_blocking(|| crowd.join().unwrap()).await.unwrap();
        assert_eq!(crowd.len(), CROWD);
    }

    #[tokio::test]
    async fn both_families_are_listened_on_and_a_taken_port_is_refused() {
        let listener = listen("[::1]:0".parse().unwrap()).unwrap();
        let taken = listen(listener.local_addr().unwrap()).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
    }
}
