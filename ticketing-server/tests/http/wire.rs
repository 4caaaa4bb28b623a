//! Requests and answers as they travel.

use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;

use crate::contract;
use crate::house::Inside;

/// What a request says besides itself.
pub(crate) trait Request: Sized {
    fn key(self, key: &str) -> Self;
    /// A PNG, another for each number.
    fn picture(self, number: u8) -> Self;
    /// Access, place and pass token of a buyer.
    fn proven(self, buyer: &Inside) -> Self;
    async fn ask(self) -> Answer;
}

impl Request for RequestBuilder {
    fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    fn picture(self, number: u8) -> Self {
        let mut bytes = Vec::new();
        let mut writer = png::Encoder::new(&mut bytes, 1, 1).write_header().unwrap();
        writer.write_image_data(&[number]).unwrap();
        writer.finish().unwrap();
        self.header(CONTENT_TYPE, "image/png").body(bytes)
    }

    fn proven(self, buyer: &Inside) -> Self {
        self.bearer_auth(&buyer.token)
            .header("Place-Token", &buyer.place)
            .header("Pass-Token", &buyer.pass)
    }

    async fn ask(self) -> Answer {
        let (http, request) = self.build_split();
        let request = request.expect("a request");
        let (method, url) = (request.method().clone(), request.url().clone());
        let response = http.execute(request).await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("the answer is whole").to_vec();
        let answer = Answer { status, headers, body };
        // The gateway, which some tests ask, has routes of its own.
        if !url.path().starts_with("/sandbox") {
            let origin = url.origin().ascii_serialization();
            contract::check(&http, &origin, (&method, url.path()), &answer).await;
        }
        answer
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The document of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Must be a problem document of this type and status, and say so twice.
    #[track_caller]
    pub(crate) fn expect_problem(&self, kind: &str, status: u16) -> Value {
        let document = self.problem();
        assert_eq!(document["type"], format!("/problems/{kind}"), "{document}");
        assert_eq!(self.status, status, "{document}");
        document
    }

    /// Must be a problem document, and the server's fault least of all.
    #[track_caller]
    pub(crate) fn problem(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert!((400..500).contains(&self.status), "{} {text}", self.status);
        let content_type = self.headers.get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap());
        assert_eq!(content_type, Some("application/problem+json"), "{} {text}", self.status);
        let document: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(document["status"], self.status, "{document}");
        let named = ["type", "title", "detail"].iter().all(|part| document[part].is_string());
        assert!(named, "{document}");
        document
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("expected a text, got {value}")).to_owned()
}
