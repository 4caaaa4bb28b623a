//! What is said of an upload by its bytes alone, before a decoder trusts what they say.

use image::ImageFormat;

use super::{BYTES_MAX, Flaw, PIXELS_MAX, SIDE_MAX};

/// How often a JPEG may go over its pixels. Programs write ten scans or so; thousands fit into few bytes, and
/// each takes as long as the picture is large.
const SCANS_MAX: usize = 100;
/// What a scan of a JPEG begins with, and what ends the file. In what is between, the first byte never stands
/// before the second.
const SCAN: [u8; 2] = [0xff, 0xda];
const END: [u8; 2] = [0xff, 0xd9];
/// `RIFF`, a length, `WEBP`.
const WEBP_HEADER: usize = 12;

/// What it is, where a decoder may look at it.
pub(super) fn look(upload: &[u8]) -> Result<ImageFormat, Flaw> {
    if upload.len() > BYTES_MAX {
        return Err(Flaw::TooManyBytes);
    }
    let format = image::guess_format(upload).map_err(|_| Flaw::OfNoKind)?;
    match format {
        ImageFormat::Jpeg => jpeg(upload)?,
        ImageFormat::WebP => webp(upload)?,
        ImageFormat::Png => {}
        _ => return Err(Flaw::OfNoKind),
    }
    Ok(format)
}

pub(super) fn within_pixels(width: u32, height: u32) -> Result<(), Flaw> {
    let pixels = u64::from(width) * u64::from(height);
    let fits = width <= SIDE_MAX && height <= SIDE_MAX && pixels <= PIXELS_MAX;
    if fits { Ok(()) } else { Err(Flaw::TooManyPixels) }
}

/// A decoder makes up what is missing at the end.
fn jpeg(upload: &[u8]) -> Result<(), Flaw> {
    let scans = upload.windows(2).enumerate().filter(|(_, two)| *two == SCAN);
    let (mut count, mut last) = (0, 0);
    for (at, _) in scans {
        (count, last) = (count + 1, at);
    }
    if count > SCANS_MAX {
        return Err(Flaw::TooManyPixels);
    }
    let ends = upload[last..].windows(2).any(|two| two == END);
    if ends { Ok(()) } else { Err(Flaw::Unreadable) }
}

/// A decoder believes the length of a chunk, and reads a frame that is larger than the picture. Moving
/// pictures are not taken.
fn webp(upload: &[u8]) -> Result<(), Flaw> {
    let mut rest = upload.get(WEBP_HEADER..).ok_or(Flaw::Unreadable)?;
    while !rest.is_empty() {
        let (head, behind) = rest.split_at_checked(8).ok_or(Flaw::Unreadable)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let chunk = behind.get(..length).ok_or(Flaw::Unreadable)?;
        let sides = match &head[..4] {
            b"VP8 " => lossy_sides(chunk),
            b"VP8L" => lossless_sides(chunk),
            b"ANIM" | b"ANMF" => return Err(Flaw::OfNoKind),
            _ => Some((0, 0)),
        };
        let (width, height) = sides.ok_or(Flaw::Unreadable)?;
        within_pixels(width, height)?;
        // Of odd length, it is followed by a byte that fills up; some leave the last one out.
        rest = behind.get(length + length % 2..).unwrap_or_default();
    }
    Ok(())
}

/// Behind three bytes of a frame's tag and three that are always the same.
fn lossy_sides(chunk: &[u8]) -> Option<(u32, u32)> {
    let side =
        |at: usize| Some(u32::from(*chunk.get(at)?) | u32::from(*chunk.get(at + 1)? & 0x3f) << 8);
    Some((side(6)?, side(8)?))
}

/// Behind a byte that is always the same, fourteen bits each, of one less.
fn lossless_sides(chunk: &[u8]) -> Option<(u32, u32)> {
    let bits = u32::from_le_bytes(chunk.get(1..5)?.try_into().ok()?);
    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::RgbImage;

    use super::*;

    fn file(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::new(8, 6).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn chunk(name: &str, length: u32, bytes: &[u8]) -> Vec<u8> {
        [name.as_bytes(), &length.to_le_bytes(), bytes].concat()
    }

    fn webp_of(chunks: &[Vec<u8>]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP".to_vec(), chunks.concat()].concat()
    }

    #[test]
    fn a_picture_that_goes_over_its_pixels_a_thousand_times_is_refused() {
        let jpeg = file(ImageFormat::Jpeg);
        let with = |scans: usize| [&SCAN.repeat(scans), &jpeg[2..]].concat();
        let with = |scans: usize| [&jpeg[..2], &with(scans)].concat();
        assert_eq!(look(&with(SCANS_MAX - 1)), Ok(ImageFormat::Jpeg));
        assert_eq!(look(&with(SCANS_MAX)), Err(Flaw::TooManyPixels));
    }

    #[test]
    fn a_file_that_ends_early_is_refused() {
        let jpeg = file(ImageFormat::Jpeg);
        assert_eq!(look(&jpeg[..jpeg.len() - 1]), Err(Flaw::Unreadable));
        let webp = file(ImageFormat::WebP);
        assert_eq!(look(&webp), Ok(ImageFormat::WebP));
        assert_eq!(look(&webp[..webp.len() - 2]), Err(Flaw::Unreadable));
    }

    #[test]
    fn what_a_chunk_claims_is_not_believed() {
        let frame = [0, 0, 0, 0x9d, 1, 0x2a, 8, 0, 6, 0];
        let small = chunk("VP8 ", 10, &frame);
        assert_eq!(look(&webp_of(std::slice::from_ref(&small))), Ok(ImageFormat::WebP));
        let endless = chunk("EXIF", u32::MAX - 1, b"");
        assert_eq!(look(&webp_of(&[small.clone(), endless])), Err(Flaw::Unreadable));
        let large = [0, 0, 0, 0x9d, 1, 0x2a, 0xff, 0x3f, 0xff, 0x3f];
        let large = chunk("VP8 ", 10, &large);
        assert_eq!(look(&webp_of(&[large])), Err(Flaw::TooManyPixels));
        let large = chunk("VP8L", 6, &[0x2f, 0xff, 0xff, 0xff, 0x0f, 0]);
        assert_eq!(look(&webp_of(&[large])), Err(Flaw::TooManyPixels));
        let moves = chunk("ANMF", 0, b"");
        assert_eq!(look(&webp_of(&[moves])), Err(Flaw::OfNoKind));
    }
}
