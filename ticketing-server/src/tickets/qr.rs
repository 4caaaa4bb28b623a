use std::fmt::Write;

use qrcode::{Color, EcLevel, Version};

/// What a ticket's code fits: 122 letters and digits, readable with a seventh of it covered.
const VERSION: Version = Version::Normal(5);
const LEVEL: EcLevel = EcLevel::M;
/// The white border that scanners need, in modules.
pub(crate) const QUIET: usize = 4;
/// How many pixels of a picture a module has.
const SCALE: usize = 8;

/// A QR code: squares, dark or light.
pub(crate) struct QrCode {
    width: usize,
    dark: Vec<bool>,
}

/// Dark modules beside one another in a row.
pub(crate) struct Run {
    pub(crate) row: usize,
    pub(crate) column: usize,
    pub(crate) length: usize,
}

impl QrCode {
    /// Of a ticket's code.
    pub(crate) fn of(code: &str) -> Self {
        let made = qrcode::QrCode::with_version(code, VERSION, LEVEL)
            .or_else(|_| qrcode::QrCode::with_error_correction_level(code, LEVEL))
            .expect("a ticket's code is shorter than what the largest QR code holds");
        let width = made.width();
        let dark = made.into_colors().into_iter().map(|color| color == Color::Dark).collect();
        Self { width, dark }
    }

    /// How many modules a side has, without the border.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn runs(&self) -> impl Iterator<Item = Run> {
        self.dark.chunks(self.width).enumerate().flat_map(|(row, modules)| {
            let mut column = 0;
            modules.chunk_by(|one, next| one == next).filter_map(move |run| {
                let start = column;
                column += run.len();
                run[0].then_some(Run { row, column: start, length: run.len() })
            })
        })
    }

    /// As the path of an SVG, a module wide per unit, the border included.
    pub(crate) fn svg_path(&self) -> String {
        let mut path = String::new();
        for Run { row, column, length } in self.runs() {
            let (x, y) = (column + QUIET, row + QUIET);
            write!(path, "M{x} {y}h{length}v1h-{length}z").expect("a string takes what is written");
        }
        path
    }

    /// As a PNG picture of two colours.
    pub(crate) fn png(&self) -> Vec<u8> {
        let side = (self.width + 2 * QUIET) * SCALE;
        let row_bytes = side.div_ceil(8);
        let mut pixels = vec![0xff; row_bytes * side];
        for Run { row, column, length } in self.runs() {
            let from = (column + QUIET) * SCALE;
            for y in (row + QUIET) * SCALE..(row + QUIET + 1) * SCALE {
                for x in from..from + length * SCALE {
                    pixels[y * row_bytes + x / 8] &= !(0x80 >> (x % 8));
                }
            }
        }
        let mut file = Vec::new();
        let side = u32::try_from(side).expect("a QR code has at most 177 modules");
        let mut encoder = png::Encoder::new(&mut file, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let written = encoder.write_header().and_then(|mut to| to.write_image_data(&pixels));
        written.expect("memory takes what is written");
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "FMRQAAARAB2B6WQCYVUHVGYRBFGD2LGSN4TV6DDBQ7FZC5XUZPHYOQDMBDTH7RNZPQ5DLUFSXAKV3WQCQHEGTC4T\
                        ZV2PIKZ4YYHG77WAXMJQK7ZQLE2AZZZZZZ";

    fn read(width: usize, is_dark: impl Fn(usize, usize) -> bool) -> Vec<String> {
        let shade = |x, y| if is_dark(x, y) { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, width, shade);
        let grids = image.detect_grids();
        grids.iter().map(|grid| grid.decode().expect("a QR code").1).collect()
    }

    #[test]
    fn a_scanner_reads_the_picture() {
        assert_eq!(CODE.len(), 122);
        let png = QrCode::of(CODE).png();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("its size")];
        let frame = reader.next_frame(&mut pixels).expect("its pixels");
        let (side, row_bytes) = (frame.width as usize, frame.line_size);
        let is_dark = |x: usize, y: usize| pixels[y * row_bytes + x / 8] & (0x80 >> (x % 8)) == 0;
        assert_eq!(read(side, is_dark), [CODE]);
    }

    #[test]
    fn the_path_draws_the_same_squares_within_its_border() {
        let code = QrCode::of(CODE);
        assert_eq!(code.width(), 37, "version 5");
        let side = code.width() + 2 * QUIET;
        let mut dark = vec![false; side * side];
        for square in code.svg_path().split('M').skip(1) {
            let numbers: Vec<usize> =
                square.split(['h', 'v', ' ', 'z']).filter_map(|text| text.parse().ok()).collect();
            let [x, y, length, ..] = numbers[..] else { panic!("{square}") };
            dark[y * side + x..][..length].fill(true);
        }
        // Magnified, since a scanner needs more than a pixel per module.
        let is_dark = |x: usize, y: usize| dark[y / 4 * side + x / 4];
        assert_eq!(read(side * 4, is_dark), [CODE]);
    }
}
