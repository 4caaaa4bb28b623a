//! What productions look like.

use reqwest::Method;
use ticketing_wire::productions::Poster;
use ticketing_wire::secrets::AccessToken;
use uuid::Uuid;

use crate::call::Call;

/// How each kind of picture that is taken begins, some bytes from its start.
const KINDS: [(&str, usize, &[u8]); 3] = [
    ("image/jpeg", 0, &[0xff, 0xd8, 0xff]),
    ("image/png", 0, b"\x89PNG"),
    ("image/webp", 8, b"WEBP"),
];

/// Gives the production of a performance its picture: a JPEG, PNG or WebP file; for its organizer.
pub fn set(token: &AccessToken, performance: Uuid, picture: Vec<u8>) -> Call<Poster> {
    let begins =
        |at: usize, with: &[u8]| picture.get(at..).is_some_and(|rest| rest.starts_with(with));
    let kind = KINDS.iter().find(|(_, at, with)| begins(*at, with));
    // Whatever else it is, the server says what is wrong with it.
    let (kind, ..) = kind.unwrap_or(&KINDS[0]);
    Call::json(Method::PUT, path(performance)).signed_in(token).file(kind, picture)
}

/// Takes the picture of a performance's production away; for its organizer.
pub fn remove(token: &AccessToken, performance: Uuid) -> Call<()> {
    Call::empty(Method::DELETE, path(performance)).signed_in(token)
}

/// A file of a picture, at the path that the performance says.
pub fn picture(path: &str) -> Call<Vec<u8>> {
    Call::with_decode(Method::GET, path.to_owned(), |reply| Ok(reply.body.clone()))
}

fn path(performance: Uuid) -> String {
    format!("/v1/performances/{performance}/poster")
}
