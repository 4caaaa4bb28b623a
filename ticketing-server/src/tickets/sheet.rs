//! Tickets on paper, one a page. What stands there is the organizer's own words, times and numbers, so
//! that a sheet has no language of its own.
//!
//! No font is carried along: Latin text is in one of the fonts that every reader of PDF has, and the rest
//! in the reader's own font for Korean, by the names that PDF fixed for it.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::QrCode;
use super::measure::{Script, width, wrapped};
use super::qr::{QUIET, Run};

const MM: f32 = 72.0 / 25.4;
/// From one line to the next, in sizes of the font.
const LEADING: f32 = 1.3;

const LATIN: Name = Name(b"L");
const KOREAN: Name = Name(b"K");
const HELVETICA: &[u8] = b"Helvetica";
const GOTHIC: &[u8] = b"HYGoThic-Medium";
const GOTHIC_CODES: &[u8] = b"UniKS-UTF16-H";

/// What a sheet is printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paper {
    /// 210 x 297 mm.
    A4,
    /// A roll 80 mm wide, cut behind each ticket.
    Roll80,
}

/// What a ticket says.
pub(crate) struct Sheet {
    pub(crate) title: String,
    /// When and where.
    pub(crate) facts: Vec<String>,
    pub(crate) seat: String,
    pub(crate) code: String,
    /// What only those look for who have to: the seller, the order.
    pub(crate) small: Vec<String>,
}

/// Measures of a paper, in points.
struct Measures {
    width: f32,
    /// None where the paper is as long as what it says.
    height: Option<f32>,
    margin: f32,
    title: f32,
    seat: f32,
    text: f32,
    small: f32,
    qr: f32,
}

impl Paper {
    fn measures(self) -> Measures {
        match self {
            Self::A4 => Measures {
                width: 210.0 * MM,
                height: Some(297.0 * MM),
                margin: 20.0 * MM,
                title: 24.0,
                seat: 20.0,
                text: 12.0,
                small: 8.0,
                qr: 70.0 * MM,
            },
            Self::Roll80 => Measures {
                width: 80.0 * MM,
                height: None,
                margin: 4.0 * MM,
                title: 14.0,
                seat: 14.0,
                text: 9.0,
                small: 6.0,
                qr: 60.0 * MM,
            },
        }
    }
}

/// Something on a page, with how much of the page it takes.
enum Block {
    Line { text: String, size: f32 },
    Gap(f32),
    Code { qr: QrCode, side: f32 },
}

impl Block {
    fn height(&self) -> f32 {
        match self {
            Self::Line { size, .. } => size * LEADING,
            Self::Gap(height) => *height,
            Self::Code { side, .. } => *side,
        }
    }
}

/// A PDF document of these, one a page.
pub(crate) fn sheets(title: &str, sheets: &[Sheet], paper: Paper) -> Vec<u8> {
    let mut next = 0;
    let mut id = || {
        next += 1;
        Ref::new(next)
    };
    let (catalog, tree, info) = (id(), id(), id());
    let (latin, korean, gothic, descriptor) = (id(), id(), id(), id());
    let pages: Vec<(Ref, Ref)> = sheets.iter().map(|_| (id(), id())).collect();
    let count = i32::try_from(sheets.len()).expect("an order has at most some hundred tickets");
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree).viewer_preferences().display_doc_title(true);
    pdf.document_info(info).title(TextStr(title));
    pdf.pages(tree).kids(pages.iter().map(|(page, _)| *page)).count(count);
    for (sheet, (page, stream)) in sheets.iter().zip(&pages) {
        let measures = paper.measures();
        let blocks = blocks(sheet, &measures);
        let needed = blocks.iter().map(Block::height).sum::<f32>() + 2.0 * measures.margin;
        let height = measures.height.unwrap_or(needed);
        let mut written = pdf.page(*page);
        written.media_box(Rect::new(0.0, 0.0, measures.width, height));
        written.parent(tree).contents(*stream);
        written.resources().fonts().pair(LATIN, latin).pair(KOREAN, korean);
        written.finish();
        pdf.stream(*stream, &drawn(&blocks, &measures, height, (height / needed).min(1.0)));
    }
    pdf.type1_font(latin).base_font(Name(HELVETICA)).encoding_predefined(Name(b"WinAnsiEncoding"));
    write_korean(&mut pdf, [korean, gothic, descriptor]);
    pdf.finish()
}

/// The fonts that readers have for Korean by themselves: Adobe's collection Korea1.
fn write_korean(pdf: &mut Pdf, [font, gothic, descriptor]: [Ref; 3]) {
    let system_info =
        SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Korea1"), supplement: 1 };
    pdf.type0_font(font)
        .base_font(Name(b"HYGoThic-Medium-UniKS-UTF16-H"))
        .encoding_predefined(Name(GOTHIC_CODES))
        .descendant_font(gothic);
    pdf.cid_font(gothic)
        .subtype(CidFontType::Type0)
        .base_font(Name(GOTHIC))
        .system_info(system_info)
        .font_descriptor(descriptor)
        .default_width(1000.0);
    pdf.font_descriptor(descriptor)
        .name(Name(GOTHIC))
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(-6.0, -145.0, 1003.0, 880.0))
        .italic_angle(0.0)
        .ascent(752.0)
        .descent(-271.0)
        .cap_height(737.0)
        .stem_v(58.0);
}

fn blocks(sheet: &Sheet, measures: &Measures) -> Vec<Block> {
    let most = measures.width - 2.0 * measures.margin;
    let mut blocks = Vec::new();
    let mut say = |text: &str, size: f32| {
        let lines = wrapped(text, size, most).into_iter();
        blocks.extend(lines.map(|text| Block::Line { text, size }));
    };
    say(&sheet.title, measures.title);
    for fact in &sheet.facts {
        say(fact, measures.text);
    }
    blocks.push(Block::Gap(measures.text));
    let lines = wrapped(&sheet.seat, measures.seat, most).into_iter();
    blocks.extend(lines.map(|text| Block::Line { text, size: measures.seat }));
    blocks.push(Block::Code { qr: QrCode::of(&sheet.code), side: measures.qr });
    let mut say = |text: &str| {
        let lines = wrapped(text, measures.small, most).into_iter();
        blocks.extend(lines.map(|text| Block::Line { text, size: measures.small }));
    };
    say(&sheet.code);
    sheet.small.iter().for_each(|text| say(text));
    blocks
}

/// A page from top to bottom; smaller where it would not have room.
fn drawn(blocks: &[Block], measures: &Measures, height: f32, scale: f32) -> Vec<u8> {
    let mut content = Content::new();
    content.transform([scale, 0.0, 0.0, scale, 0.0, height * (1.0 - scale)]);
    let mut top = height - measures.margin;
    for block in blocks {
        match block {
            Block::Line { text, size } => {
                draw_line(&mut content, text, *size, (measures.margin, top - size));
            }
            Block::Code { qr, side } => draw_code(&mut content, qr, *side, (measures.margin, top)),
            Block::Gap(_) => {}
        }
        top -= block.height();
    }
    content.finish().to_vec()
}

fn draw_line(content: &mut Content, text: &str, size: f32, (mut x, y): (f32, f32)) {
    let characters: Vec<char> = text.chars().collect();
    for run in characters.chunk_by(|one, next| Script::of(*one) == Script::of(*next)) {
        let said: String = run.iter().collect();
        content.begin_text();
        match Script::of(run[0]) {
            Script::Latin => {
                let bytes: Vec<u8> = run.iter().map(|one| *one as u8).collect();
                content.set_font(LATIN, size).next_line(x, y).show(Str(&bytes));
            }
            Script::Korean => {
                let bytes: Vec<u8> = said.encode_utf16().flat_map(u16::to_be_bytes).collect();
                content.set_font(KOREAN, size).next_line(x, y).show(Str(&bytes));
            }
        }
        content.end_text();
        x += width(&said, size);
    }
}

fn draw_code(content: &mut Content, qr: &QrCode, side: f32, (left, top): (f32, f32)) {
    let module = side / (qr.width() + 2 * QUIET) as f32;
    for Run { row, column, length } in qr.runs() {
        let x = left + (column + QUIET) as f32 * module;
        let y = top - (row + QUIET + 1) as f32 * module;
        content.rect(x, y, length as f32 * module, module);
    }
    content.fill_nonzero();
}
