//! How answers are coded on the wire, and how long they may be.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use ticketing_client::{Client, Error, seats};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

const LAYOUT: &str = r#"{"layout":"abc","seats_total":0,"categories":[],"sections":[]}"#;

/// A server for one request: hands back what it was sent, after it answered with this body.
async fn server(coding: &'static str, body: Vec<u8>) -> (Client, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let serving = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            connection.read_buf(&mut request).await.unwrap();
        }
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
        let length = body.len();
        let head =
            format!("{head}\r\ncontent-encoding: {coding}\r\ncontent-length: {length}\r\n\r\n");
        connection.write_all(head.as_bytes()).await.unwrap();
        // The client may have had enough.
        let _ = connection.write_all(&body).await;
        String::from_utf8(request).unwrap()
    });
    (client, serving)
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut coder = GzEncoder::new(Vec::new(), Compression::best());
    coder.write_all(plain).unwrap();
    coder.finish().unwrap()
}

#[tokio::test]
async fn a_compressed_answer_is_asked_for_and_read() {
    let coded = [
        ("gzip", gzip(LAYOUT.as_bytes())),
        ("zstd", zstd::encode_all(LAYOUT.as_bytes(), 1).unwrap()),
    ];
    for (coding, body) in coded {
        let (client, serving) = server(coding, body).await;
        let call = seats::layout(None, Uuid::nil(), "abc");
        assert_eq!(client.send(&call).await.unwrap().layout, "abc", "{coding}");
        let asked = serving.await.unwrap();
        let accepted = asked.lines().find(|line| line.starts_with("accept-encoding: ")).unwrap();
        assert!(accepted.contains(coding), "{accepted}");
    }
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_read_to_the_end() {
    // A few kilobytes on the wire.
    let (client, serving) = server("gzip", gzip(&vec![b' '; 17 * 1024 * 1024])).await;
    let outcome = client.send(&seats::layout(None, Uuid::nil(), "abc")).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::Broken(_)), "{error:?}");
    assert!(error.to_string().contains("longer than 16777216 bytes"), "{error}");
    serving.await.unwrap();
}
