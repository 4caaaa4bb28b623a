//! A bare HTTP server that answers everything with the same short bytes: what generators are
//! compared against. It says where it listens, and ends with its stdin.

use std::io::Read as _;

use axum::Router;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/", listener.local_addr()?);
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let app = Router::new().fallback(|| async { "ok" });
    tokio::select! {
        served = axum::serve(listener, app) => served,
        _ = ended => Ok(()),
    }
}
