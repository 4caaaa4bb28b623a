//! The other side of the wire: a typed client of the HTTP contract.
//!
//! A route is a function that returns a [`Call`]: what to send, and how to read the answer.
//! [`Client::send`] sends it. The two are apart so that the same call can be sent again, to
//! another server, with the same idempotency key. What goes over the wire is in `ticketing_wire`.
//!
//! ```no_run
//! # async fn example() -> Result<(), ticketing_client::Error> {
//! use ticketing_client::{Client, performances};
//! use ticketing_wire::performances::PerformancesQuery;
//!
//! let client = Client::new("http://127.0.0.1:8080")?;
//! let page = client.send(&performances::list(None, &PerformancesQuery::default())).await?;
//! for performance in page.items {
//!     println!("{} {}", performance.id, ticketing_wire::text::clean(&performance.title));
//! }
//! # Ok(())
//! # }
//! ```

mod call;
mod client;
mod error;
mod events;
mod idempotency;
mod page;

pub mod accounts;
pub mod clock;
pub mod door;
pub mod line;
pub mod orders;
pub mod parked;
pub mod payments;
pub mod performances;
pub mod posters;
pub mod productions;
pub mod reviews;
pub mod sales;
pub mod sandbox;
pub mod seats;
pub mod venues;

pub use call::Call;
pub use client::{Client, REQUEST_TIMEOUT};
pub use error::{Broken, Error};
pub use events::{Events, Subscription};
pub use idempotency::IdempotencyKey;
pub use page::all;
