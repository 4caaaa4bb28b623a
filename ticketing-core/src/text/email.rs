//! Where somebody can be written to.

use std::hash::{Hash, Hasher};

use email_address::{EmailAddress, Options};
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::bounds::is_hopeless;
use super::characters::{check, flaw_in_line, is_ignorable};
use super::flaw::Flaw;
use super::folding::{caseless, nfc};

/// An e-mail address that can be delivered to across the net: a local part without quotes at a
/// domain with a dot, in any writing.
///
/// Two addresses are equal when they have one [`key`](Self::key).
#[derive(Clone, Debug)]
pub struct Email {
    pub(super) text: String,
    key: String,
}

impl Email {
    /// The longest, as written and in ASCII (RFC 5321, 4.5.3.1.3).
    pub const BYTES_MAX: usize = 254;

    /// From what was written.
    pub fn new(raw: &str) -> Result<Self, Flaw> {
        let raw = raw.trim();
        if is_hopeless(raw, Self::BYTES_MAX) {
            return Err(Flaw::Bytes { max: Self::BYTES_MAX });
        }
        let text = nfc(raw).into_owned();
        check(&text, flaw_in_line)?;
        let (local, domain) = text.rsplit_once('@').ok_or(Flaw::Address)?;
        let domain = ascii_domain(domain).ok_or(Flaw::Address)?;
        let sent = format!("{local}@{domain}");
        let key = format!("{}@{domain}", caseless(local));
        if [&text, &sent, &key].iter().any(|form| form.len() > Self::BYTES_MAX) {
            return Err(Flaw::Bytes { max: Self::BYTES_MAX });
        }
        if !is_plain_local(local) || !is_address(&sent) {
            return Err(Flaw::Address);
        }
        Ok(Self { text, key })
    }

    /// The address as the person wrote it, trimmed and in normal form C.
    pub fn address(&self) -> &str {
        &self.text
    }

    /// What no two accounts share: the local part without its case, the domain in lower-case
    /// ASCII.
    ///
    /// ```
    /// # use ticketing_core::text::Email;
    /// let email = Email::new("Ada@MÜNCHEN.example").unwrap();
    /// assert_eq!(email.key(), "ada@xn--mnchen-3ya.example");
    /// ```
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Email {}

impl Hash for Email {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

/// The domain as the net knows it, if it is one below a top-level domain.
fn ascii_domain(domain: &str) -> Option<String> {
    // Joiners spell words in Persian and Hindi domains; UTS 46 checks where. The rest it drops
    // unseen, and the address would read differently from where it goes.
    if domain.chars().any(|c| is_ignorable(c) && !matches!(c, '\u{200C}' | '\u{200D}')) {
        return None;
    }
    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .ok()?;
    let (_, top) = ascii.rsplit_once('.')?;
    // A last label of digits makes it an IP address.
    let is_named = top.starts_with(|c: char| c.is_ascii_alphabetic());
    is_named.then(|| ascii.into_owned())
}

fn is_plain_local(local: &str) -> bool {
    !local.starts_with('"') && !local.chars().any(|c| c.is_whitespace() || is_ignorable(c))
}

fn is_address(sent: &str) -> bool {
    let options =
        Options::default().with_required_tld().without_domain_literal().without_display_text();
    EmailAddress::parse_with_options(sent, options).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_key_however_it_is_written() {
        for (written, key) in [
            ("ada@example.org", "ada@example.org"),
            (" Ada@EXAMPLE.org\n", "ada@example.org"),
            ("ada@münchen.example", "ada@xn--mnchen-3ya.example"),
            ("ada@xn--mnchen-3ya.example", "ada@xn--mnchen-3ya.example"),
            ("ada@XN--MNCHEN-3YA.Example", "ada@xn--mnchen-3ya.example"),
            ("ADA@MU\u{308}NCHEN.EXAMPLE", "ada@xn--mnchen-3ya.example"),
            ("ada@ｅｘａｍｐｌｅ。org", "ada@example.org"),
            ("zoe\u{308}@example.org", "zoë@example.org"),
            ("ZOË@example.org", "zoë@example.org"),
            ("ada+tickets.2@mail.example.co.uk", "ada+tickets.2@mail.example.co.uk"),
            ("o'brien@example.org", "o'brien@example.org"),
            ("예매@한국.example", "예매@xn--3e0b707e.example"),
            ("ada@straße.example", "ada@xn--strae-oqa.example"),
            ("ada@r3---a.example", "ada@r3---a.example"),
        ] {
            let email = Email::new(written).unwrap();
            assert_eq!(email.key(), key, "{written:?}");
            assert_eq!(Email::new(key).as_ref(), Ok(&email), "{written:?}");
        }
    }

    #[test]
    fn the_address_stays_as_the_person_wrote_it() {
        let email = Email::new("  Zoe\u{308}@MÜNCHEN.example ").unwrap();
        assert_eq!(email.address(), "Zoë@MÜNCHEN.example");
        assert_eq!(email.to_string(), email.as_str());
    }

    #[test]
    fn what_reaches_nobody_is_refused() {
        for wrong in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "ada@example",
            "ada@example.org.",
            "ada@.example.org",
            "ada@example..org",
            "ada@-example.org",
            "ada@exa_mple.org",
            "ada@example.org@example.org",
            "ada@[127.0.0.1]",
            "ada@[IPv6:::1]",
            "ada@127.0.0.1",
            "ada@example.123",
            "\"ada lovelace\"@example.org",
            "\"ada\"@example.org",
            "Ada <ada@example.org>",
            "ada lovelace@example.org",
            "ada\u{A0}l@example.org",
            "ada@exam ple.org",
            ".ada@example.org",
            "ada.@example.org",
            "a..da@example.org",
            "ada,bob@example.org",
            "a\u{200B}da@example.org",
            "a\u{AD}da@example.org",
            "a\u{200F}da@example.org",
            "\u{3164}@example.org",
            "ada@exam\u{AD}ple.org",
            "ada@exam\u{200D}ple.org",
            "ada@xn--a.example",
            "ada＠example.org",
        ] {
            assert_eq!(Email::new(wrong), Err(Flaw::Address), "{wrong:?}");
        }
    }

    #[test]
    fn hidden_characters_are_named() {
        for (wrong, flaw) in [
            ("a\0@x.test", Flaw::Control),
            ("a\u{1B}@x.test", Flaw::Control),
            ("a@x\t.test", Flaw::Control),
            ("a\nb@x.test", Flaw::LineBreak),
            ("a\r\nBcc: b@x.test", Flaw::LineBreak),
            ("a\u{202E}@x.test", Flaw::Direction),
            ("a@x\u{2066}.test", Flaw::Direction),
            ("a\u{FFFE}@x.test", Flaw::Noncharacter),
        ] {
            assert_eq!(Email::new(wrong), Err(flaw), "{wrong:?}");
        }
    }

    #[test]
    fn two_hundred_and_fifty_four_bytes_are_enough() {
        let flaw = Err(Flaw::Bytes { max: 254 });
        let label = "d".repeat(61);
        let long = |local: usize| format!("{}@{label}.{label}.{label}.org", "a".repeat(local));
        assert_eq!(long(64).len(), 254);
        assert!(Email::new(&long(64)).is_ok());
        assert_eq!(Email::new(&long(65)), flaw);
        assert_eq!(Email::new(&"a@".repeat(5_000_000)), flaw);
        assert_eq!(Email::new(&format!("{}@x.test", "a".repeat(65))), Err(Flaw::Address));
    }
}
