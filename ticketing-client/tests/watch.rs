//! Watching seats: the layout is fetched once, changes are applied, and a reset asks anew.

use std::sync::{Arc, Mutex};

use ticketing_client::Client;
use ticketing_client::seats::Watch;
use ticketing_wire::seats::SeatStatus::{Free, Held, Sold};
use ticketing_wire::secrets::AccessToken;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

const LAYOUT: &str = r#"{"layout":"h1","seats_total":3,"categories":["I"],
    "sections":[{"name":"A","category":0,"rows":[{"label":"1","first_index":0,"seats":"1-3"}]}]}"#;
const BEFORE: &str = r#"{"version":{"epoch":1,"sequence":5},"layout":"h1","status":"000"}"#;
const AFTER: &str = r#"{"version":{"epoch":2,"sequence":9},"layout":"h1","status":"330"}"#;
const EVENTS: &str = ": heartbeat\n\n\
    event: fanfare\ndata: nothing that this version knows\n\n\
    event: seats\nid: 1-6\ndata: {\"epoch\":1,\"sequence\":6,\"changes\":[[2,1]]}\n\n\
    event: seats\nid: 1-6\ndata: {\"epoch\":1,\"sequence\":6,\"changes\":[[2,0]]}\n\n\
    event: reset\nid: 2-9\ndata: {\"epoch\":2,\"sequence\":9}\n\n\
    event: end\ndata: {\"reason\":\"the server goes away\"}\n\n";

/// Answers every request of the test from what was prepared, and keeps their heads.
async fn serve(listener: TcpListener, heads: Arc<Mutex<Vec<String>>>) {
    loop {
        let (mut connection, _) = listener.accept().await.unwrap();
        let head = read_head(&mut connection).await;
        let path = head.split(' ').nth(1).unwrap().to_owned();
        heads.lock().unwrap().push(head);
        let asked = heads.lock().unwrap().iter().filter(|head| head.contains("/seats ")).count();
        let (kind, body) = match path.rsplit('/').next().unwrap() {
            "events" => ("text/event-stream", EVENTS),
            "h1" => ("application/json", LAYOUT),
            _ if asked > 1 => ("application/json", AFTER),
            _ => ("application/json", BEFORE),
        };
        let answer =
            format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n{body}");
        connection.write_all(answer.as_bytes()).await.unwrap();
    }
}

async fn read_head(connection: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        connection.read_buf(&mut request).await.unwrap();
    }
    String::from_utf8(request).unwrap()
}

#[tokio::test]
async fn the_layout_is_fetched_once_and_a_reset_asks_for_the_seats_anew() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let heads = Arc::new(Mutex::new(Vec::new()));
    tokio::spawn(serve(listener, Arc::clone(&heads)));

    let token = AccessToken::from("token".to_owned());
    let mut watch = Watch::open(client, token, Uuid::from_u128(7)).await.unwrap();
    assert_eq!(watch.map().statuses(), [Free, Free, Free]);
    assert_eq!(watch.next().await.unwrap().statuses(), [Free, Free, Held]);
    assert_eq!(watch.next().await.unwrap().statuses(), [Sold, Sold, Free]);

    let heads = heads.lock().unwrap();
    let asked = |path: &str| heads.iter().filter(|head| head.contains(path)).count();
    assert_eq!(asked("/layout/h1 "), 1);
    assert_eq!(asked("/seats "), 2);
    let listening = heads.iter().find(|head| head.contains("/seats/events ")).unwrap();
    assert!(listening.contains("last-event-id: 1-5"), "{listening}");
}
