//! What an organizer changes, what stays as it was, also deep inside, and what cannot change any
//! more.

use ticketing_core::catalog::{
    CategoryPrice, Entry, NewPerformance, NewProduction, PerformanceChange, PerformanceDetails,
    Policy, PolicyChange, ProductionChange, Reentry, RefundRule,
};
use ticketing_core::orders::OrderStatus;
use ticketing_core::{Currency, Error, Money, PayMethod, Result};

use crate::sale::{OnSale, PRICE, paid};
use crate::world::World;

/// A row of stalls and a row of balcony.
pub(crate) const TWO_CATEGORIES: &str = r#"
name = "Two"
[[categories]]
name = "Stalls"
[[categories]]
name = "Balcony"
[[sections]]
name = "House"
rows = [
  { label = "1", seats = "1-3", category = "Stalls" },
  { label = "2", seats = "1-3", category = "Balcony" },
]
"#;
const PRICES: [(&str, Option<i64>); 2] = [("Stalls", Some(2 * PRICE)), ("Balcony", Some(PRICE))];

async fn details(world: &World, sale: &OnSale) -> PerformanceDetails {
    let view = world.office.performance(Some(&sale.organizer), sale.id).await.unwrap();
    view.performance.details
}

async fn change(
    world: &World,
    sale: &OnSale,
    change: PerformanceChange,
) -> Result<PerformanceDetails> {
    let view = world.office.change_performance(&sale.organizer, sale.id, change).await?;
    Ok(view.performance.details)
}

async fn change_policy(
    world: &World,
    sale: &OnSale,
    policy: PolicyChange,
) -> Result<PerformanceDetails> {
    change(world, sale, PerformanceChange { policy: Some(policy), ..Default::default() }).await
}

async fn price(
    world: &World,
    sale: &OnSale,
    category: &str,
    price: Option<Money>,
) -> Result<PerformanceDetails> {
    let prices = Some(vec![CategoryPrice { category: category.into(), price }]);
    change(world, sale, PerformanceChange { prices, ..Default::default() }).await
}

fn won(amount: i64) -> Money {
    Money::new(amount, Currency::KRW)
}

fn prices(details: &PerformanceDetails) -> Vec<(String, Option<Money>)> {
    let mut prices: Vec<_> =
        details.prices.iter().map(|price| (price.category.clone(), price.price)).collect();
    prices.sort_by(|one, other| one.0.cmp(&other.0));
    prices
}

behaviour! {
    async fn a_change_of_one_term_keeps_every_other(world: World) {
        let policy = Policy {
            line_capacity: 7,
            admit_per_minute: Some(60),
            claim_seconds: 11,
            pass_lease_seconds: 222,
            hold_seconds: 33,
            pay_seconds: 444,
            seats_per_buyer: 5,
            reentry: Reentry::Requeue,
            orphan_rule: true,
            pre_queue_seconds: None,
            draw_entropy: None,
            sale_ends_at: Some(world.now().plus_seconds(3_600)),
            payment_methods: vec![PayMethod::Transfer, PayMethod::Card],
            booking_fee: Some(won(500)),
            refund_terms: RefundRule::korean_consumer_standard(),
            moved_refund_days: 9,
            entry: Entry::Daily,
        };
        let sale = world.sale(policy, 10).await;
        let before = details(&world, &sale).await;
        let one = PolicyChange { hold_seconds: Some(99), ..PolicyChange::default() };
        let after = change_policy(&world, &sale, one).await.unwrap();
        let policy = Policy { hold_seconds: 99, ..before.policy.clone() };
        assert_eq!(after, PerformanceDetails { policy, ..before });
        let other = world.another_office().await;
        assert_eq!(details(&other, &sale).await, after, "and it is written down");
    }

    async fn only_what_may_be_absent_is_taken_away(world: World) {
        let ends_at = world.now().plus_seconds(3_600);
        let policy = Policy {
            admit_per_minute: Some(60),
            sale_ends_at: Some(ends_at),
            ..Policy::default()
        };
        let sale = world.sale(policy, 10).await;
        let none = PolicyChange { admit_per_minute: Some(None), ..PolicyChange::default() };
        let after = change_policy(&world, &sale, none).await.unwrap().policy;
        assert_eq!((after.admit_per_minute, after.sale_ends_at), (None, Some(ends_at)));
        let none = PolicyChange { sale_ends_at: Some(None), ..PolicyChange::default() };
        assert_eq!(change_policy(&world, &sale, none).await.unwrap().policy, Policy::default());
    }

    async fn a_change_of_one_price_keeps_the_others(world: World) {
        let sale = world.sale_of(Policy::default(), TWO_CATEGORIES, &PRICES).await;
        let before = details(&world, &sale).await;
        let after = price(&world, &sale, "Balcony", Some(won(1))).await.unwrap();
        let expected = [("Balcony", 1), ("Stalls", 2 * PRICE)];
        let expected = expected.map(|(name, amount)| (name.to_owned(), Some(won(amount))));
        assert_eq!(prices(&after), expected);
        assert_eq!(PerformanceDetails { prices: before.prices.clone(), ..after }, before);
        refused!(price(&world, &sale, "Royal box", Some(won(1))).await, Error::Validation(_));
        refused!(price(&world, &sale, "Balcony", Some(won(-1))).await, Error::Validation(_));
        assert_eq!(prices(&details(&world, &sale).await), expected);
    }

    async fn a_change_of_the_title_keeps_everything_else(world: World) {
        let organizer = world.organizer().await;
        let venue = world.venue(&organizer, TWO_CATEGORIES).await;
        let new = NewPerformance {
            description: "A description.".into(),
            genre: "Concert".into(),
            age_limit: 12,
            ..world.details(venue, &PRICES)
        };
        let sale = world.put_on_sale(organizer, new).await;
        let before = details(&world, &sale).await;
        let title = PerformanceChange { title: Some("Another".into()), ..Default::default() };
        let after = change(&world, &sale, title).await.unwrap();
        assert_eq!(after.title.as_str(), "Another");
        assert_eq!(PerformanceDetails { title: before.title.clone(), ..after }, before);
        let nothing = change(&world, &sale, PerformanceChange::default()).await.unwrap();
        assert_eq!(nothing.title.as_str(), "Another");
    }

    async fn a_change_of_a_production_keeps_what_is_not_named(world: World) {
        let (office, organizer) = (&world.office, world.organizer().await);
        let new = NewProduction {
            title: "A quartet".into(),
            description: "Strings.".into(),
            genre: "Concert".into(),
            age_limit: 6,
        };
        let made = office.add_production(&organizer, new).await.unwrap().production;
        let genre = ProductionChange { genre: Some("Chamber".into()), ..Default::default() };
        let changed = office.change_production(&organizer, made.id, genre).await.unwrap();
        assert_eq!(office.production(made.id).await.unwrap(), changed);
        let changed = changed.production;
        assert_eq!((changed.genre.as_str(), changed.age_limit), ("Chamber", 6));
        assert_eq!((&changed.title, &changed.description), (&made.title, &made.description));
        let other = world.organizer().await;
        let theirs = office.change_production(&other, made.id, ProductionChange::default()).await;
        refused!(theirs, Error::Forbidden(_));
    }

    async fn once_a_sale_has_begun_its_currency_and_its_categories_stay(world: World) {
        let sale = world.sale_of(Policy::default(), TWO_CATEGORIES, &PRICES).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[3]).await;
        world.hold(&visitor, &[4]).await.unwrap();
        let euros = |category: &str| CategoryPrice {
            category: category.into(),
            price: Some(Money::new(1, Currency::EUR)),
        };
        let all = Some(vec![euros("Stalls"), euros("Balcony")]);
        let in_euros = PerformanceChange { prices: all, ..Default::default() };
        refused!(change(&world, &sale, in_euros.clone()).await, Error::Frozen(_));
        refused!(price(&world, &sale, "Stalls", None).await, Error::Frozen(_));
        price(&world, &sale, "Stalls", Some(won(1))).await.unwrap();
        // Nobody gets around that by moving the sale away first.
        let later = Some(world.now().plus_seconds(3_600));
        let away = PerformanceChange { on_sale_at: later, ..Default::default() };
        change(&world, &sale, away).await.unwrap();
        refused!(change(&world, &sale, in_euros).await, Error::Frozen(_));
        let order = paid(world.pay(&visitor.caller, &order).await.unwrap());
        assert_eq!((order.status, order.total), (OrderStatus::Paid, won(PRICE)));
    }

    async fn before_anybody_can_have_joined_everything_may_change(world: World) {
        let policy = Policy { pre_queue_seconds: Some(600), ..Policy::default() };
        let sale = world.sale_in(3_600, policy, 10).await;
        let named =
            PolicyChange { draw_entropy: Some(Some("dice".into())), ..PolicyChange::default() };
        change_policy(&world, &sale, named).await.unwrap();
        let draw = world.office.line_draw(sale.id).await.unwrap();
        assert_eq!(draw.entropy_source.as_deref(), Some("dice"));
        let euros = Some(Money::new(1, Currency::EUR));
        price(&world, &sale, "Regular", euros).await.unwrap();
        let none = PolicyChange {
            draw_entropy: Some(None),
            pre_queue_seconds: Some(None),
            ..PolicyChange::default()
        };
        let after = change_policy(&world, &sale, none).await.unwrap().policy;
        assert_eq!((after.draw_entropy, after.pre_queue_seconds), (None, None));
    }
}
