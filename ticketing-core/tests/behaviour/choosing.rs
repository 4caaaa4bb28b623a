//! The best seats: together, where they were wished for, and no single one left over.

use futures_util::future::join_all;

use ticketing_core::Error;
use ticketing_core::catalog::Policy;
use ticketing_core::seats::{Best, Wish};

use crate::sale::{FREE, OnSale, PRICE, hall};
use crate::world::World;

/// Stalls with an aisle (two rows of 4 + 4), a balcony of 6, and 10 places to stand.
const HOUSE: &str = r#"
name = "House"
[[categories]]
name = "Near"
[[categories]]
name = "Far"
[[categories]]
name = "Standing"
[[sections]]
name = "Stalls"
category = "Near"
rows = [{ label = "1", seats = "1-4 _ 5-8" }, { label = "2", seats = "1-4 _ 5-8" }]
[[sections]]
name = "Balcony"
category = "Far"
rows = [{ label = "1", seats = "1-6" }]
[[areas]]
name = "Floor"
category = "Standing"
places = 10
"#;

async fn house(world: &World) -> OnSale {
    let prices = [("Near", Some(3 * PRICE)), ("Far", Some(2 * PRICE)), ("Standing", Some(PRICE))];
    let policy = Policy { seats_per_buyer: 6, ..Policy::default() };
    world.sale_of(policy, HOUSE, &prices).await
}

fn best(count: u32) -> Wish {
    Wish::Best(Best { count, category: None, section: None })
}

fn best_in(section: &str, count: u32) -> Wish {
    Wish::Best(Best { count, category: None, section: Some(section.into()) })
}

fn best_of(category: &str, count: u32) -> Wish {
    Wish::Best(Best { count, category: Some(category.into()), section: None })
}

fn together(seats: &[u32]) -> bool {
    seats.windows(2).all(|pair| pair[0] + 1 == pair[1])
}

behaviour! {
    async fn the_best_seats_are_together_and_not_across_an_aisle(world: World) {
        let sale = house(&world).await;
        for _ in 0..4 {
            let visitor = world.admitted(&sale).await;
            let hold = world.wish(&visitor, best_in("Stalls", 3)).await.unwrap();
            assert!(together(&hold.seats), "{:?}", hold.seats);
            assert_eq!(hold.seats[0] / 4, hold.seats[2] / 4, "across the aisle: {:?}", hold.seats);
        }
        let visitor = world.admitted(&sale).await;
        refused!(world.wish(&visitor, best_in("Stalls", 3)).await, Error::SeatTaken { .. });
    }

    async fn the_best_seats_are_only_where_they_were_wished_for(world: World) {
        let sale = house(&world).await;
        for (wish, seats) in [
            (best_in("Balcony", 2), 16..22),
            (best_of("Far", 2), 16..22),
            (best_in("Floor", 2), 22..32),
            (best_of("Standing", 2), 22..32),
            (best_of("Near", 2), 0..16),
        ] {
            let visitor = world.admitted(&sale).await;
            let hold = world.wish(&visitor, wish).await.unwrap();
            assert!(hold.seats.iter().all(|seat| seats.contains(seat)), "{:?}", hold.seats);
        }
        let visitor = world.admitted(&sale).await;
        refused!(world.wish(&visitor, best_in("Cellar", 1)).await, Error::Validation(_));
        refused!(world.wish(&visitor, best(0)).await, Error::Validation(_));
        refused!(world.wish(&visitor, best(7)).await, Error::LimitExceeded { limit: 6 });
    }

    async fn a_wish_for_what_the_house_does_not_have_is_refused_by_field(world: World) {
        let sale = house(&world).await;
        let visitor = world.admitted(&sale).await;
        for (wish, field) in [
            (best_of("nope", 2), "best.category"),
            (best_in("nope", 2), "best.section"),
            (best_of("near", 2), "best.category"),
            (best(0), "best.count"),
            (Wish::Seats(vec![1, 10_000]), "seats"),
            (Wish::Seats(vec![]), "seats"),
        ] {
            match world.wish(&visitor, wish.clone()).await {
                Err(Error::Validation(errors)) => assert_eq!(errors[0].field, field),
                other => panic!("{wish:?}: {other:?}"),
            }
        }
        assert_eq!(world.sales(&sale).await.seats.held, 0);
    }

    async fn the_best_seats_leave_no_single_one_while_that_can_be_avoided(world: World) {
        let sale = house(&world).await;
        // Six in a row: two, then two, then two; never 1 + 3.
        for _ in 0..3 {
            let visitor = world.admitted(&sale).await;
            let hold = world.wish(&visitor, best_in("Balcony", 2)).await.unwrap();
            assert_eq!(hold.seats[0] % 2, 0, "leaves a single seat: {:?}", hold.seats);
        }
        // Five of six leave one whatever is done: better than nothing.
        let again = house(&world).await;
        let visitor = world.admitted(&again).await;
        world.wish(&visitor, best_in("Balcony", 5)).await.unwrap();
        let single = world.admitted(&again).await;
        world.wish(&single, best_in("Balcony", 1)).await.unwrap();
    }

    async fn general_admission_is_a_run_of_places(world: World) {
        let sale = house(&world).await;
        let mut taken = Vec::new();
        for count in [3, 3, 3, 1] {
            let visitor = world.admitted(&sale).await;
            let hold = world.wish(&visitor, best_in("Floor", count)).await.unwrap();
            assert_eq!(hold.total.amount, i64::from(count) * PRICE);
            taken.extend(hold.seats);
        }
        taken.sort_unstable();
        assert_eq!(taken, (22..32).collect::<Vec<u32>>());
        let visitor = world.admitted(&sale).await;
        refused!(world.wish(&visitor, best_in("Floor", 1)).await, Error::SeatTaken { .. });
    }

    async fn buyers_who_all_want_the_best_at_once_get_seats_of_their_own(world: World) {
        let sale = world.sale(Policy::default(), 100).await;
        let mut visitors = Vec::new();
        for buyer in world.buyers(30).await {
            visitors.push(world.admit(&buyer, &sale).await);
        }
        world.advance_ms(1_000);
        let holds = join_all(visitors.iter().map(|visitor| world.wish(visitor, best(2)))).await;
        let mut seats: Vec<u32> = Vec::new();
        for hold in holds {
            match hold {
                Ok(hold) => seats.extend(hold.seats),
                Err(Error::SeatTaken { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        let held = seats.len();
        seats.sort_unstable();
        seats.dedup();
        assert_eq!(seats.len(), held, "no seat twice");
        assert_eq!(world.sales(&sale).await.seats.held as usize, held);
        assert!(held > 0);
    }

    async fn where_the_rule_is_on_no_choice_leaves_a_single_seat(world: World) {
        let policy = Policy { orphan_rule: true, ..Policy::default() };
        let sale = world.sale(policy, 10).await;
        let visitor = world.admitted(&sale).await;
        match world.hold(&visitor, &[1, 2]).await {
            Err(Error::OrphanSeat { seats }) => assert_eq!(seats, [0]),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.seat(&sale, 1).await, FREE);
        world.hold(&visitor, &[0, 1]).await.unwrap();
        world.advance_ms(1_000);
        // Two in the middle of what is left are right: two and four stay.
        world.hold(&visitor, &[4, 5]).await.unwrap();
        world.advance_ms(1_000);
        let other = world.admitted(&sale).await;
        // A seat that was alone before is nobody's fault.
        world.hold(&other, &[2, 3]).await.unwrap();
    }

    async fn where_the_rule_is_off_anyone_may_sit_where_it_pleases(world: World) {
        let sale = world.sale_of(Policy::default(), &hall(10), &[("Regular", Some(1))]).await;
        let visitor = world.admitted(&sale).await;
        world.hold(&visitor, &[1, 3]).await.unwrap();
    }
}
