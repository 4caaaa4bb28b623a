//! What the box office promises, in sentences. Every body runs on the embedded backend and, under
//! the feature `services`, on PostgreSQL, Redis and Kafka; it speaks to `BoxOffice` only.

/// Writes each body once and makes a test of it on every backend, so that none can be forgotten.
macro_rules! behaviour {
    ($(async fn $name:ident($world:ident: World) $body:block)+) => {
        $(async fn $name($world: $crate::world::World) $body)+

        mod embedded {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    $crate::world::on_embedded(super::$name).await;
                }
            )+
        }

        #[cfg(feature = "services")]
        mod services {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                #[ignore = "needs ./services up"]
                async fn $name() {
                    $crate::world::on_services(super::$name).await;
                }
            )+
        }
    };
}

/// The verb must be refused, and for this reason.
macro_rules! refused {
    ($verb:expr, $reason:pat) => {
        match $verb {
            Err($reason) => {}
            other => panic!("expected {}, got {other:?}", stringify!($reason)),
        }
    };
}

mod gateway;
#[cfg(feature = "services")]
mod postgres_wire;
#[cfg(feature = "services")]
mod redis_process;
mod sale;
mod store;
mod wire;
mod world;

mod accounts;
mod cancelling;
mod catalog;
mod changes;
mod choosing;
mod cleared;
mod consumers;
mod contradictions;
#[cfg(feature = "broken-guards")]
mod crashes;
mod crowds;
mod devices;
mod door;
mod drawn;
mod ending;
mod entering;
mod events;
mod free;
#[cfg(feature = "broken-guards")]
mod guards;
#[cfg(feature = "services")]
mod held_up;
mod histories;
mod hours;
mod keys;
mod late;
mod ledger;
mod liked;
mod line;
mod listed;
mod listening;
#[cfg(feature = "services")]
mod lost;
mod moderated;
mod money;
mod noticed;
mod orders;
mod paging;
mod parts;
mod payments;
mod pictures;
mod places;
mod plans;
mod ranking;
#[cfg(feature = "services")]
mod rebuilt;
#[cfg(feature = "services")]
mod remains;
mod repeats;
mod review_lists;
mod review_refunds;
mod reviews;
mod scarce;
mod searching;
mod seats;
#[cfg(feature = "services")]
mod shared;
mod steering;
mod terms;
mod texts;
#[cfg(all(feature = "services", feature = "broken-guards"))]
mod ticks;
mod told;
#[cfg(all(feature = "broken-guards", feature = "services"))]
mod unlocked;
mod venues;
#[cfg(feature = "services")]
mod versions;
#[cfg(feature = "services")]
mod wiped;
