//! Text inside XML and HTML, whatever it says.

/// Between tags.
pub(super) fn body(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // XML 1.0 has no way to write most control characters, escaped or not.
            '\t' | '\n' => escaped.push(letter),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Between quotes.
pub(super) fn attribute(text: &str) -> String {
    body(text).replace('"', "&quot;").replace('\'', "&#39;").replace(['\n', '\t'], " ")
}

/// Of every item what `show` makes of it, one after the other.
pub(super) fn each<T>(items: impl IntoIterator<Item = T>, show: impl FnMut(T) -> String) -> String {
    items.into_iter().map(show).collect()
}
