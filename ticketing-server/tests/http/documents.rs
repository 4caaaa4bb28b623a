//! The API's own documents say what the server does.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::house::House;
use crate::routes::{all, names};
use crate::wire::{Request, text};

/// Streams do not end by themselves, so the list of requests does not have them.
const STREAMS: [&str; 2] =
    ["get /v1/performances/{id}/line/events", "get /v1/performances/{id}/seats/events"];

/// `POST /v1/orders/{order}/cancel` as the document names it.
fn documented(method: &str, path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{layout}" | "{picture}" => "{hash}",
        "{consumer}" => "{name}",
        "{ticket}.png" => "{id}.png",
        id if id.starts_with('{') => "{id}",
        part => part,
    });
    format!("{} {}", method.to_lowercase(), parts.collect::<Vec<_>>().join("/"))
}

#[tokio::test]
async fn the_openapi_document_has_every_route_and_no_other() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let names = names(&house, &buyer).await;
    let document = house.get("/openapi.json").ask().await.expect(200);
    assert_eq!(document["openapi"], "3.1.0");
    let mut described = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let told = format!("{method} {path}");
            assert!(ids.insert(text(&operation["operationId"])), "{told}: its id");
            assert!(!text(&operation["summary"]).is_empty(), "{told}: its summary");
            assert!(has_examples(&document, operation), "{told}: its examples");
            described.insert(told);
        }
    }
    let routes = all(&house, &names);
    let mut served: BTreeSet<String> =
        routes.iter().map(|route| documented(route.method.as_str(), route.path)).collect();
    served.extend(STREAMS.map(str::to_owned));
    assert_eq!(described, served);
    for route in &routes {
        let told = documented(route.method.as_str(), route.path);
        let (method, path) = told.split_once(' ').unwrap();
        let operation = &document["paths"][path][method];
        let security = operation["security"].as_array().unwrap();
        let public = security.iter().all(|way| way.get("bearer").is_none())
            || security.iter().any(|way| way.as_object().unwrap().is_empty());
        assert_eq!(public, route.public, "{told}: who may ask");
        let parameters = operation["parameters"].as_array();
        let keyed = parameters.is_some_and(|all| {
            all.iter().any(|one| one["name"] == "Idempotency-Key" && one["required"] == true)
        });
        assert_eq!(keyed, route.needs_key, "{told}: its key");
        let body = operation["requestBody"].is_object();
        assert_eq!(body, route.body.is_some() || route.takes_picture, "{told}: its body");
    }
}

/// Whether every body of a request or a success shows how it looks.
fn has_examples(document: &Value, operation: &Value) -> bool {
    let successes = operation["responses"].as_object().unwrap().iter();
    let successes = successes.filter(|(status, _)| status.starts_with('2'));
    let contents = successes.map(|(_, answer)| &answer["content"]);
    let contents = contents.chain([&operation["requestBody"]["content"]]);
    contents.filter_map(Value::as_object).flat_map(|content| content.values()).all(|media| {
        let schema = media["schema"]["$ref"].as_str();
        let schema = schema.map(|path| &document["components"]["schemas"][&path[21..]]);
        media.get("example").is_some()
            || schema.is_some_and(|schema| schema.get("example").is_some())
    })
}

#[tokio::test]
async fn the_page_to_browse_speaks_to_this_server_only() {
    let house = House::open().await;
    let page = house.get("/docs").ask().await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    for part in ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "'sha256-"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let text = String::from_utf8(page.body).unwrap();
    assert!(text.contains("/openapi.json") && !text.contains("http://"), "{text}");
}
