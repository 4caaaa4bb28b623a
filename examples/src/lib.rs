//! What the examples share: an embedded box office and a small hall.

use std::sync::Arc;

use ticketing_core::accounts::Caller;
use ticketing_core::catalog::{CategoryPrice, NewPerformance, Policy, VenueDetails};
use ticketing_core::payments::{Provider, Sandbox};
use ticketing_core::pictures::PictureStore;
use ticketing_core::{
    BoxOffice, Clock, Currency, EmbeddedSettings, Money, PerformanceId, Randomness, SigningKey,
};

/// Twenty-four seats in three rows.
const HALL: &str = r#"
name = "Small hall"
categories = [{ name = "Stalls" }]

[[sections]]
name = "Floor"
category = "Stalls"
rows = [
    { label = "1", seats = "1-4 _ 5-8" },
    { label = "2", seats = "1-4 _ 5-8" },
    { label = "3", seats = "1-8", accessible = "1 8" },
]
"#;

/// A box office in this process; its payments move no money.
pub fn embedded_office() -> BoxOffice {
    office_with(Arc::new(Sandbox::default()))
}

/// A box office in this process that takes money through this provider.
pub fn office_with(provider: Arc<dyn Provider>) -> BoxOffice {
    let randomness = Randomness::from_system();
    let signing_key = SigningKey::new(randomness.bytes());
    BoxOffice::embedded(EmbeddedSettings {
        clock: Clock::system(),
        randomness,
        signing_key,
        provider,
        picture_store: PictureStore::in_memory(),
    })
}

/// The first administrator, signed in: it may do what an organizer may.
pub async fn administrator(office: &BoxOffice) -> anyhow::Result<Caller> {
    let (email, password) = ("administrator@example.org", "a password of this example".into());
    office.ensure_administrator(email, &password).await?;
    let session = office.sign_in(email, &password).await?;
    Ok(office.authenticate(&session.access_token)?)
}

/// A performance in the small hall, on sale from now on.
pub async fn performance(
    office: &BoxOffice,
    organizer: &Caller,
    policy: Policy,
) -> anyhow::Result<PerformanceId> {
    let name = "Small hall".to_owned();
    let hall =
        VenueDetails { name, address: String::new(), time_zone: None, seat_map: HALL.into() };
    let (venue, _) = office.add_venue(organizer, hall, None).await?;
    let now = Clock::system().now();
    let price = Some(Money::new(4_500, Currency::EUR));
    let new = NewPerformance {
        production_id: None,
        venue_id: venue.id,
        title: "A quartet".into(),
        description: String::new(),
        genre: "chamber music".into(),
        age_limit: 0,
        running_minutes: 90,
        // A second ago, so that it is open whatever the clocks differ by.
        listed_at: now.plus_millis(-1_000),
        on_sale_at: now.plus_millis(-1_000),
        starts_at: now.plus_seconds(3600),
        prices: vec![CategoryPrice { category: "Stalls".into(), price }],
        policy,
    };
    Ok(office.add_performance(organizer, new, None).await?.performance.id)
}
