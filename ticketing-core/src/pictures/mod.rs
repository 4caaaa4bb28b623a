//! Pictures of what is shown: what somebody uploads is read within limits, made anew in three sizes without
//! anything else that was in the file, and known by what it is.

mod making;

pub use self::making::{BYTES_MAX, Flaw, MadePicture, PictureSize, make};
