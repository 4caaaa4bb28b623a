use axum::http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName};
use axum::http::{HeaderMap, HeaderValue};

use super::{Coding, MEMBERS_MAX, admits, coding};

fn headers(name: &HeaderName, lines: &[&str]) -> HeaderMap {
    let value = |line: &&str| HeaderValue::from_bytes(line.as_bytes()).unwrap();
    lines.iter().map(|line| (name.clone(), value(line))).collect()
}

fn json(lines: &[&str]) -> bool {
    admits(&headers(&ACCEPT, lines), "application/json")
}

fn coded(line: &str) -> Coding {
    coding(&headers(&ACCEPT_ENCODING, &[line]))
}

#[test]
fn a_client_that_says_nothing_takes_everything() {
    assert!(json(&[]));
    assert!(json(&[""]));
    assert!(json(&[" , ,"]));
}

#[test]
fn a_range_admits_what_it_names() {
    assert!(json(&["application/json"]));
    assert!(json(&["application/*"]));
    assert!(json(&["*/*"]));
    assert!(json(&["text/html, application/json"]));
    assert!(json(&["text/html", "application/json"]));
    assert!(!json(&["text/html"]));
    assert!(!json(&["text/*"]));
    assert!(!json(&["application/jso", "application/json5", "app/*"]));
}

#[test]
fn a_relative_is_another_type() {
    assert!(!json(&["application/problem+json"]));
    assert!(!json(&["application/*+json"]));
    assert!(!admits(&headers(&ACCEPT, &["application/json"]), "application/problem+json"));
    assert!(admits(&headers(&ACCEPT, &["text/event-stream"]), "text/event-stream"));
}

#[test]
fn case_and_blanks_mean_nothing() {
    assert!(json(&["  Application/JSON  ;  Q=0.5 "]));
    assert!(json(&["APPLICATION/*"]));
    assert!(!json(&["Application/JSON;Q=0"]));
}

#[test]
fn a_weight_of_zero_excludes() {
    assert!(!json(&["application/json;q=0"]));
    assert!(!json(&["application/json;q=0.000"]));
    assert!(json(&["application/json;q=0.001"]));
    assert!(!json(&["*/*;q=0"]));
}

#[test]
fn the_closest_range_decides() {
    assert!(!json(&["*/*, application/json;q=0"]));
    assert!(!json(&["application/json;q=0, application/*, */*"]));
    assert!(!json(&["*/*", "application/*;q=0"]));
    assert!(json(&["*/*;q=0, application/json;q=0.1"]));
    assert!(json(&["application/*;q=0, application/json"]));
}

#[test]
fn the_same_range_twice_takes_the_kinder_weight() {
    assert!(json(&["application/json;q=0, application/json"]));
    assert!(json(&["application/json;version=1, application/json;version=2;q=0"]));
}

#[test]
fn other_parameters_are_ignored() {
    assert!(json(&["application/json;charset=utf-8;q=0.5;ext"]));
    assert!(!json(&["application/json;charset=utf-8;q=0"]));
    assert!(json(&[r#"application/json;a="x, */*;q=0";q=1"#]));
    assert!(!json(&[r#"text/html;a="x, application/json, \", application/json""#]));
    assert!(json(&[r#"text/html;a="\\", application/json"#]));
}

#[test]
fn what_cannot_be_read_is_ignored() {
    assert!(json(&["json"]));
    assert!(json(&["application/json;q=2, /, */json, a/b/c, text/ html"]));
    assert!(json(&["text/html;q=abc, text/html;q=, text/html;q=1.5, text/html;q=0.0001"]));
    assert!(json(&["text/html;q=-1, text/html;q=+0.5, text/html;q=0.+5, text/html;q=."]));
    assert!(json(&["té/xt"]));
    assert!(!json(&["json, text/html"]));
    assert!(json(&["té/xt", "application/json"]));
    assert!(!json(&["té/xt", "text/html"]));
}

#[test]
fn browsers_curl_and_old_java_are_served() {
    assert!(json(&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]));
    assert!(json(&["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"]));
}

#[test]
fn a_list_is_read_only_so_far() {
    let long = "text/html,".repeat(MEMBERS_MAX) + "application/json";
    assert!(!json(&[&long]));
    assert!(json(&[&long["text/html,".len()..]]));
}

#[test]
fn the_heaviest_coding_is_taken() {
    assert_eq!(coded("gzip, zstd;q=0.9"), Coding::Gzip);
    assert_eq!(coded("gzip;q=0.5, zstd;q=0.9"), Coding::Zstd);
    assert_eq!(coded("gzip;q=0.5, identity"), Coding::Identity);
    assert_eq!(coded("br, deflate"), Coding::Identity);
    assert_eq!(coding(&headers(&ACCEPT_ENCODING, &["gzip;q=0.5", "zstd"])), Coding::Zstd);
}

#[test]
fn among_equals_the_cheapest_is_taken() {
    assert_eq!(coded("gzip, deflate, br, zstd"), Coding::Zstd);
    assert_eq!(coded("identity, gzip"), Coding::Gzip);
    assert_eq!(coded("X-GZip"), Coding::Gzip);
}

#[test]
fn a_star_speaks_for_what_is_not_named() {
    assert_eq!(coded("*"), Coding::Zstd);
    assert_eq!(coded("zstd;q=0, *"), Coding::Gzip);
    assert_eq!(coded("gzip, *;q=0"), Coding::Gzip);
    assert_eq!(coded("gzip;q=0.5, *;q=0.2"), Coding::Gzip);
    assert_eq!(coded("zstd;q=0, gzip;q=0, *"), Coding::Identity);
}

#[test]
fn a_coding_named_at_all_goes_before_identity_unnamed() {
    assert_eq!(coded("gzip;q=0.001"), Coding::Gzip);
    assert_eq!(coded("identity;q=0, gzip;q=0.1"), Coding::Gzip);
}

#[test]
fn a_client_left_with_nothing_gets_identity() {
    assert_eq!(coding(&HeaderMap::new()), Coding::Identity);
    assert_eq!(coded(""), Coding::Identity);
    assert_eq!(coded("identity;q=0"), Coding::Identity);
    assert_eq!(coded("*;q=0"), Coding::Identity);
    assert_eq!(coded("gzip;q=0"), Coding::Identity);
    assert_eq!(coded("gzip;q=x"), Coding::Identity);
}
