//! How wide text is on paper, and where its lines break.

/// Which of the two fonts of a sheet has a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// Helvetica, which every reader of PDF has.
    Latin,
    /// The gothic font of the reader's own collection for Korean.
    Korean,
}

impl Script {
    /// Of a character: Latin-1 is in the first font, the rest is asked of the second.
    pub(super) fn of(character: char) -> Self {
        match character {
            ' '..='~' | '\u{a0}'..='\u{ff}' => Self::Latin,
            _ => Self::Korean,
        }
    }
}

/// The widths of Helvetica's characters from space to tilde, in thousandths of its size.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
/// No letter of Latin-1 is wider; the others are measured as if they were as wide.
const LATIN_1: u16 = 1000;
/// Hangul, kana and Han fill their square.
const SQUARE: u16 = 1000;

/// How wide a character is, in thousandths of the font's size.
fn width_of(character: char) -> u16 {
    match Script::of(character) {
        Script::Korean => SQUARE,
        Script::Latin => {
            let place = (character as usize).checked_sub(' ' as usize);
            place.and_then(|place| HELVETICA.get(place)).copied().unwrap_or(LATIN_1)
        }
    }
}

/// How wide a text is.
pub(super) fn width(text: &str, size: f32) -> f32 {
    text.chars().map(|character| f32::from(width_of(character))).sum::<f32>() * size / 1000.0
}

/// The lines of a text that are at most so wide: broken between words, and within a word that is
/// wider by itself.
pub(super) fn wrapped(text: &str, size: f32, most: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&longer, size) <= most {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for character in word.chars() {
            if !line.is_empty() && width(&line, size) + width(&character.to_string(), size) > most {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_fits_and_no_word_is_lost() {
        let texts = [
            "A concert in the park, with a very long title that goes on",
            "서울 예술의전당 콘서트홀 여름 밤의 음악회",
            "https://example.org/averylongwordthatisalonewiderthantheline",
            "Übergrößenträger naïve Fußgängerübergänge",
            "",
        ];
        for text in texts {
            let lines = wrapped(text, 12.0, 90.0);
            assert!(lines.iter().all(|line| width(line, 12.0) <= 90.0), "{lines:?}");
            let said: String = lines.concat().split_whitespace().collect();
            assert_eq!(said, text.split_whitespace().collect::<String>());
        }
        assert_eq!(wrapped("one two", 10.0, 1000.0), ["one two"]);
    }
}
