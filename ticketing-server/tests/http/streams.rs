//! Streams as they travel: events with names, ids and data, until the server goes away.

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::house::House;
use crate::wire::Request;

/// A stream of events that is being read.
struct Stream {
    response: Response,
    read: String,
}

#[derive(Debug, PartialEq, Eq)]
struct Heard {
    event: String,
    id: Option<String>,
    data: String,
}

impl Stream {
    async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, read: String::new() }
    }

    /// The next event; nothing once the stream has ended.
    async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some(end) = self.read.find("\n\n") {
                let event: String = self.read.drain(..end + 2).collect();
                return Some(heard(&event));
            }
            let chunk = self.response.chunk().await.expect("the stream is whole")?;
            self.read.push_str(std::str::from_utf8(&chunk).expect("events are text"));
        }
    }
}

fn heard(event: &str) -> Heard {
    let field = |name: &str| {
        let mut lines = event.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
    };
    Heard {
        event: field("event").unwrap_or_default(),
        id: field("id"),
        data: field("data").unwrap_or_default(),
    }
}

#[tokio::test]
async fn a_listener_to_the_line_hears_the_public_bytes_and_its_own_place() {
    let house = House::open().await;
    house.new_inside().await;
    let token = house.new_buyer().await;
    let line = house.of_performance("/line");
    let joined = house.post(&line).bearer_auth(&token).ask().await.expect(202);
    let place = joined["place_token"].as_str().unwrap().to_owned();
    house.push().await;
    let listen = house.get(&house.of_performance("/line/events")).bearer_auth(&token);
    let mut stream = Stream::open(listen.header("Place-Token", &place)).await;
    let status = stream.next().await.unwrap();
    assert_eq!((status.event.as_str(), status.id.is_some()), ("status", true));
    let public = house.get(&house.of_performance("/line/status")).ask().await;
    assert_eq!(public.headers["cache-control"], "public, max-age=1");
    assert_eq!(status.data.as_bytes(), public.body);
    let own = stream.next().await.unwrap();
    let own_place: Value = serde_json::from_str(&own.data).unwrap();
    assert_eq!((own.event.as_str(), &own_place["state"]), ("place", &json!("waiting")));
    assert!(own_place["pass_token"].is_null(), "only asking claims a turn");
    house.draining.send_replace(true);
    let mut last = None;
    while let Some(event) = stream.next().await {
        last = Some(event);
    }
    assert_eq!(last.unwrap().event, "end");
}

#[tokio::test]
async fn the_status_is_the_same_for_all_and_names_everything_that_a_position_needs() {
    let house = House::open().await;
    let path = house.of_performance("/line/status");
    let (one, two) = (house.get(&path).ask().await, house.get(&path).ask().await);
    assert_eq!(one.body, two.body);
    let status: Value = serde_json::from_slice(&one.body).unwrap();
    let names: Vec<&str> = status.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "admitted_through",
        "admitting_per_minute",
        "draw",
        "gaps",
        "message",
        "seats_left",
        "state",
        "waiting",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_listener_to_the_seats_hears_what_changed_and_goes_on_where_it_was() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let events = house.of_performance("/seats/events");
    let mut stream = Stream::open(house.get(&events).bearer_auth(&buyer.token)).await;
    let hello = stream.next().await.unwrap();
    assert_eq!(hello.event, "seats");
    house.hold(&buyer, &[3, 4]).await;
    house.push().await;
    let changed = stream.next().await.unwrap();
    let delta: Value = serde_json::from_str(&changed.data).unwrap();
    assert_eq!(delta["changes"], json!([[3, 1], [4, 1]]));
    let again = house.get(&events).bearer_auth(&buyer.token);
    let again = again.header("Last-Event-ID", hello.id.unwrap());
    assert_eq!(Stream::open(again).await.next().await.unwrap(), changed);
    let unknown = house.get(&events).bearer_auth(&buyer.token).header("Last-Event-ID", "9-1");
    assert_eq!(Stream::open(unknown).await.next().await.unwrap().event, "reset");
}

#[tokio::test]
async fn a_stream_is_refused_as_any_other_request_is() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let line = house.of_performance("/line/events");
    house.get(&line).ask().await.expect_problem("unauthenticated", 401);
    house.get(&line).bearer_auth(&buyer.token).ask().await.expect_problem("validation", 400);
    let stranger = house.new_buyer().await;
    let foreign = house.get(&line).bearer_auth(&stranger).header("Place-Token", &buyer.place);
    foreign.ask().await.expect_problem("forbidden", 403);
    let seats = house.of_performance("/seats/events");
    house.get(&seats).ask().await.expect_problem("unauthenticated", 401);
    let wrong = house.get(&seats).bearer_auth(&stranger).header("Last-Event-ID", "soon");
    assert_eq!(Stream::open(wrong).await.next().await.unwrap().event, "reset");
}
