//! The API's own documents say what the server does.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::house::House;
use crate::routes::{all, names};
use crate::wire::Request;

/// Streams do not end by themselves, so the list of requests does not have them.
const STREAMS: [&str; 2] =
    ["get /v1/performances/{id}/line/events", "get /v1/performances/{id}/seats/events"];

/// `POST /v1/orders/{order}/cancel` as the document names it.
fn documented(method: &str, path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{id}" } else { part });
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
    for (path, methods) in document["paths"].as_object().unwrap() {
        described
            .extend(methods.as_object().unwrap().keys().map(|method| format!("{method} {path}")));
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
        let public = operation["security"].as_array().is_some_and(Vec::is_empty);
        assert_eq!(public, route.public, "{told}: who may ask");
        let keyed = operation["parameters"].to_string().contains("/parameters/Key");
        assert_eq!(keyed, route.needs_key, "{told}: its key");
        let body = operation["requestBody"].is_object();
        assert_eq!(body, route.body.is_some(), "{told}: its body");
    }
}

#[tokio::test]
async fn the_schemas_of_the_line_have_the_fields_that_are_answered() {
    let house = House::open().await;
    let document = house.get("/openapi.json").ask().await.expect(200);
    let token = house.new_buyer().await;
    let joined = house.post(&house.of_performance("/line")).bearer_auth(&token);
    let organizer = &house.organizer;
    let report = house.get(&house.of_performance("/line/report")).bearer_auth(organizer);
    let status = house.get(&house.of_performance("/line/status"));
    for (schema, answer) in [
        ("Place", joined.ask().await.expect(202)),
        ("LineStatus", status.ask().await.expect(200)),
        ("LineReport", report.ask().await.expect(200)),
    ] {
        let schema = &document["components"]["schemas"][schema];
        let fields =
            |of: &Value| -> BTreeSet<String> { of.as_object().unwrap().keys().cloned().collect() };
        let required: BTreeSet<String> = schema["required"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field.as_str().unwrap().to_owned())
            .collect();
        assert!(required.is_subset(&fields(&answer)), "{answer}");
        assert!(fields(&answer).is_subset(&fields(&schema["properties"])), "{answer}");
    }
}

#[tokio::test]
async fn the_page_to_browse_speaks_to_this_server_only() {
    let house = House::open().await;
    let page = house.get("/docs").ask().await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let text = String::from_utf8(page.body).unwrap();
    assert!(text.contains("/openapi.json") && !text.contains("http://"), "{text}");
}
