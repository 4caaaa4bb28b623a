//! Noise: random methods, paths, queries, headers and bodies, from a seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};

use crate::house::House;
use crate::routes::{all, names};
use crate::wire::Request;

const REQUESTS: u32 = 500;
const HEX: &[u8; 16] = b"0123456789abcdef";
const HEADERS: [&str; 6] =
    ["authorization", "idempotency-key", "place-token", "pass-token", "if-none-match", "range"];

#[tokio::test]
async fn noise_gets_a_problem_document_and_changes_nothing() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let names = names(&house, &buyer).await;
    let before = house.books(&buyer.token).await;
    // Signing out asks for nothing but the token, so noise beside it is none.
    let mut routes = all(&house, &names);
    routes.retain(|route| route.path != "/v1/sessions/current");
    let mut random = ChaCha8Rng::seed_from_u64(20_260_501);
    let mut refused = 0;
    for number in 0..REQUESTS {
        let route = &routes[below(&mut random, routes.len())];
        let method = match below(&mut random, 4) {
            0 => Method::POST,
            1 => Method::PUT,
            _ => route.method.clone(),
        };
        let path = noisy_path(route.path, &mut random);
        let mut request = house.call(method.clone(), &path);
        if below(&mut random, 2) == 0 {
            request = request.bearer_auth(&buyer.token);
        }
        if below(&mut random, 3) > 0 {
            let name = HEADERS[below(&mut random, HEADERS.len())];
            let value = header(&mut random);
            request = request.header(HeaderName::from_static(name), value);
        }
        let body = bytes(&mut random, 300);
        let request = request.header(CONTENT_TYPE, "application/json").body(body);
        let answer = request.ask().await;
        if answer.status >= 400 {
            refused += 1;
            answer.problem();
        } else {
            assert_eq!(method, Method::GET, "{number}: {method} {path} was accepted");
        }
    }
    assert!(refused > REQUESTS / 2, "the noise was mostly accepted: {refused} refusals");
    assert_eq!(house.books(&buyer.token).await, before);
}

/// The route's path with noise for every id, and sometimes noise behind it.
fn noisy_path(path: &str, random: &mut ChaCha8Rng) -> String {
    let segments = path.split('/').map(|segment| {
        if segment.starts_with('{') { encoded(random, 20) } else { segment.to_owned() }
    });
    let path = segments.collect::<Vec<_>>().join("/");
    match below(random, 4) {
        0 => format!("{path}/{}", encoded(random, 10)),
        1 => format!("{path}?{}={}", encoded(random, 6), encoded(random, 10)),
        _ => path,
    }
}

/// Percent-encoded noise, never empty.
fn encoded(random: &mut ChaCha8Rng, longest: usize) -> String {
    let mut text = String::from("x");
    for byte in bytes(random, longest) {
        text.push('%');
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
    text
}

/// What a header may carry: anything but control characters.
fn header(random: &mut ChaCha8Rng) -> HeaderValue {
    let mut value = bytes(random, 60);
    value.retain(|byte| *byte >= 32 && *byte != 127);
    HeaderValue::from_bytes(&value).unwrap()
}

fn bytes(random: &mut ChaCha8Rng, longest: usize) -> Vec<u8> {
    let mut bytes = vec![0; below(random, longest)];
    random.fill_bytes(&mut bytes);
    bytes
}

fn below(random: &mut ChaCha8Rng, end: usize) -> usize {
    random.next_u32() as usize % end
}
