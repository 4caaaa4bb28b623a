//! Tickets as people carry them: a QR code as a picture, and sheets to print.

mod measure;
mod qr;
mod sheet;

pub(crate) use self::qr::{QUIET, QrCode};
pub(crate) use self::sheet::{Paper, Sheet, sheets};
