//! Uploaded bytes become pictures. Pure, and slow: never on a thread that others wait for.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, Rgb, RgbImage};

use super::PictureHash;
use super::sniffing::{look, within_pixels};

/// The largest upload.
pub const BYTES_MAX: usize = 5 * 1024 * 1024;
/// The longest side that is read, in pixels.
pub const SIDE_MAX: u32 = 16_384;
/// How many pixels are read.
pub const PIXELS_MAX: u64 = 40_000_000;
/// How much memory a picture may take as it is read; it is copied once at most.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;
/// Of 100: what is seen no better beyond.
const QUALITY: u8 = 85;
const WHITE: u32 = 255;
/// How many times its last side a picture has that is shrunk the fine way.
const ROUGHLY: u32 = 2;

/// In which size a picture is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PictureSize {
    /// In a list.
    Small,
    /// On a page.
    Medium,
    /// By itself.
    Large,
}

impl PictureSize {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    /// The longest side; a smaller picture is not made larger.
    pub const fn side(self) -> u32 {
        match self {
            Self::Small => 320,
            Self::Medium => 800,
            Self::Large => 1_600,
        }
    }
}

/// Why an upload is no picture that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// More bytes than [`BYTES_MAX`].
    TooManyBytes,
    /// Neither JPEG nor PNG nor WebP, whatever it is called.
    OfNoKind,
    /// More pixels than are read, or gone over more often than any program does.
    TooManyPixels,
    /// It ends early, or is broken.
    Unreadable,
}

/// A picture in one size, as JPEG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadePicture {
    /// Which.
    pub size: PictureSize,
    /// What it is called.
    pub hash: PictureHash,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The three sizes of an upload, upright, on white where it was transparent, and with nothing else that was
/// in the file.
pub fn make(upload: &[u8]) -> Result<[MadePicture; 3], Flaw> {
    let (picture, orientation) = read(upload)?;
    let large = shrunk(on_white(picture), PictureSize::Large.side());
    let large = turned(large, orientation);
    let medium = shrunk(large.clone(), PictureSize::Medium.side());
    let small = shrunk(medium.clone(), PictureSize::Small.side());
    Ok([
        written(PictureSize::Small, &small)?,
        written(PictureSize::Medium, &medium)?,
        written(PictureSize::Large, &large)?,
    ])
}

/// As it is in the file, and how it is to be turned: once it is small.
fn read(upload: &[u8]) -> Result<(DynamicImage, Orientation), Flaw> {
    let format = look(upload)?;
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| flaw(&error))?;
    let (width, height) = decoder.dimensions();
    within_pixels(width, height)?;
    // Not every decoder keeps to its limits.
    if decoder.total_bytes() > MEMORY_MAX {
        return Err(Flaw::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(|_| Flaw::Unreadable)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| flaw(&error))?;
    Ok((picture, orientation))
}

fn flaw(error: &ImageError) -> Flaw {
    match error {
        ImageError::Limits(_) => Flaw::TooManyPixels,
        _ => Flaw::Unreadable,
    }
}

fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let with_alpha = picture.into_rgba8();
    RgbImage::from_fn(with_alpha.width(), with_alpha.height(), |x, y| {
        let [red, green, blue, alpha] = with_alpha.get_pixel(x, y).0.map(u32::from);
        let mixed = |part: u32| (part * alpha + WHITE * (WHITE - alpha)) / WHITE;
        Rgb([red, green, blue].map(|part| u8::try_from(mixed(part)).unwrap_or(u8::MAX)))
    })
}

fn turned(picture: RgbImage, orientation: Orientation) -> RgbImage {
    let mut picture = DynamicImage::from(picture);
    picture.apply_orientation(orientation);
    picture.into_rgb8()
}

/// A large one roughly first: the fine way needs sixteen bytes for each pixel.
fn shrunk(picture: RgbImage, side: u32) -> RgbImage {
    let longest = picture.width().max(picture.height());
    if longest <= side {
        return picture;
    }
    let sides = |side: u32| {
        let part = |length: u32| {
            let length = u64::from(length) * u64::from(side) / u64::from(longest);
            u32::try_from(length).unwrap_or(side).max(1)
        };
        (part(picture.width()), part(picture.height()))
    };
    let (width, height) = sides(side);
    if longest <= ROUGHLY * side {
        return imageops::resize(&picture, width, height, FilterType::Triangle);
    }
    let (rough_width, rough_height) = sides(ROUGHLY * side);
    let rough = imageops::thumbnail(&picture, rough_width, rough_height);
    imageops::resize(&rough, width, height, FilterType::Triangle)
}

fn written(size: PictureSize, picture: &RgbImage) -> Result<MadePicture, Flaw> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    encoder.encode_image(picture).map_err(|_| Flaw::Unreadable)?;
    let hash = PictureHash::of(&bytes);
    Ok(MadePicture { size, hash, bytes })
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgba};

    use super::*;

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn plain(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_fn(width, height, |x, _| Rgb([if x < width / 2 { 200 } else { 20 }, 90, 40]))
            .into()
    }

    fn sides(made: &[MadePicture; 3]) -> Vec<(u32, u32)> {
        let side = |one: &MadePicture| {
            let shown = image::load_from_memory(&one.bytes).unwrap();
            (shown.width(), shown.height())
        };
        made.iter().map(side).collect()
    }

    /// The file with a note on how it is to be turned, and a secret in it.
    fn noted(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"home is at 37.5665N");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn each_kind_is_made_in_three_sizes_and_none_is_made_larger() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let made = make(&file(&plain(1_000, 500), format)).unwrap();
            assert_eq!(sides(&made), [(320, 160), (800, 400), (1_000, 500)], "{format:?}");
            assert!(made.iter().all(|one| one.bytes.starts_with(&[0xff, 0xd8, 0xff])));
        }
        let thin = make(&file(&plain(5_000, 2), ImageFormat::Png)).unwrap();
        assert_eq!(sides(&thin), [(320, 1), (800, 1), (1_600, 1)]);
    }

    #[test]
    fn it_is_upright_and_nothing_else_of_the_file_is_left() {
        let jpeg = noted(&file(&plain(400, 200), ImageFormat::Jpeg), 6);
        let made = make(&jpeg).unwrap();
        assert_eq!(sides(&made)[2], (200, 400), "a quarter turn");
        let said = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
        assert!(said(&jpeg, b"37.5665N"));
        assert!(
            made.iter().all(|one| !said(&one.bytes, b"37.5665N") && !said(&one.bytes, b"Exif"))
        );
    }

    #[test]
    fn what_is_transparent_is_white() {
        let clear = image::RgbaImage::from_pixel(10, 10, Rgba([0, 0, 0, 0]));
        let made = make(&file(&clear.into(), ImageFormat::Png)).unwrap();
        let shown = image::load_from_memory(&made[0].bytes).unwrap().to_rgb8();
        assert!(shown.pixels().all(|pixel| pixel.0.iter().all(|part| *part > 250)));
    }

    #[test]
    fn the_same_is_called_the_same_and_another_otherwise() {
        let one = make(&file(&plain(100, 100), ImageFormat::Png)).unwrap();
        assert_eq!(one, make(&file(&plain(100, 100), ImageFormat::Png)).unwrap());
        assert_ne!(one[0].hash, make(&file(&plain(100, 99), ImageFormat::Png)).unwrap()[0].hash);
        assert_eq!(one[0].hash.as_str().len(), 64);
    }

    #[test]
    fn what_is_no_picture_is_refused_by_what_it_is() {
        assert_eq!(make(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Err(Flaw::OfNoKind));
        assert_eq!(make(b"GIF89a\x01\0\x01\0\0\0\0;"), Err(Flaw::OfNoKind));
        assert_eq!(make(b""), Err(Flaw::OfNoKind));
        assert_eq!(make(&vec![0xff; BYTES_MAX + 1]), Err(Flaw::TooManyBytes));
        let whole = file(&plain(300, 300), ImageFormat::Png);
        for length in [8, 20, 40, whole.len() / 2] {
            assert_eq!(make(&whole[..length]), Err(Flaw::Unreadable), "{length}");
        }
        for format in [ImageFormat::Jpeg, ImageFormat::WebP] {
            let whole = file(&plain(300, 300), format);
            for length in [16, whole.len() / 2, whole.len() - 1] {
                let cut = make(&whole[..length]);
                assert_eq!(cut, Err(Flaw::Unreadable), "{format:?} {length} of {}", whole.len());
            }
        }
    }

    /// A few bytes that say they are a picture of many gigabytes.
    #[test]
    fn a_picture_of_too_many_pixels_is_refused_before_it_is_read() {
        for (width, height) in [(60_000_u32, 60_000_u32), (16_385, 1), (10_000, 4_001)] {
            let mut png = file(&plain(1, 1), ImageFormat::Png);
            png[16..20].copy_from_slice(&width.to_be_bytes());
            png[20..24].copy_from_slice(&height.to_be_bytes());
            let sum = crc32(&png[12..29]);
            png[29..33].copy_from_slice(&sum.to_be_bytes());
            assert_eq!(make(&png), Err(Flaw::TooManyPixels), "{width} x {height}");
        }
    }

    /// As deep as it is wide and turned, it is copied more often than others.
    #[test]
    fn a_picture_that_takes_too_much_memory_is_refused_before_it_is_read() {
        let deep = DynamicImage::new_rgba16(1, 1);
        let mut png = file(&deep, ImageFormat::Png);
        png[16..20].copy_from_slice(&8_000_u32.to_be_bytes());
        png[20..24].copy_from_slice(&5_000_u32.to_be_bytes());
        let sum = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(make(&png), Err(Flaw::TooManyPixels));
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                (sum >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1))
            })
        })
    }
}
