//! A box office for contested on-sales, as a library: a waiting line per performance, live seats,
//! holds that cannot be sold twice, orders, payments and tickets.
//!
//! Everything goes through one front door, [`BoxOffice`]. [`BoxOffice::embedded`] runs in this
//! process and needs nothing else; `BoxOffice::connect` (feature `services`) runs the same verbs
//! on PostgreSQL, Redis and Kafka, in as many processes as you like.
#![doc = include_str!("front_page.md")]

pub mod accounts;
pub mod admission;
mod box_office;
pub mod catalog;
mod clock;
mod error;
pub mod events;
mod guards;
mod id;
mod idempotency;
mod money;
pub mod orders;
mod page;
pub mod payments;
pub mod pictures;
pub mod ranking;
mod rendered;
pub mod reviews;
pub mod seats;
#[cfg(feature = "services")]
mod services;
mod signing;
pub mod text;
pub mod worker;

#[cfg(feature = "services")]
pub use self::box_office::ServicesSettings;
pub use self::box_office::{
    BoxOffice, CancellationProgress, CancellationState, Cancelling, CheckedIn, Checkout, DoorList,
    EmbeddedSettings, Eta, IssuedTicket, LISTENERS_MAX, LedgerPage, LineAnswer, LineEvent,
    LineListener, LineState, LineStatus, OrganizerOrder, PassGranted, Payment, PaymentOutcome,
    PaymentReport, PerformanceView, PlacedOrder, ProductionView, RankingView, ReportedReview,
    ReviewPage, ReviewView, SaleGauges, SaleStatus, SalesReport, Scanning, SeatChanges, SeatEvent,
    SeatListener, SeatMapView, StatusFrame, Steer, Step, SyntheticBuyer, UPLOADS_MAX,
};
pub use self::clock::{Clock, GRACE_MS, Timestamp};
pub use self::error::{Error, FieldError, Result};
#[cfg(feature = "broken-guards")]
pub use self::guards::{Broken, CrashPoint};
pub use self::id::{
    AccountId, HoldId, MovementId, OrderId, ParkedId, PaymentId, PerformanceId, PictureId,
    ProductionId, Randomness, RefundId, ReviewId, ScanId, TicketId, VenueId,
};
pub use self::idempotency::IdempotencyKey;
pub use self::money::{Currency, Money, PRICE_MAX, PayMethod};
pub use self::page::{PAGE_DEFAULT, PAGE_MAX, Page, Paged, Position, fingerprint};
pub use self::rendered::Rendered;
#[cfg(feature = "services")]
pub use self::services::kafka::KafkaSettings;
pub use self::signing::SigningKey;
