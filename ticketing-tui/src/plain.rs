//! Texts from the server, made safe and short for a terminal.

use jiff::Timestamp;
use ticketing_client::Money;

/// Currencies without minor units; all others here have two digits of them.
const WITHOUT_MINOR_UNITS: [&str; 5] = ["KRW", "JPY", "VND", "CLP", "ISK"];

/// The text without what could steer the terminal or hide: controls become spaces, so that an
/// escape sequence shows as the harmless letters it is made of; marks of writing direction and
/// characters without a width go.
pub(crate) fn text(text: &str) -> String {
    text.chars()
        .filter(|letter| !is_invisible(*letter))
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `1252` as `1,252`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `132,000 KRW`, `45.00 EUR`.
pub(crate) fn money(money: &Money) -> String {
    let sign = if money.amount < 0 { "-" } else { "" };
    let amount = money.amount.unsigned_abs();
    let currency = text(&money.currency);
    if WITHOUT_MINOR_UNITS.contains(&currency.as_str()) {
        format!("{sign}{} {currency}", count(amount))
    } else {
        format!("{sign}{}.{:02} {currency}", count(amount / 100), amount % 100)
    }
}

/// `12 Dec 20:00`, in UTC as all times of the contract.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%d %b %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_steer_the_terminal() {
        assert_eq!(text("a\u{1b}[2Jb\r\nc\u{9b}31m\u{202e}d\u{200b}"), "a [2Jb  c 31md");
        assert_eq!(text("가을 음악회"), "가을 음악회");
    }

    #[test]
    fn money_is_written_with_the_minor_units_of_its_currency() {
        let of = |amount, currency: &str| money(&Money { amount, currency: currency.to_owned() });
        assert_eq!(of(132_000, "KRW"), "132,000 KRW");
        assert_eq!(of(4_505, "EUR"), "45.05 EUR");
        assert_eq!(of(-7, "EUR"), "-0.07 EUR");
    }
}
