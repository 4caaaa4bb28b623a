//! Who reacts to events: by name, each with a position of its own.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Event, EventKind, OrderEvent, Topic};
use crate::error::{Error, Result};

/// How many consumers a process has.
pub const CONSUMERS_MAX: usize = 32;
/// The longest name of a consumer, in characters.
pub const CONSUMER_NAME_MAX: usize = 40;

/// The name of the consumer that counts what is sold.
pub(crate) const SALES: &str = "sales";
/// Another name that a consumer of every box office has its position by.
pub(crate) const OWN_GROUP: &str = "box-office";

/// What a consumer needs of the events of one aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The newest: it shows how things are. An event that it could not react to is forgotten when a
    /// newer one of the aggregate took effect. One may still come late: the version says so.
    Latest,
    /// Every one, in order: it counts, or passes on. Behind one that it could not react to the later
    /// ones of the aggregate wait.
    Each,
}

/// Reacts to events of a box office. Called for each event at least once: whoever must not do
/// something twice keeps the last version of each aggregate with the effect, and passes over what is
/// not newer.
#[async_trait]
pub trait React: Send + Sync {
    /// What its position is kept by: small letters, digits and `-`. The same name in several
    /// processes shares one position, and each event goes to one of them.
    fn name(&self) -> &str;

    /// Which events it wants.
    fn wants(&self, _: EventKind) -> bool {
        true
    }

    /// What it needs of the events of one aggregate.
    fn needs(&self) -> Needs;

    /// Reacts. [`Error::Unavailable`]: a service does not answer, and nothing of this consumer goes
    /// on until it does. With any other error this event is set aside and tried again, later and later;
    /// the next ones go on.
    async fn react(&self, event: &Event) -> Result<()>;
}

/// What a consumer does.
#[derive(Clone)]
pub(crate) enum Reaction {
    /// Shows an order in the live sale.
    ShowSeats,
    /// Counts what was sold.
    CountSales,
    /// Counts the seats that an order has, for the ranking.
    CountSeats,
    /// Marks the reviews of whose money went back, and has first pages read again.
    TendReviews,
    Other(Arc<dyn React>),
}

/// One consumer of this process.
#[derive(Clone)]
pub(crate) struct Consumer {
    pub(crate) name: Arc<str>,
    pub(crate) needs: Needs,
    pub(crate) reaction: Reaction,
}

impl Consumer {
    /// Those that every box office has.
    pub(crate) fn own() -> Vec<Self> {
        vec![
            Self { name: "seats".into(), needs: Needs::Latest, reaction: Reaction::ShowSeats },
            Self { name: SALES.into(), needs: Needs::Each, reaction: Reaction::CountSales },
            Self { name: "ranking".into(), needs: Needs::Latest, reaction: Reaction::CountSeats },
            Self { name: "reviews".into(), needs: Needs::Latest, reaction: Reaction::TendReviews },
        ]
    }

    pub(crate) fn other(other: Arc<dyn React>) -> Result<Self> {
        let name = other.name();
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=CONSUMER_NAME_MAX).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err(Error::field("name", "1 to 40 small letters, digits and -"));
        }
        if name == OWN_GROUP {
            return Err(Error::Conflict(format!("{OWN_GROUP} is the name of a position of ours")));
        }
        Ok(Self { name: name.into(), needs: other.needs(), reaction: Reaction::Other(other) })
    }

    pub(crate) fn wants(&self, kind: EventKind) -> bool {
        match &self.reaction {
            Reaction::ShowSeats | Reaction::CountSales => kind.topic() == Topic::Orders,
            Reaction::CountSeats => match kind {
                EventKind::Order(OrderEvent::Reduced) => true,
                EventKind::Order(kind) => may_change_purchases(kind),
                EventKind::Review(_) | EventKind::Performance(_) | EventKind::Account(_) => false,
            },
            Reaction::TendReviews => match kind {
                EventKind::Review(_) => true,
                EventKind::Order(kind) => may_change_purchases(kind),
                EventKind::Performance(_) | EventKind::Account(_) => false,
            },
            Reaction::Other(other) => other.wants(kind),
        }
    }

    /// What the events that it wants are about.
    pub(crate) fn topics(&self) -> Vec<Topic> {
        let wanted =
            |topic: &Topic| EventKind::all().any(|kind| kind.topic() == *topic && self.wants(kind));
        Topic::ALL.into_iter().filter(wanted).collect()
    }
}

/// Whether a buyer may have paid for more or less than before.
fn may_change_purchases(kind: OrderEvent) -> bool {
    match kind {
        OrderEvent::Paid | OrderEvent::RefundDue | OrderEvent::Voided => true,
        OrderEvent::Placed
        | OrderEvent::Confirming
        | OrderEvent::Reopened
        | OrderEvent::Expired
        | OrderEvent::Cancelled
        | OrderEvent::Refunded
        | OrderEvent::Reduced => false,
    }
}
