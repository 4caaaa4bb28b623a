//! Pictures of what is shown: what somebody uploads is read within limits, made anew in three sizes without
//! anything else that was in the file, and called by what it is. Which files there are, and who shows them,
//! is in the books; the files are in a store.
//!
//! A file is stored under an id that no other file ever has, once the books know the id, and is removed
//! before they forget it. So whoever removes it late removes nothing else, and none that is whole is left that
//! nobody knows of.

mod contract;
mod making;
pub(crate) mod memory;
mod poster;
#[cfg(feature = "services")]
pub(crate) mod postgres;
mod sniffing;
mod store;

#[cfg(feature = "services")]
use self::contract::UNUSED_BATCH;
pub(crate) use self::contract::{Files, KEPT_UNUSED_MS, Pictures, Unused};
pub use self::making::{BYTES_MAX, Flaw, MadePicture, PIXELS_MAX, PictureSize, SIDE_MAX, make};
pub use self::poster::{PictureHash, Poster};
pub use self::store::{PictureStore, UnusableStore};
