use secrecy::SecretString;

use super::change::{Change, Demand, Outcome};
use super::contract::Changing;
use super::dossier::Dossier;
use crate::error::{Error, Result};
use crate::guards::Guards;
use crate::id::OrderId;

/// How often a decision is made anew because something happened meanwhile.
const TRIES_MAX: u32 = 20;

/// The order that a decision is about.
pub(crate) enum Subject {
    /// To be read first.
    Order(OrderId),
    /// As it was after something that its change will follow: where more has happened, the books say
    /// so, and it is read. Only for a rule that answers a change here.
    Known(Box<Dossier>),
}

impl From<OrderId> for Subject {
    fn from(order: OrderId) -> Self {
        Self::Order(order)
    }
}

impl From<Dossier> for Subject {
    fn from(dossier: Dossier) -> Self {
        Self::Known(Box::new(dossier))
    }
}

/// What a decision left behind.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    /// The order's dossier afterwards.
    pub(crate) dossier: Dossier,
    /// The change, where the rule asked for one.
    pub(crate) change: Option<Change>,
}

/// Reads, decides and applies, until nothing has happened meanwhile. What else is not met goes back
/// into the rule; a key that stands for something already ends it. Nothing is locked in between.
pub(crate) async fn decide(
    books: &dyn Changing,
    subject: Subject,
    token: Option<&SecretString>,
    guards: Guards,
    rule: impl Fn(&Dossier, Option<&Demand>) -> Result<Option<Change>> + Send + Sync,
) -> Result<Option<Decided>> {
    let (mut unmet, mut stale) = (None, None::<Change>);
    let (order, mut known) = match subject {
        Subject::Order(order) => (order, None),
        Subject::Known(dossier) => (dossier.order.id, Some(*dossier)),
    };
    for _ in 0..TRIES_MAX {
        let dossier = match known.take() {
            Some(dossier) => Some(dossier),
            None => books.dossier(order).await?,
        };
        let Some(dossier) = dossier else { return Ok(None) };
        let change = match stale.take() {
            Some(stale) => Some(stale.onto(dossier.order.version)),
            None => rule(&dossier, unmet.as_ref())?,
        };
        let Some(change) = change else { return Ok(Some(Decided { dossier, change: None })) };
        match books.apply(&change, token).await? {
            Outcome::Applied => {
                let dossier = dossier.with(&change);
                return Ok(Some(Decided { dossier, change: Some(change) }));
            }
            Outcome::Unmet(Demand::Version) if guards.version() => {}
            Outcome::Unmet(Demand::Version) => stale = Some(change),
            Outcome::Unmet(Demand::Key(_)) => return Err(Error::IdempotencyReused),
            Outcome::Unmet(demand) => unmet = Some(demand),
        }
    }
    Err(Error::Unavailable("too much happens to this order at once".into()))
}
