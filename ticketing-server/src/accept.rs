//! What a client can read, by its own word (RFC 9110, 12.5).

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName};

/// How a body is coded on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Zstandard (RFC 8878).
    Zstd,
    /// Gzip.
    Gzip,
    /// As it is.
    Identity,
}

/// Members of a header that are read; honest clients send a dozen.
const MEMBERS_MAX: usize = 100;

/// The weight of a member without one, in thousandths.
const FULL: u16 = 1000;

/// Whether a client takes a body of this kind, a media type without parameters. A header that
/// says nothing we understand refuses nothing.
pub(crate) fn admits(accept: &HeaderMap, kind: &str) -> bool {
    let mut understood = false;
    let ranges = members(accept, &ACCEPT).filter(|member| is_range(member.name));
    let best = ranges
        .inspect(|_| understood = true)
        .filter_map(|range| Some((closeness(range.name, kind)?, range.weight)))
        .max();
    best.map_or(!understood, |(_, weight)| weight > 0)
}

/// The coding a client likes best, and among equals the one that costs least. A client that
/// leaves us nothing gets the body as it is, which it can still read.
pub(crate) fn coding(accept_encoding: &HeaderMap) -> Coding {
    let [mut identity, mut gzip, mut zstd, mut others] = [None; 4];
    for member in members(accept_encoding, &ACCEPT_ENCODING) {
        let of = match member.name {
            "*" => &mut others,
            _ if member.is("identity") => &mut identity,
            _ if member.is("gzip") || member.is("x-gzip") => &mut gzip,
            _ if member.is("zstd") => &mut zstd,
            _ => continue,
        };
        *of = (*of).max(Some(member.weight));
    }
    let offers = [(identity, Coding::Identity), (gzip, Coding::Gzip), (zstd, Coding::Zstd)];
    let weighed = offers.map(|(weight, coding)| (weight.or(others).unwrap_or(0), coding));
    // `max_by_key` keeps the last of equals.
    let best = weighed.into_iter().filter(|(weight, _)| *weight > 0).max_by_key(|(w, _)| *w);
    best.map_or(Coding::Identity, |(_, coding)| coding)
}

/// One thing of a list, and how much it is wanted in thousandths.
struct Member<'a> {
    name: &'a str,
    weight: u16,
}

impl Member<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// The well-formed members of all lines of a header.
fn members<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = Member<'a>> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| unquoted(line, ',')).take(MEMBERS_MAX).filter_map(member)
}

fn member(text: &str) -> Option<Member<'_>> {
    let mut parts = unquoted(text, ';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let weights = parts.filter_map(|parameter| parameter.split_once('='));
    let mut weights = weights.filter(|(name, _)| name.eq_ignore_ascii_case("q"));
    let weight = weights.next().map_or(Some(FULL), |(_, weight)| thousandths(weight))?;
    Some(Member { name, weight })
}

/// The parts of a text between separators that stand in no quotes.
fn unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        let literal = escaped;
        escaped = quoted && !literal && c == '\\';
        quoted ^= c == '"' && !literal;
        c == separator && !quoted
    })
}

/// `0.25` as 250. Old Java sends `.2`, which means what it looks like.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = fraction.bytes().all(|b| b.is_ascii_digit()) && fraction.len() <= 3;
    if !digits || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let fraction = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "" | "0" => Some(fraction),
        "1" if fraction == 0 => Some(FULL),
        _ => None,
    }
}

/// `type/subtype`, `type/*` or `*/*`.
fn is_range(name: &str) -> bool {
    let token = |text: &str| {
        let symbol = |b| b"!#$%&'*+-.^_`|~".contains(&b);
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || symbol(b))
    };
    name.split_once('/').is_some_and(|(kind, subtype)| {
        token(kind) && token(subtype) && (kind != "*" || subtype == "*")
    })
}

/// How closely a range names a kind, if it does: the closest decides.
fn closeness(range: &str, kind: &str) -> Option<u8> {
    let family = kind.split_once('/').map_or(kind, |(family, _)| family);
    match range.strip_suffix("/*") {
        Some("*") => Some(0),
        Some(all) => all.eq_ignore_ascii_case(family).then_some(1),
        None => range.eq_ignore_ascii_case(kind).then_some(2),
    }
}

#[cfg(test)]
mod tests;
