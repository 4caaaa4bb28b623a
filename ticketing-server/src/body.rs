//! Bodies that many readers share: made once, compressed once, validated by what they say.

use std::io::Write;
use std::sync::OnceLock;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, VARY};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use headers::ETag;
use serde::Serialize;
use ticketing_core::fingerprint;

use crate::accept::Coding;
use crate::extract::Asked;

pub(crate) const JSON: &str = "application/json";
/// For one reader, who asks whether it changed.
pub(crate) const REVALIDATED: &str = "private, no-cache";
/// Below this a coding costs more than it saves.
const COMPRESSED_FROM_BYTES: usize = 1024;

/// How many headers an answer has.
const HEADERS: usize = 8;

/// A body with every coding of it that somebody asked for.
pub(crate) struct Body {
    plain: Bytes,
    etag: ETag,
    etag_text: HeaderValue,
    zstd: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
}

impl Body {
    pub(crate) fn new(plain: impl Into<Bytes>) -> Self {
        let plain = plain.into();
        // Weak, because all codings of it share the tag.
        let text = format!("W/\"{}\"", fingerprint(&plain));
        let etag = text.parse().expect("an entity tag of our own");
        let etag_text = HeaderValue::try_from(text).expect("made of ASCII here");
        Self { plain, etag, etag_text, zstd: OnceLock::new(), gzip: OnceLock::new() }
    }

    pub(crate) fn json(value: &impl Serialize) -> Self {
        Self::new(serde_json::to_vec(value).expect("answers serialise"))
    }

    /// The answer for this reader: nothing new, or the body in the coding it likes best.
    pub(crate) fn answer(
        &self,
        asked: &Asked,
        kind: &'static str,
        caching: &'static str,
    ) -> Response {
        let fresh =
            asked.known.as_ref().is_some_and(|known| !known.precondition_passes(&self.etag));
        let mut response = Response::default();
        // At once, for these and for what every answer says.
        response.headers_mut().reserve(HEADERS);
        if fresh {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            self.fill(&mut response, asked.coding, kind);
        }
        let headers = response.headers_mut();
        headers.insert(ETAG, self.etag_text.clone());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding, authorization"));
        response
    }

    fn fill(&self, response: &mut Response, coding: Coding, kind: &'static str) {
        let small = self.plain.len() < COMPRESSED_FROM_BYTES;
        let (body, name) = match coding {
            Coding::Zstd if !small => (self.zstd.get_or_init(|| zstd(&self.plain)), Some("zstd")),
            Coding::Gzip if !small => (self.gzip.get_or_init(|| gzip(&self.plain)), Some("gzip")),
            _ => (&self.plain, None),
        };
        *response.body_mut() = body.clone().into();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Some(name) = name {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
    }
}

/// JSON for one reader, who may have it already.
pub(crate) fn revalidated(asked: &Asked, value: &impl Serialize) -> Response {
    Body::json(value).answer(asked, JSON, REVALIDATED)
}

/// A level that costs a millisecond for the status of the largest hall.
const ZSTD_LEVEL: i32 = 5;

fn zstd(plain: &Bytes) -> Bytes {
    zstd::bulk::compress(plain, ZSTD_LEVEL).expect("memory takes what is written").into()
}

fn gzip(plain: &Bytes) -> Bytes {
    let mut coder = GzEncoder::new(Vec::new(), Compression::default());
    let coded = coder.write_all(plain).and_then(|()| coder.finish());
    coded.expect("memory takes what is written").into()
}
