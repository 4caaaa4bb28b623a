//! Who uses this machine, for the programs that people start: the sessions that a sign-in began, kept in
//! a file that only its owner can read; who a script signs in as; and questions to whoever sits at the
//! terminal. A session is traded for the next one in one place, so that two programs never trade the
//! same one.

mod file;
mod session;
mod settings;

pub mod prompt;

pub use session::{Sessions, SignedIn, open};
pub use settings::{Usage, credentials, pair, read, server};
