//! Holds every answer that a test sees to the document of the server that gave it.

use std::collections::HashMap;

use jsonschema::{Draft, Registry, Validator};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::wire::Answer;

const BASE: &str = "https://document.invalid/openapi.json";
const PROBLEM_KIND: &str = "application/problem+json";

/// The document, the same for every server of this program.
static CONTRACT: OnceCell<Contract> = OnceCell::const_new();

struct Contract {
    document: Value,
    /// By operation and status.
    validators: HashMap<String, Validator>,
}

/// The answer must be one that the document tells of. What has no route is not in it.
#[track_caller]
fn hold(contract: &Contract, method: &Method, path: &str, answer: &Answer) {
    let Some((route, methods)) = contract.route(path) else { return };
    let method = method.as_str().to_lowercase();
    let Some(operation) = methods.get(&method) else {
        assert_eq!(answer.status, 405, "{method} {path}");
        return;
    };
    let status = answer.status.to_string();
    let what = format!("{method} {route} {status}");
    let told = operation["responses"].get(&status);
    let told = told.unwrap_or_else(|| panic!("{what} is not in the document: {answer:?}"));
    let kind = answer.headers.get("content-type").map(|kind| kind.to_str().unwrap());
    let essence = kind.and_then(|kind| kind.split(';').next());
    let Some(content) = told.get("content") else {
        assert!(answer.body.is_empty(), "{what}: a body that the document does not tell of");
        return;
    };
    let essence = essence.unwrap_or_else(|| panic!("{what}: no kind"));
    assert!(content.get(essence).is_some(), "{what}: {essence} is not in the document");
    let plain = !answer.headers.contains_key("content-encoding");
    if let Some(validator) = contract.validators.get(&what).filter(|_| plain) {
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let wrong: Vec<String> =
            validator.iter_errors(&body).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{what}: {wrong:?} in {body}");
    }
}

pub(crate) async fn check(
    http: &reqwest::Client,
    origin: &str,
    asked: (&Method, &str),
    answer: &Answer,
) {
    let contract = CONTRACT.get_or_init(|| Contract::read(http, origin)).await;
    hold(contract, asked.0, asked.1, answer);
}

impl Contract {
    async fn read(http: &reqwest::Client, origin: &str) -> Self {
        let answer = http.get(format!("{origin}/openapi.json")).send().await.unwrap();
        let document: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let registry = Registry::new().add(BASE, document.clone()).unwrap().prepare().unwrap();
        let mut validators = HashMap::new();
        for (route, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                for (status, told) in operation["responses"].as_object().unwrap() {
                    for kind in ["application/json", PROBLEM_KIND] {
                        if told["content"].get(kind).is_none() {
                            continue;
                        }
                        let part = |text: &str| text.replace('~', "~0").replace('/', "~1");
                        let pointer = format!(
                            "/paths/{}/{method}/responses/{status}/content/{}/schema",
                            part(route).replace('{', "%7B").replace('}', "%7D"),
                            part(kind),
                        );
                        let schema = json!({"$ref": format!("{BASE}#{pointer}")});
                        let validator = jsonschema::options()
                            .with_draft(Draft::Draft202012)
                            .with_registry(&registry)
                            .offline()
                            .should_validate_formats(true)
                            .should_ignore_unknown_formats(true)
                            .build(&schema)
                            .unwrap();
                        validators.insert(format!("{method} {route} {status}"), validator);
                    }
                }
            }
        }
        Self { document, validators }
    }

    /// The route of a path: exact segments before those that stand for anything.
    fn route(&self, path: &str) -> Option<(&str, &Value)> {
        let fits = |route: &str| {
            let (told, asked) = (route.split('/'), path.split('/'));
            told.clone().count() == asked.clone().count()
                && told.zip(asked).all(|(told, asked)| told.starts_with('{') || told == asked)
        };
        let routes = self.document["paths"].as_object().unwrap().iter();
        let found = routes.filter(|(route, _)| fits(route));
        found.min_by_key(|(route, _)| route.matches('{').count()).map(|(r, m)| (r.as_str(), m))
    }
}
