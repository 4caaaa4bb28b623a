use secrecy::SecretString;

use super::change::{Change, Demand, Outcome};
use super::contract::Changing;
use super::dossier::Dossier;
use crate::error::{Error, Result};
use crate::guards::Guards;
use crate::id::OrderId;

/// How often a decision is made anew because something happened meanwhile.
const TRIES_MAX: u32 = 20;

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
    order: OrderId,
    token: Option<&SecretString>,
    guards: Guards,
    rule: impl Fn(&Dossier, Option<&Demand>) -> Result<Option<Change>> + Send + Sync,
) -> Result<Option<Decided>> {
    let (mut unmet, mut stale) = (None, None::<Change>);
    for _ in 0..TRIES_MAX {
        let Some(dossier) = books.dossier(order).await? else { return Ok(None) };
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
