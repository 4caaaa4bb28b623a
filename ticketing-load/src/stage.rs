//! Sets the stage: an organizer, a hall, a performance and the accounts of the crowd, all new.

use std::time::Duration;

use ticketing_wire::accounts::{Role, SignIn, SignUp, SyntheticBuyer};
use ticketing_wire::performances::{NewPerformance, Performance, PolicyTerms, Price};
use ticketing_wire::secrets::{AccessToken, Password};
use ticketing_wire::venues::{NewVenue, SeatingPlan};
use ticketing_wire::{Money, Time};
use uuid::Uuid;

use super::buyers::layout::Layout;
use super::clock::RunClock;
use super::fleet::Fleet;
use ticketing_client::IdempotencyKey;
use ticketing_client::clock::{earlier, later};
use ticketing_client::{Broken, Error};
use ticketing_client::{accounts, performances, seats, venues};

/// Buyers created by one call: few enough that each call is answered in time.
const BUYERS_PER_CALL: u32 = 1_000;

/// How long before the run begins the performance is listed: a server's clock may be behind.
const LISTED_BEFORE: Duration = Duration::from_mins(1);

/// The prices go down from here, category by category, to the last.
const HIGHEST_PRICE: i64 = 132_000;
const PRICE_STEP: i64 = 11_000;
const LOWEST_PRICE: i64 = 33_000;
const CURRENCY: &str = "KRW";

/// What is to be set up.
#[derive(Debug)]
pub struct Script {
    /// Makes the names of this run its own.
    pub tag: u128,
    /// Who sells.
    pub organizer: Organizer,
    /// The hall's name.
    pub hall: String,
    /// The hall's plan.
    pub seat_map: SeatingPlan,
    /// The plan's categories, dearest first.
    pub categories: Vec<String>,
    /// How the performance is sold.
    pub policy: PolicyTerms,
    /// How long after everything is ready the sale begins.
    pub opens_in: Duration,
    /// How long after the sale begins the curtain rises.
    pub starts_in: Duration,
    /// How many buyers there will be.
    pub buyers: u32,
}

/// Who sells.
#[derive(Debug, Clone)]
pub enum Organizer {
    /// An account of the run's own, with this password.
    New(Password),
    /// Who signs in so, for every generator that has the same tag: the first to come sets the stage,
    /// and the others are given the same, by the same keys.
    Known(SignIn),
}

impl From<Password> for Organizer {
    fn from(password: Password) -> Self {
        Self::New(password)
    }
}

impl From<SignIn> for Organizer {
    fn from(who: SignIn) -> Self {
        Self::Known(who)
    }
}

/// What was set up.
#[derive(Debug)]
pub struct Stage {
    /// The organizer, signed in for now.
    pub organizer: AccessToken,
    /// How the organizer signs in again.
    pub signs_in: SignIn,
    /// What is sold.
    pub performance: Performance,
    /// The crowd's accounts.
    pub buyers: Vec<SyntheticBuyer>,
    pub(super) layout: Layout,
}

/// Sets the stage on any server of the fleet.
pub async fn set(
    fleet: &Fleet,
    administrator: &AccessToken,
    script: &Script,
    clock: RunClock,
) -> Result<Stage, Error> {
    let begins = clock.wall();
    let (organizer, signs_in) = match &script.organizer {
        Organizer::New(password) => {
            sign_up_organizer(fleet, administrator, script.tag, password).await?
        }
        Organizer::Known(signs_in) => (administrator.clone(), signs_in.clone()),
    };
    let venue = NewVenue {
        name: format!("{} {:x}", script.hall, script.tag),
        address: "Demo street 1".to_owned(),
        time_zone: None,
        seat_map: script.seat_map.clone(),
    };
    let [venue_key, performance_key] =
        [0, 1].map(|step| IdempotencyKey::from_random(script.tag.wrapping_add(step)));
    let venue = fleet.send(&venues::create(&organizer, &venue, &venue_key)).await?;
    let buyers = create_buyers(fleet, administrator, script.buyers).await?;
    // Of a stage that others set as well, each has to ask for the same, however long its buyers took.
    let now = match &script.organizer {
        Organizer::New(_) => clock.wall(),
        Organizer::Known(_) => begins,
    };
    let performance = performance(venue.id, script, now);
    let create = performances::create(&organizer, &performance, &performance_key);
    let performance = fleet.send(&create).await?;
    let layout = layout(fleet, &organizer, &performance).await?;
    Ok(Stage { organizer, signs_in, performance, buyers, layout })
}

/// The layout, once for all buyers: it does not change.
async fn layout(
    fleet: &Fleet,
    organizer: &AccessToken,
    performance: &Performance,
) -> Result<Layout, Error> {
    let hash = performance.layout.as_deref().ok_or_else(|| Broken::Undecodable {
        status: 201,
        why: "the performance has no layout".to_owned(),
    })?;
    let hall = fleet.send(&seats::layout(Some(organizer), performance.id, hash)).await?;
    Ok(Layout::of(&hall, &performance.prices))
}

async fn sign_up_organizer(
    fleet: &Fleet,
    administrator: &AccessToken,
    tag: u128,
    password: &Password,
) -> Result<(AccessToken, SignIn), Error> {
    let account = SignUp {
        email: format!("organizer-{tag:x}@demo.invalid"),
        password: password.clone(),
        name: "Demo organizer".to_owned(),
        nickname: format!("organizer {tag:x}"),
        birthdate: Some("1990-01-01".to_owned()),
    };
    let created = fleet.send(&accounts::sign_up(&account)).await?;
    fleet.send(&accounts::set_role(administrator, created.id, &Role::Organizer)).await?;
    let who = SignIn { email: account.email, password: account.password };
    Ok((fleet.send(&accounts::sign_in(&who)).await?.access_token, who))
}

async fn create_buyers(
    fleet: &Fleet,
    administrator: &AccessToken,
    count: u32,
) -> Result<Vec<SyntheticBuyer>, Error> {
    let mut buyers = Vec::new();
    let mut missing = count;
    while missing > 0 {
        let now = missing.min(BUYERS_PER_CALL);
        let call = accounts::create_synthetic_buyers(administrator, now);
        let made = fleet.send(&call).await?.items;
        if made.is_empty() {
            let why = format!("no buyers were made where {now} were asked for");
            return Err(Broken::Undecodable { status: 201, why }.into());
        }
        missing = missing.saturating_sub(u32::try_from(made.len()).unwrap_or(u32::MAX));
        buyers.extend(made);
    }
    Ok(buyers)
}

fn performance(venue_id: Uuid, script: &Script, now: Time) -> NewPerformance {
    let on_sale_at = later(now, script.opens_in);
    NewPerformance {
        production_id: None,
        venue_id,
        title: format!("Demo on-sale {:x}", script.tag),
        description: "A contested on-sale with virtual buyers.".to_owned(),
        genre: "demo".to_owned(),
        age_limit: 0,
        running_minutes: 120,
        listed_at: earlier(now, LISTED_BEFORE),
        on_sale_at,
        starts_at: later(on_sale_at, script.starts_in),
        prices: prices(&script.categories),
        policy: script.policy.clone(),
    }
}

fn prices(categories: &[String]) -> Vec<Price> {
    let amounts = std::iter::successors(Some(HIGHEST_PRICE), |price| Some(price - PRICE_STEP));
    let price = |(category, amount): (&String, i64)| Price {
        category: category.clone(),
        price: Some(Money::new(amount.max(LOWEST_PRICE), CURRENCY)),
    };
    categories.iter().zip(amounts).map(price).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_a_price_and_none_is_free() {
        let categories: Vec<_> = (0..20).map(|number| number.to_string()).collect();
        let prices = prices(&categories);
        assert_eq!(prices.len(), 20);
        let amount = |price: &Price| price.price.as_ref().unwrap().amount;
        assert_eq!(amount(&prices[0]), HIGHEST_PRICE);
        assert!(prices.iter().all(|price| amount(price) >= LOWEST_PRICE));
    }
}
