//! The other side of the wire: a typed client of the HTTP contract, and the load engine that
//! stands on it.
//!
//! A route is a function that returns a [`Call`]: what to send, and how to read the answer.
//! [`Client::send`] sends it. The two are apart so that the same call can be sent again, to
//! another server, with the same idempotency key.
//!
//! ```no_run
//! # async fn example() -> Result<(), ticketing_client::Error> {
//! use ticketing_client::{Client, catalog};
//!
//! let client = Client::new("http://127.0.0.1:8080")?;
//! let page = client.send(&catalog::performances(&catalog::Filter::default())).await?;
//! for performance in page.items {
//!     println!("{} {}", performance.id, performance.title);
//! }
//! # Ok(())
//! # }
//! ```

mod call;
mod client;
mod error;
mod page;
mod secrets;

pub mod accounts;
pub mod catalog;
pub mod gateway;
pub mod line;
pub mod load;
pub mod money;
pub mod orders;
pub mod sales;
pub mod seats;

pub use call::Call;
pub use client::{Client, REQUEST_TIMEOUT};
pub use error::{Broken, Error, Kind, Problem};
pub use money::Money;
pub use page::{Page, all};
pub use secrets::{AccessToken, IdempotencyKey, PassToken, PlaceToken, RefreshToken};
