//! Venues: whose they are, who sells in them, and when they go.

use ticketing_core::accounts::Caller;
use ticketing_core::catalog::VenueChange;
use ticketing_core::{AccountId, Error, VenueId};

use crate::cleared::cleared;
use crate::sale::{PRICE, hall};
use crate::world::World;

/// Longer than a server believes what a venue is called.
const A_WHILE_SECONDS: u64 = 10;

async fn sells(world: &World, organizer: &Caller, venue: VenueId) -> ticketing_core::Result<()> {
    let details = world.details(venue, &[("Regular", Some(PRICE))]);
    world.office.add_performance(organizer, details, None).await.map(drop)
}

behaviour! {
    async fn only_its_owner_sells_in_a_venue_and_whom_the_owner_lets(world: World) {
        let (owner, other) = (world.organizer().await, world.organizer().await);
        let venue = world.venue(&owner, &hall(10)).await;
        sells(&world, &owner, venue).await.unwrap();
        refused!(sells(&world, &other, venue).await, Error::Forbidden(_));
        sells(&world, &world.administrator(), venue).await.unwrap();
        let let_sell = |caller, accounts: Vec<AccountId>| {
            let office = &world.office;
            async move { office.let_sell(&caller, venue, &accounts).await }
        };
        refused!(let_sell(other, vec![other.account()]).await, Error::Forbidden(_));
        let nobody = AccountId::from(venue.uuid());
        refused!(let_sell(owner, vec![other.account(), nobody]).await, Error::Validation(_));
        let twice = let_sell(owner, vec![other.account(); 2]).await.unwrap();
        assert_eq!(twice.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [other.account()]);
        assert_eq!(world.office.venue_sellers(&owner, venue).await.unwrap(), twice);
        refused!(world.office.venue_sellers(&other, venue).await, Error::Forbidden(_));
        sells(&world, &other, venue).await.unwrap();
        let details = world.details(venue, &[("Regular", Some(PRICE))]);
        let key = world.key();
        let first = world.office.add_performance(&other, details.clone(), Some(key.clone())).await;
        assert_eq!(let_sell(owner, Vec::new()).await.unwrap(), []);
        refused!(sells(&world, &other, venue).await, Error::Forbidden(_));
        let again = world.office.add_performance(&other, details, Some(key)).await;
        assert_eq!(again.unwrap().performance.id, first.unwrap().performance.id, "as it was answered");
        let crowd = (0..101).map(|number| AccountId::from(uuid::Uuid::from_u128(number)));
        refused!(let_sell(owner, crowd.collect()).await, Error::Validation(_));
    }

    async fn a_venue_is_called_what_its_owner_says_everywhere(world: World) {
        let (owner, other) = (world.organizer().await, world.organizer().await);
        let venue = world.venue(&owner, &hall(10)).await;
        let elsewhere = world.another_office().await;
        let before = elsewhere.office.venue(venue).await.unwrap();
        let named = |name: &str| VenueChange { name: Some(name.into()), address: None };
        refused!(
            world.office.change_venue(&other, venue, named("Mine")).await,
            Error::Forbidden(_)
        );
        refused!(world.office.change_venue(&owner, venue, named("")).await, Error::Validation(_));
        let after = world.office.change_venue(&owner, venue, named("Great hall")).await.unwrap();
        assert_eq!(after.name.as_str(), "Great hall");
        assert_eq!((&after.address, &after.map), (&before.address, &before.map));
        // What another server does not know yet it does not write over.
        let address = VenueChange { name: None, address: Some("2 Square".into()) };
        let moved = elsewhere.office.change_venue(&owner, venue, address).await.unwrap();
        assert_eq!((moved.name.as_str(), moved.address.as_str()), ("Great hall", "2 Square"));
        world.advance_seconds(A_WHILE_SECONDS);
        let seen = elsewhere.office.venue(venue).await.unwrap();
        assert_eq!(seen.name.as_str(), "Great hall");
    }

    async fn a_venue_goes_when_no_performance_is_in_it(world: World) {
        let (owner, other) = (world.organizer().await, world.organizer().await);
        let venue = world.venue(&owner, &hall(10)).await;
        let elsewhere = world.another_office().await;
        elsewhere.office.venue(venue).await.unwrap();
        let details = world.details(venue, &[("Regular", Some(PRICE))]);
        let sale = world.put_on_sale(owner, details).await;
        refused!(world.office.delete_venue(&other, venue).await, Error::Forbidden(_));
        refused!(world.office.delete_venue(&owner, venue).await, Error::Conflict(_));
        world.office.cancel_performance(&owner, sale.id).await.unwrap();
        refused!(world.office.delete_venue(&owner, venue).await, Error::Conflict(_));
        cleared(&world).await;
        world.office.let_sell(&owner, venue, &[other.account()]).await.unwrap();
        elsewhere.office.venue(venue).await.unwrap();
        world.office.delete_venue(&owner, venue).await.unwrap();
        refused!(world.office.venue(venue).await, Error::NotFound("venue"));
        refused!(world.office.delete_venue(&owner, venue).await, Error::NotFound("venue"));
        // Another server may still know of it, and sells nothing in it.
        let details = elsewhere.details(venue, &[("Regular", Some(PRICE))]);
        let sold = elsewhere.office.add_performance(&owner, details, None).await;
        refused!(sold, Error::Validation(_));
        elsewhere.advance_seconds(A_WHILE_SECONDS);
        refused!(elsewhere.office.venue(venue).await, Error::NotFound("venue"));
    }
}
