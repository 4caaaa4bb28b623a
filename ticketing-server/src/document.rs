//! The OpenAPI document: the routes say what is their own, and what holds for all of them is added
//! here.

use serde_json::{Map, Value, json};
use ticketing_wire::line::StreamEnd;
use ticketing_wire::problem::{Problem, ProblemType};
use ticketing_wire::seats::SeatsDelta;
use utoipa::openapi::OpenApi;
use utoipa::{PartialSchema, ToSchema};

use crate::routes::tickets;

const PROBLEM_KIND: &str = "application/problem+json";
const ABOUT: &str = "A box office for contested on-sales. What a schema cannot say is in \
                     docs/API.md.";

/// The document of the routes.
pub(crate) fn complete(described: &OpenApi) -> Value {
    let mut document = serde_json::to_value(described).expect("a document serialises");
    document["openapi"] = "3.1.0".into();
    document["info"] = json!({
        "title": "Ticketing", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT,
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    });
    let components = &mut document["components"];
    components["securitySchemes"] = json!({
        "bearer": {
            "type": "http", "scheme": "bearer", "description": "the access token of a session",
        },
        "checkout": {
            "type": "apiKey", "in": "header", "name": "Checkout-Token",
            "description": "what stands behind the # of the order's checkout_url",
        },
    });
    let mut schemas = Vec::new();
    Problem::schemas(&mut schemas);
    schemas.push((Problem::name().into(), Problem::schema()));
    schemas.push((ProblemType::name().into(), ProblemType::schema()));
    // What streams carry: their answers are texts to the document.
    schemas.push((SeatsDelta::name().into(), SeatsDelta::schema()));
    schemas.push((StreamEnd::name().into(), StreamEnd::schema()));
    for (name, schema) in schemas {
        components["schemas"][name] = serde_json::to_value(schema).expect("a schema serialises");
    }
    for schema in components["schemas"].as_object_mut().into_iter().flatten() {
        drop_absent_defaults(schema.1);
    }
    let schemas = components["schemas"].clone();
    for (path, methods) in document["paths"].as_object_mut().into_iter().flatten() {
        for operation in methods.as_object_mut().into_iter().flatten() {
            complete_operation(path, operation.1, &schemas);
        }
    }
    document
}

/// The document with its paths as callers write them.
pub(crate) fn as_written(mut document: Value) -> Value {
    let [routed, written] = tickets::PICTURE;
    if let Some(paths) = document["paths"].as_object_mut()
        && let Some(picture) = paths.remove(routed)
    {
        paths.insert(written.into(), picture);
    }
    document
}

/// What is left out of a change is not null: serde's default says only that it may be left out.
fn drop_absent_defaults(schema: &mut Value) {
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (_, field) in fields.into_iter().flatten() {
        if let Some(field) = field.as_object_mut()
            && field.get("default").is_some_and(Value::is_null)
        {
            field.remove("default");
        }
    }
}

fn complete_operation(path: &str, operation: &mut Value, schemas: &Value) {
    let operation = operation.as_object_mut().expect("an operation is an object");
    let signs_in = json!([{"bearer": []}]);
    let security = operation.entry("security").or_insert(signs_in).clone();
    let security = security.as_array().map_or(&[][..], Vec::as_slice);
    let public = !security.iter().any(|way| way.get("bearer").is_some());
    if public {
        operation.insert("security".into(), json!([]));
    }
    if path.contains("{id}") {
        let id = json!({
            "name": "id", "in": "path", "required": true,
            "schema": {"type": "string", "format": "uuid"},
        });
        let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
        parameters.as_array_mut().expect("parameters are a list").insert(0, id);
    }
    let has_body = operation.contains_key("requestBody");
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let reads =
        |place| parameters.is_some_and(|all| all.iter().any(|parameter| parameter["in"] == place));
    let asks = has_body || reads("query") || reads("header");
    let responses = operation["responses"].as_object_mut().expect("responses are an object");
    let answers = responses
        .iter()
        .any(|(status, answer)| status.starts_with('2') && answer.get("content").is_some());
    let common = [
        ("400", asks, "validation: `errors` names every bad field"),
        ("401", !public, "unauthenticated: the access token is missing, has ended or is not ours"),
        ("404", path.contains('{'), "not-found: there is no such thing, or not for the caller"),
        ("406", answers, "not-acceptable: `Accept` excludes the answer"),
        ("413", has_body, "payload-too-large"),
        ("415", true, "unsupported-media-type: a kind or a coding that this route does not take"),
        ("500", true, "internal: a defect; it was logged"),
        ("503", true, "unavailable: a service that this needs does not answer"),
    ];
    for (status, holds, description) in common {
        if holds && !responses.contains_key(status) {
            responses.insert(status.to_owned(), json!({"description": description}));
        }
    }
    for (status, answer) in responses.iter_mut() {
        complete_answer(status, answer, schemas);
    }
    sort_by_status(responses);
}

/// Refusals are problems; and an answer without an example of its own shows its schema's.
fn complete_answer(status: &str, answer: &mut Value, schemas: &Value) {
    let answer = answer.as_object_mut().expect("an answer is an object");
    if status.starts_with(['4', '5']) {
        let schema = json!({"$ref": "#/components/schemas/Problem"});
        answer.insert("content".into(), json!({PROBLEM_KIND: {"schema": schema}}));
        let headers = match status {
            "401" => json!({"WWW-Authenticate": header("how to prove who is asking")}),
            "429" | "503" => json!({"Retry-After": header("seconds to wait")}),
            _ => Value::Null,
        };
        if headers.is_object() {
            answer.insert("headers".into(), headers);
        }
        return;
    }
    for media in answer.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
        let media = media.1;
        let name = media["schema"]["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        let Some(schema) = name.map(|name| &schemas[name]) else { continue };
        if media.get("example").is_none() && schema.get("example").is_none() {
            let of = schema["properties"]["items"]["items"]["$ref"].as_str();
            let item = of.and_then(|path| path.rsplit('/').next()).map(|name| &schemas[name]);
            if let Some(example) = item.and_then(|item| item.get("example")) {
                media["example"] = json!({"items": [example], "next_cursor": null});
            }
        }
    }
}

fn header(what: &str) -> Value {
    json!({"description": what, "schema": {"type": "string"}})
}

fn sort_by_status(responses: &mut Map<String, Value>) {
    let mut sorted: Vec<(String, Value)> = std::mem::take(responses).into_iter().collect();
    sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
    responses.extend(sorted);
}
