//! A call as a value: what to send and how to read the answer.

use std::fmt;

use http::header::HeaderValue;
use reqwest::{Method, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ticketing_wire::secrets::{AccessToken, PassToken, PlaceToken};

use crate::error::{Broken, Error};
use crate::idempotency::IdempotencyKey;

pub(crate) const JSON: &str = "application/json";

/// A request that can be sent any number of times, to any server; `A` is its answer.
pub struct Call<A> {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(&'static str, SecretString)>,
    /// With its kind.
    pub(crate) body: Option<(&'static str, Vec<u8>)>,
    pub(crate) decode: Decode<A>,
}

/// Reads a successful answer; the error says what was wrong with it.
pub(crate) type Decode<A> = fn(&Reply) -> Result<A, String>;

/// A successful answer, before it is understood.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl<A: DeserializeOwned> Call<A> {
    /// A call that is answered with a JSON document.
    pub(crate) fn json(method: Method, path: String) -> Self {
        Self::with_decode(method, path, decode_json)
    }
}

impl Call<()> {
    /// A call whose answer has nothing to say.
    pub(crate) fn empty(method: Method, path: String) -> Self {
        Self::with_decode(method, path, |_| Ok(()))
    }
}

impl<A> Call<A> {
    /// The request itself, for whoever sends it over connections of their own. Its address is the
    /// path and query alone; what is secret in its headers is marked so.
    pub fn message(&self) -> http::Request<Vec<u8>> {
        let mut message = http::Request::new(Vec::new());
        *message.method_mut() = self.method.clone();
        *message.uri_mut() = self.path_and_query().parse().expect("a path of ours is one");
        let headers = message.headers_mut();
        for (name, value) in &self.headers {
            // A secret that no header can carry is none that a server has given.
            if let Ok(mut value) = HeaderValue::from_str(value.expose_secret()) {
                value.set_sensitive(true);
                headers.insert(*name, value);
            }
        }
        if let Some((kind, body)) = &self.body {
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(kind));
            message.body_mut().clone_from(body);
        }
        message
    }

    /// Reads what a server answered, without its coding.
    pub fn read(&self, status: u16, etag: Option<String>, body: Vec<u8>) -> Result<A, Error> {
        if status >= 400 {
            return Err(Error::from_answer(status, &body));
        }
        (self.decode)(&Reply { status, etag, body })
            .map_err(|why| Broken::Undecodable { status, why }.into())
    }

    fn path_and_query(&self) -> String {
        // Ids that a server gave stand in paths: what no address may have is encoded here.
        let url = format!("http://localhost{}", self.path);
        let mut url = Url::parse(&url).expect("a path behind a host is an address");
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
        format!("{}{query}", url.path())
    }

    pub(crate) fn with_decode(method: Method, path: String, decode: Decode<A>) -> Self {
        Self { method, path, query: Vec::new(), headers: Vec::new(), body: None, decode }
    }

    /// Adds the fields of a query that say something.
    pub(crate) fn query(mut self, query: &impl Serialize) -> Self {
        let fields = serde_json::to_value(query).expect("our own plain data is JSON");
        let Value::Object(fields) = fields else { unreachable!("a query has named fields") };
        self.query.extend(fields.into_iter().filter_map(|(name, value)| match value {
            Value::Null => None,
            Value::String(text) => Some((name, text)),
            other => Some((name, other.to_string())),
        }));
        self
    }

    pub(crate) fn body(self, body: &impl Serialize) -> Self {
        let json = serde_json::to_vec(body).expect("our own plain data is JSON");
        self.file(JSON, json)
    }

    pub(crate) fn file(mut self, kind: &'static str, bytes: Vec<u8>) -> Self {
        self.body = Some((kind, bytes));
        self
    }

    pub(crate) fn signed_in(self, token: &AccessToken) -> Self {
        self.secret_header("authorization", format!("Bearer {}", token.expose()))
    }

    pub(crate) fn perhaps_signed_in(self, token: Option<&AccessToken>) -> Self {
        match token {
            Some(token) => self.signed_in(token),
            None => self,
        }
    }

    pub(crate) fn place(self, token: &PlaceToken) -> Self {
        self.secret_header("place-token", token.expose().to_owned())
    }

    pub(crate) fn pass(self, token: &PassToken) -> Self {
        self.secret_header("pass-token", token.expose().to_owned())
    }

    pub(crate) fn key(self, key: &IdempotencyKey) -> Self {
        self.secret_header("idempotency-key", key.as_str().to_owned())
    }

    pub(crate) fn header(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.secret_header(name, value.to_owned()),
            None => self,
        }
    }

    fn secret_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, SecretString::from(value)));
        self
    }
}

impl<A> fmt::Debug for Call<A> {
    /// Method and path only: bodies and headers may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

pub(crate) fn decode_json<A: DeserializeOwned>(reply: &Reply) -> Result<A, String> {
    serde_json::from_slice(&reply.body).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use ticketing_wire::orders::OrderStatus;
    use ticketing_wire::sales::OrdersQuery;

    use super::*;

    #[test]
    fn a_query_has_the_fields_that_say_something() {
        let query = OrdersQuery { status: Some(OrderStatus::Paid), limit: Some(7), cursor: None };
        let call = Call::empty(Method::GET, "/".to_owned()).query(&query);
        let pairs: Vec<_> =
            call.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs.len(), 2);
        assert!(pairs.contains(&("status", "paid")) && pairs.contains(&("limit", "7")));
    }

    #[test]
    fn a_message_is_what_the_client_sends_and_its_secrets_do_not_print_themselves() {
        let token = AccessToken::from("hidden".to_owned());
        let query = OrdersQuery { status: None, limit: None, cursor: Some("a b&c".to_owned()) };
        let call = Call::empty(Method::POST, "/v1/x".to_owned()).query(&query);
        let message = call.signed_in(&token).body(&7).message();
        assert_eq!(message.uri(), "/v1/x?cursor=a+b%26c");
        assert_eq!(message.headers()["authorization"], "Bearer hidden");
        assert_eq!(
            (message.headers()["content-type"].as_bytes(), message.body()),
            (b"application/json".as_slice(), &b"7".to_vec())
        );
        assert!(!format!("{message:?}").contains("hidden"));
        let strange = Call::empty(Method::POST, "/v1/payments/a b\u{e9}\"<".to_owned()).message();
        assert_eq!(strange.uri(), "/v1/payments/a%20b%C3%A9%22%3C");
    }
}
