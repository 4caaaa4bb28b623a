//! Glyphs and colours. Every seat status has a glyph of its own, so that no colour is needed; each
//! glyph is one cell wide in every terminal, East Asian ones included.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use crate::hall::Shown;

/// How things look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    glyphs: &'static Glyphs,
    ascii: bool,
    colour: bool,
}

/// One alphabet.
#[derive(Debug)]
struct Glyphs {
    free: &'static str,
    accessible: &'static str,
    mine: &'static str,
    held: &'static str,
    sold: &'static str,
    not_for_sale: &'static str,
    unknown: &'static str,
    /// The filled and the empty part of a bar.
    bar: (&'static str, &'static str),
    border: border::Set<'static>,
}

const UNICODE: Glyphs = Glyphs {
    free: "▢",
    accessible: "⊡",
    mine: "◉",
    held: "◌",
    sold: "✗",
    not_for_sale: "░",
    unknown: "?",
    bar: ("#", "."),
    border: border::PLAIN,
};

const ASCII: Glyphs = Glyphs {
    free: "o",
    accessible: "w",
    mine: "@",
    held: "~",
    sold: "x",
    not_for_sale: "#",
    unknown: "?",
    bar: ("=", "."),
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
};

impl Look {
    pub(crate) fn new(ascii: bool, colour: bool) -> Self {
        Self { glyphs: if ascii { &ASCII } else { &UNICODE }, ascii, colour }
    }

    pub(crate) fn seat(&self, shown: Shown) -> &'static str {
        match shown {
            Shown::Free => self.glyphs.free,
            Shown::Accessible => self.glyphs.accessible,
            Shown::Mine => self.glyphs.mine,
            Shown::Held => self.glyphs.held,
            Shown::Sold => self.glyphs.sold,
            Shown::NotForSale => self.glyphs.not_for_sale,
            Shown::Unknown => self.glyphs.unknown,
        }
    }

    /// The colour that goes with the glyph. Sold recedes; nothing is told by red against green.
    pub(crate) fn seat_style(&self, shown: Shown) -> Style {
        if !self.colour {
            return Style::new();
        }
        match shown {
            Shown::Free | Shown::Accessible => {
                Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD)
            }
            Shown::Mine => Style::new().fg(Color::Green).add_modifier(Modifier::BOLD),
            Shown::Held => Style::new().fg(Color::Yellow),
            Shown::Sold | Shown::NotForSale => Style::new().add_modifier(Modifier::DIM),
            Shown::Unknown => Style::new().fg(Color::Magenta),
        }
    }

    pub(crate) fn is_ascii(&self) -> bool {
        self.ascii
    }

    pub(crate) fn border(&self) -> border::Set<'static> {
        self.glyphs.border
    }

    pub(crate) fn bar(&self) -> (&'static str, &'static str) {
        self.glyphs.bar
    }

    pub(crate) fn rule(&self) -> &'static str {
        self.glyphs.border.horizontal_top
    }

    /// A complaint: bold, and in colour where there is any.
    pub(crate) fn notice(&self) -> Style {
        let style = heading();
        if self.colour { style.fg(Color::Yellow) } else { style }
    }
}

/// What is there to be found, not to be read first.
pub(crate) fn quiet() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

pub(crate) fn cursor() -> Style {
    Style::new().add_modifier(Modifier::REVERSED)
}

pub(crate) fn heading() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

#[cfg(test)]
mod tests {
    use ratatui::text::Span;

    use super::*;

    const ALL: [Shown; 7] = [
        Shown::Free,
        Shown::Accessible,
        Shown::Mine,
        Shown::Held,
        Shown::Sold,
        Shown::NotForSale,
        Shown::Unknown,
    ];

    #[test]
    fn every_status_has_a_glyph_of_its_own_that_is_one_cell_wide() {
        for ascii in [false, true] {
            let glyphs = ALL.map(|shown| Look::new(ascii, false).seat(shown));
            for (index, glyph) in glyphs.iter().enumerate() {
                assert_eq!(Span::raw(*glyph).width(), 1, "{glyph}");
                assert!(!glyphs[..index].contains(glyph), "{glyph} means two things");
                assert!(!ascii || glyph.is_ascii());
            }
        }
    }

    #[test]
    fn without_colour_no_style_has_one() {
        let look = Look::new(false, false);
        let styles = ALL.map(|shown| look.seat_style(shown)).into_iter();
        let styles = styles.chain([look.notice(), cursor(), quiet(), heading()]);
        assert!(styles.into_iter().all(|style| style.fg.is_none() && style.bg.is_none()));
    }
}
