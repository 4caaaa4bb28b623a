//! What is kept of seats that a buyer gives back: dated cases, in the house's calendar.

use serde_json::{Value, json};
use ticketing_core::catalog::{
    NewPerformance, PerformanceChange, Policy, PolicyChange, RefundRule, VenueDetails,
};
use ticketing_core::orders::Order;
use ticketing_core::{Currency, Error, Money, Result, Timestamp};

use crate::sale::{OnSale, PRICE, Visitor, hall};
use crate::world::World;

const FEE: i64 = 1_500;

/// What an answer comes to: kept and given back, or why nothing is.
type Told = std::result::Result<(i64, i64), &'static str>;

fn time(text: &str) -> Timestamp {
    serde_json::from_value(json!(text)).unwrap()
}

fn won(amount: i64) -> Money {
    Money::new(amount, Currency::KRW)
}

/// The world's clock goes on to that time.
fn turn_to(world: &World, text: &str) {
    let ahead = time(text).as_millis() - world.now().as_millis();
    world.advance_ms(u64::try_from(ahead).expect("time goes on"));
}

/// A sale in a house of that zone, on stage then.
async fn sale(world: &World, zone: &str, starts_at: &str, policy: Policy) -> OnSale {
    let organizer = world.organizer().await;
    let details = VenueDetails {
        name: "House".into(),
        time_zone: Some(zone.into()),
        seat_map: Value::String(hall(10)),
        ..VenueDetails::default()
    };
    let venue = world.office.add_venue(&organizer, details, None).await.unwrap().0.id;
    let details = world.details(venue, &[("Regular", Some(PRICE))]);
    let details = NewPerformance { policy, starts_at: time(starts_at), ..details };
    world.put_on_sale(organizer, details).await
}

fn korean() -> Policy {
    let refund_terms = RefundRule::korean_consumer_standard();
    Policy { refund_terms, booking_fee: Some(won(FEE)), ..Policy::default() }
}

async fn quoted(world: &World, visitor: &Visitor, order: &Order, seats: Option<&[u32]>) -> Told {
    let seats = seats.map(<[u32]>::to_vec);
    match world.office.cancellation(&visitor.caller, order.id, seats).await {
        Ok(quote) => {
            assert_eq!(quote.fee.amount + quote.refund.amount, quote.paid.amount);
            Ok((quote.fee.amount, quote.refund.amount))
        }
        Err(Error::NotRefundable(_)) => Err("not refundable"),
        Err(other) => panic!("{other:?}"),
    }
}

/// When what is kept changes next, as the quote says.
async fn until(world: &World, visitor: &Visitor, order: &Order) -> String {
    let quote = world.office.cancellation(&visitor.caller, order.id, None).await.unwrap();
    quote.until.unwrap().to_string()
}

/// Each date with what is then kept of one seat and what comes back of it.
async fn tell(world: &World, visitor: &Visitor, order: &Order, cases: &[(&str, Told)]) {
    for (date, expected) in cases {
        turn_to(world, date);
        assert_eq!(quoted(world, visitor, order, None).await, *expected, "{date}");
    }
}

async fn change(world: &World, sale: &OnSale, change: PerformanceChange) -> Result<()> {
    world.office.change_performance(&sale.organizer, sale.id, change).await.map(drop)
}

behaviour! {
    async fn the_korean_standard_counts_days_of_the_house(world: World) {
        let sale = sale(&world, "Asia/Seoul", "2026-07-15T10:30:00Z", korean()).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[3]).await;
        assert_eq!(order.total.amount, PRICE + FEE);
        assert_eq!(until(&world, &visitor, &order).await, "2026-07-05T15:00:00.000Z");
        tell(&world, &visitor, &order, &[
            ("2026-05-01T10:00:01Z", Ok((0, 11_500))),
            // Ten days before, to the last second of the day in Seoul.
            ("2026-07-05T14:59:59Z", Ok((0, 11_500))),
            ("2026-07-05T15:00:00Z", Ok((2_500, 9_000))),
            ("2026-07-08T14:59:59Z", Ok((2_500, 9_000))),
            ("2026-07-08T15:00:00Z", Ok((3_500, 8_000))),
            ("2026-07-12T14:59:59Z", Ok((3_500, 8_000))),
            ("2026-07-12T15:00:00Z", Ok((4_500, 7_000))),
            ("2026-07-14T14:59:59Z", Ok((4_500, 7_000))),
            // The day of the show, and its first second.
            ("2026-07-14T15:00:00Z", Ok((10_500, 1_000))),
            ("2026-07-15T10:29:59Z", Ok((10_500, 1_000))),
            ("2026-07-15T10:30:00Z", Err("not refundable")),
        ]).await;
    }

    async fn who_ordered_within_a_day_gives_back_free_until_three_days_before(world: World) {
        let sale = sale(&world, "Asia/Seoul", "2026-05-06T10:30:00Z", korean()).await;
        let visitor = world.admitted(&sale).await;
        let early = world.bought(&visitor, &[3]).await;
        // The hour ends before the day does.
        assert_eq!(until(&world, &visitor, &early).await, "2026-05-02T10:00:00.200Z");
        tell(&world, &visitor, &early, &[
            ("2026-05-02T10:00:00Z", Ok((0, 11_500))),
            ("2026-05-02T10:00:01Z", Ok((3_500, 8_000))),
        ]).await;
        turn_to(&world, "2026-05-03T10:00:00Z");
        let late = world.admitted(&sale).await;
        let order = world.bought(&late, &[4]).await;
        // The day ends before the hour does.
        assert_eq!(until(&world, &late, &order).await, "2026-05-03T15:00:00.000Z");
        tell(&world, &late, &order, &[
            ("2026-05-03T14:59:59Z", Ok((0, 11_500))),
            ("2026-05-03T15:00:00Z", Ok((4_500, 7_000))),
        ]).await;
    }

    async fn a_day_begins_at_midnight_in_the_house_when_clocks_change(world: World) {
        let by_day = |days_before, fee_percent| RefundRule {
            days_before, fee_percent, ..RefundRule::default()
        };
        let refund_terms = vec![by_day(Some(3), 0), by_day(Some(1), 30), by_day(None, 90)];
        let policy = Policy { refund_terms, ..Policy::default() };
        // Clocks go back on the 1st of November: a day of 25 hours.
        let autumn = sale(&world, "America/New_York", "2026-11-03T00:30:00Z", policy.clone()).await;
        let spring = sale(&world, "Europe/Berlin", "2027-03-29T18:00:00Z", policy).await;
        let visitor = world.admitted(&autumn).await;
        let order = world.bought(&visitor, &[3]).await;
        let other = world.admitted(&spring).await;
        let later = world.bought(&other, &[3]).await;
        tell(&world, &visitor, &order, &[
            // On stage on the 2nd in New York: three days before is the 30th.
            ("2026-10-31T03:59:59Z", Ok((0, 10_000))),
            ("2026-10-31T04:00:00Z", Ok((3_000, 7_000))),
            ("2026-11-02T04:59:59Z", Ok((3_000, 7_000))),
            ("2026-11-02T05:00:00Z", Ok((9_000, 1_000))),
        ]).await;
        tell(&world, &other, &later, &[
            ("2027-03-26T22:59:59Z", Ok((0, 10_000))),
            ("2027-03-26T23:00:00Z", Ok((3_000, 7_000))),
            // Clocks went forward on the 28th.
            ("2027-03-28T21:59:59Z", Ok((3_000, 7_000))),
            ("2027-03-28T22:00:00Z", Ok((9_000, 1_000))),
        ]).await;
    }

    async fn without_terms_all_comes_back_until_the_show_begins(world: World) {
        let policy = Policy { booking_fee: Some(won(FEE)), ..Policy::default() };
        let sale = sale(&world, "Asia/Seoul", "2026-05-10T10:00:00Z", policy).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[3]).await;
        assert_eq!(until(&world, &visitor, &order).await, "2026-05-10T10:00:00.000Z");
        tell(&world, &visitor, &order, &[
            ("2026-05-10T09:59:59Z", Ok((0, 11_500))),
            ("2026-05-10T10:00:00Z", Err("not refundable")),
        ]).await;
    }

    async fn a_fee_is_capped_and_rounded_down_seat_by_seat(world: World) {
        let rule = |fee_percent, most| RefundRule {
            fee_percent, fee_at_most: Some(won(most)), ..RefundRule::default()
        };
        for (percent, most, fee) in [(33, 100_000, 3_299), (10, 400, 400), (100, 0, 0)] {
            let policy = Policy { refund_terms: vec![rule(percent, most)], ..Policy::default() };
            let sale = world.sale_of(policy, &hall(10), &[("Regular", Some(9_999))]).await;
            let visitor = world.admitted(&sale).await;
            let order = world.bought(&visitor, &[3, 4]).await;
            let one = quoted(&world, &visitor, &order, Some(&[4])).await;
            assert_eq!(one, Ok((fee, 9_999 - fee)), "{percent} %, at most {most}");
            let both = quoted(&world, &visitor, &order, None).await;
            assert_eq!(both, Ok((2 * fee, 2 * (9_999 - fee))), "{percent} %, at most {most}");
        }
    }

    async fn an_order_keeps_the_terms_it_was_placed_with(world: World) {
        let sale = sale(&world, "Asia/Seoul", "2026-05-10T10:00:00Z", Policy::default()).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[3]).await;
        let terms = vec![RefundRule { fee_percent: 50, ..RefundRule::default() }];
        let policy = PolicyChange {
            refund_terms: Some(terms.clone()),
            ..Default::default()
        };
        let changed = PerformanceChange { policy: Some(policy), ..PerformanceChange::default() };
        change(&world, &sale, changed).await.unwrap();
        assert_eq!(quoted(&world, &visitor, &order, None).await, Ok((0, PRICE)));
        world.advance_seconds(1);
        let later = world.admitted(&sale).await;
        let order = world.bought(&later, &[4]).await;
        assert_eq!(order.refund_terms, terms);
        assert_eq!(quoted(&world, &later, &order, None).await, Ok((PRICE / 2, PRICE / 2)));
    }

    async fn a_show_that_was_moved_is_given_back_free_for_a_while(world: World) {
        let refund_terms = vec![RefundRule { fee_percent: 50, ..RefundRule::default() }];
        let policy = Policy { refund_terms, moved_refund_days: 3, ..Policy::default() };
        let sale = sale(&world, "Asia/Seoul", "2026-06-10T10:00:00Z", policy).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[3]).await;
        assert_eq!(quoted(&world, &visitor, &order, None).await, Ok((5_000, 5_000)));
        turn_to(&world, "2026-05-02T10:00:00Z");
        let starts_at = Some(time("2026-06-20T10:00:00Z"));
        let moved = PerformanceChange { starts_at, ..PerformanceChange::default() };
        let none = PolicyChange { moved_refund_days: Some(2), ..PolicyChange::default() };
        let emptied = PerformanceChange { policy: Some(none), ..moved.clone() };
        refused!(change(&world, &sale, emptied).await, Error::Frozen(_));
        change(&world, &sale, moved).await.unwrap();
        turn_to(&world, "2026-05-02T10:00:02Z");
        let knowing = world.admitted(&sale).await;
        let late = world.bought(&knowing, &[4]).await;
        assert_eq!(quoted(&world, &knowing, &late, None).await, Ok((5_000, 5_000)));
        assert_eq!(until(&world, &visitor, &order).await, "2026-05-05T10:00:00.000Z");
        tell(&world, &visitor, &order, &[
            ("2026-05-05T09:59:59Z", Ok((0, 10_000))),
            ("2026-05-05T10:00:00Z", Ok((5_000, 5_000))),
            ("2026-06-20T10:00:00Z", Err("not refundable")),
        ]).await;
    }

    async fn terms_that_leave_a_gap_are_refused(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let for_all = RefundRule::default();
        let by_day = RefundRule { days_before: Some(1), ..for_all };
        let euro = Some(Money::new(1, Currency::EUR));
        for wrong in [
            vec![by_day],
            vec![for_all, by_day],
            vec![for_all, for_all],
            vec![RefundRule { fee_percent: 101, ..for_all }],
            vec![RefundRule { days_before: Some(0), ..by_day }, for_all],
            vec![RefundRule { hours_since_order: Some(10_000), ..by_day }, for_all],
            vec![RefundRule { fee_at_most: Some(won(-1)), ..for_all }],
            vec![RefundRule { fee_at_most: euro, ..for_all }],
            vec![by_day; 21],
        ] {
            let policy = PolicyChange {
                refund_terms: Some(wrong.clone()),
                ..Default::default()
            };
            let changed = PerformanceChange { policy: Some(policy), ..Default::default() };
            let refused = change(&world, &sale, changed).await;
            assert!(matches!(refused, Err(Error::Validation(_))), "{wrong:?}: {refused:?}");
        }
        let policy = PolicyChange {
            booking_fee: Some(euro),
            ..Default::default()
        };
        let changed = PerformanceChange { policy: Some(policy), ..Default::default() };
        refused!(change(&world, &sale, changed).await, Error::Validation(_));
    }
}
