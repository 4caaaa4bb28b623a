//! Sets the stage: an organizer, a hall, a performance and the accounts of the crowd, all new.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use super::clock::wall_now;
use super::fleet::Fleet;
use super::layout::Layout;
use crate::accounts::{self, NewAccount, Role, SyntheticBuyer};
use crate::catalog::{self, NewPerformance, NewVenue, Performance, Policy, Price};
use crate::error::Error;
use crate::money::Money;
use crate::seats;
use crate::secrets::AccessToken;

/// Buyers created by one call: few enough that each call is answered in time.
const BUYERS_PER_CALL: usize = 1_000;

/// The prices go down from here, category by category, to the last.
const HIGHEST_PRICE: i64 = 132_000;
const PRICE_STEP: i64 = 11_000;
const LOWEST_PRICE: i64 = 33_000;
const CURRENCY: &str = "KRW";

/// The curtain rises so long after the sale begins.
const STARTS_AFTER: Duration = Duration::from_hours(24);

/// What is to be set up.
#[derive(Debug)]
pub struct Script {
    /// Makes the names of this run its own.
    pub tag: u128,
    /// Of the organizer's account.
    pub organizer_password: SecretString,
    /// The hall's name.
    pub hall: String,
    /// The hall's plan: a seating-plan object, or a text with the compact TOML.
    pub seat_map: Value,
    /// The plan's categories, dearest first.
    pub categories: Vec<String>,
    /// How the performance is sold.
    pub policy: Policy,
    /// How long after everything is ready the sale begins.
    pub opens_in: Duration,
    /// How many buyers there will be.
    pub buyers: usize,
}

/// What was set up.
#[derive(Debug)]
pub struct Stage {
    /// The organizer, signed in.
    pub organizer: AccessToken,
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
) -> Result<Stage, Error> {
    let organizer = sign_up_organizer(fleet, administrator, script).await?;
    let venue = NewVenue {
        name: format!("{} {:x}", script.hall, script.tag),
        address: "Demo street 1".to_owned(),
        seat_map: script.seat_map.clone(),
    };
    let venue = fleet.send(&catalog::create_venue(&organizer, &venue)).await?;
    let buyers = create_buyers(fleet, administrator, script.buyers).await?;
    let performance = performance(venue.id, script);
    let performance = fleet.send(&catalog::create_performance(&organizer, &performance)).await?;
    let map = fleet.send(&seats::map(&organizer, performance.id)).await?;
    Ok(Stage { organizer, performance, buyers, layout: Layout::of(&map) })
}

async fn sign_up_organizer(
    fleet: &Fleet,
    administrator: &AccessToken,
    script: &Script,
) -> Result<AccessToken, Error> {
    let account = NewAccount {
        email: format!("organizer-{:x}@demo.invalid", script.tag),
        password: script.organizer_password.clone(),
        name: "Demo organizer".to_owned(),
        nickname: format!("organizer {:x}", script.tag),
        birthdate: "1990-01-01".to_owned(),
    };
    let created = fleet.send(&accounts::sign_up(&account)).await?;
    fleet.send(&accounts::set_role(administrator, created.id, &Role::Organizer)).await?;
    let sign_in = accounts::sign_in(&account.email, &account.password);
    Ok(fleet.send(&sign_in).await?.access_token)
}

async fn create_buyers(
    fleet: &Fleet,
    administrator: &AccessToken,
    count: usize,
) -> Result<Vec<SyntheticBuyer>, Error> {
    let mut buyers = Vec::with_capacity(count);
    while buyers.len() < count {
        let missing = (count - buyers.len()).min(BUYERS_PER_CALL);
        let call = accounts::create_synthetic_buyers(administrator, missing);
        buyers.extend(fleet.send(&call).await?.items.into_iter().take(missing));
    }
    Ok(buyers)
}

fn performance(venue_id: Uuid, script: &Script) -> NewPerformance {
    let now = wall_now();
    let on_sale_at = now + script.opens_in;
    NewPerformance {
        venue_id,
        title: format!("Demo on-sale {:x}", script.tag),
        description: "A contested on-sale with virtual buyers.".to_owned(),
        genre: "demo".to_owned(),
        age_limit: 0,
        running_minutes: 120,
        listed_at: now,
        on_sale_at,
        starts_at: on_sale_at + STARTS_AFTER,
        prices: prices(&script.categories),
        policy: script.policy.clone(),
    }
}

fn prices(categories: &[String]) -> Vec<Price> {
    let amounts = std::iter::successors(Some(HIGHEST_PRICE), |price| Some(price - PRICE_STEP));
    let price = |(category, amount): (&String, i64)| Price {
        category: category.clone(),
        price: Some(Money { amount: amount.max(LOWEST_PRICE), currency: CURRENCY.to_owned() }),
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
