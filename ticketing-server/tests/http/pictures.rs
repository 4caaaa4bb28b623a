//! Pictures as browsers ask for them, and uploads as they go wrong.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::house::House;
use crate::wire::{Request, text};

#[tokio::test]
async fn a_picture_is_kept_by_whoever_has_seen_it_once() {
    let house = House::open().await;
    let put = house.call(Method::PUT, &house.of_performance("/poster")).picture(1);
    let poster = put.bearer_auth(&house.organizer).ask().await.expect(200);
    let shown = house.get(&house.of_performance("")).ask().await.expect(200);
    assert_eq!(shown["poster"], poster);
    assert_eq!(shown["production"]["poster"], poster);
    let path = text(&poster["large"]);
    let browsers = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5";
    let answer = house.get(&path).header("Accept", browsers).ask().await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with(&[0xff, 0xd8, 0xff]), "a JPEG");
    let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/jpeg");
    assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
    let again = house.get(&path).header("If-None-Match", header("etag")).ask().await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    for unknown in ["x", &"0".repeat(64), "..%2f..%2fetc%2fpasswd", &path[13..].to_uppercase()] {
        let answer = house.get(&format!("/v1/pictures/{unknown}")).ask().await;
        answer.expect_problem("not-found", 404);
    }
}

#[tokio::test]
async fn an_upload_is_refused_by_what_is_wrong_with_it() {
    let house = House::open().await;
    let put = |kind: &str, body: Vec<u8>| {
        let call = house.call(Method::PUT, &house.of_performance("/poster"));
        call.bearer_auth(&house.organizer).header(CONTENT_TYPE, kind).body(body).ask()
    };
    for kind in ["application/json", "image/gif", "image/svg+xml", "multipart/form-data", "image"] {
        put(kind, vec![1]).await.expect_problem("unsupported-media-type", 415);
    }
    // What it is called does not make it one.
    put("image/png", b"GIF89a".to_vec()).await.expect_problem("validation", 400);
    put("image/jpeg", Vec::new()).await.expect_problem("validation", 400);
    put("image/webp", vec![0; 5 * 1024 * 1024]).await.expect_problem("validation", 400);
    let large = vec![0; 5 * 1024 * 1024 + 1];
    put("image/webp", large).await.expect_problem("payload-too-large", 413);
    let shown = house.get(&house.of_performance("")).ask().await.expect(200);
    assert!(shown.get("poster").is_none(), "{shown}");
}

/// Who may not upload is told so before it has sent anything.
#[tokio::test]
async fn a_stranger_sends_no_picture() {
    let house = House::open().await;
    let stranger = house.new_organizer().await;
    let unread = vec![0; 5 * 1024 * 1024 + 1];
    let put = house.call(Method::PUT, &house.of_performance("/poster"));
    let put = put.bearer_auth(&stranger).header(CONTENT_TYPE, "image/png").body(unread);
    put.ask().await.expect_problem("forbidden", 403);
}
