//! What happens to performances and accounts is told, too; and whoever keeps a position of its own goes on from
//! there.

use ticketing_core::accounts::{Role, SignUp};
use ticketing_core::catalog::{PerformanceChange, Policy};
use ticketing_core::events::{
    AccountEvent, Event, EventKind, EventPosition, EventStream, EventsFrom, OrderEvent,
    PerformanceEvent, Topic,
};
use ticketing_core::{Error, Steer};

use crate::cleared::cancel;
use crate::events::all_told;
use crate::reviews::soon;
use crate::sale::OnSale;
use crate::world::World;

/// What happened to one thing, with the versions.
fn of(events: &[Event], aggregate: uuid::Uuid) -> Vec<(EventKind, i64)> {
    let of_it = events.iter().filter(|event| event.aggregate == aggregate);
    of_it.map(|event| (event.kind, event.version)).collect()
}

/// As many events as there have to be.
async fn take(stream: &mut EventStream, count: usize) -> Vec<Event> {
    let mut events = Vec::new();
    while events.len() < count {
        events.push(stream.next().await.unwrap());
    }
    events
}

async fn from(world: &World, topics: &[Topic], from: EventsFrom) -> EventStream {
    world.office.events(topics, from).await.unwrap()
}

async fn buys(world: &World, sale: &OnSale, seat: u32) {
    let visitor = world.admitted(sale).await;
    world.bought(&visitor, &[seat]).await;
}

const A_PURCHASE: [OrderEvent; 3] = [OrderEvent::Placed, OrderEvent::Confirming, OrderEvent::Paid];

behaviour! {
    async fn what_happens_to_a_performance_is_told_with_its_versions(world: World) {
        use PerformanceEvent::{Added, Cancelled, Changed, Closed, Removed, Steered};
        let sale = soon(&world, world.organizer().await, None).await;
        let rename = |title: &str| {
            let change = PerformanceChange { title: Some(title.into()), ..Default::default() };
            world.office.change_performance(&sale.organizer, sale.id, change)
        };
        rename("Another").await.unwrap();
        // The same again is no change.
        rename("Another").await.unwrap();
        world.office.steer(&sale.organizer, sale.id, Steer::Pause(None)).await.unwrap();
        cancel(&world, &sale).await;
        crate::cleared::cleared(&world).await;
        all_told(&world, &world).await;
        let mut stream = from(&world, &[Topic::Performances], EventsFrom::Oldest).await;
        let mut told = Vec::new();
        while told.last() != Some(&Removed) {
            let event = stream.next().await.unwrap();
            assert_eq!(event.performance, Some(sale.id));
            assert_eq!(event.version, i64::try_from(told.len()).unwrap() + 1);
            let EventKind::Performance(kind) = event.kind else { panic!("{event:?}") };
            told.push(kind);
        }
        // The line of a sale begins by itself; what nothing was ordered of is gone without being cleared.
        assert_eq!(told, [Added, Changed, Steered, Cancelled, Closed, Removed]);
    }

    async fn what_happens_to_an_account_is_told_without_who_it_is(world: World) {
        let sign_up = SignUp {
            email: "ada@example.org".into(),
            password: "a long password".into(),
            name: "Ada".into(),
            nickname: "ada".into(),
            birthdate: None,
        };
        let account = world.office.sign_up(sign_up.clone()).await.unwrap().id;
        // Those made for load are nobody's.
        let synthetic = world.organizer().await.account();
        for role in [Role::Organizer, Role::Organizer, Role::Buyer] {
            world.give_role(account, role).await;
        }
        all_told(&world, &world).await;
        let mut stream = from(&world, &[Topic::Accounts], EventsFrom::Oldest).await;
        let sentinel = SignUp { email: "bo@example.org".into(), nickname: "bo".into(), ..sign_up };
        let last = world.office.sign_up(sentinel).await.unwrap().id;
        all_told(&world, &world).await;
        // The first is the administrator's.
        let events = take(&mut stream, 5).await;
        assert_eq!(of(&events, last.uuid()), [(AccountEvent::Added.into(), 1)]);
        let (added, changed) = (AccountEvent::Added.into(), AccountEvent::RoleChanged.into());
        assert_eq!(of(&events, account.uuid()), [(added, 1), (changed, 2), (changed, 3)]);
        assert_eq!(of(&events, synthetic.uuid()), []);
        assert!(events.iter().all(|event| event.performance.is_none() && event.seats == 0));
    }

    async fn a_stream_goes_on_where_another_had_come(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let topics = [Topic::Orders, Topic::Performances];
        buys(&world, &sale, 1).await;
        all_told(&world, &world).await;
        let mut first = from(&world, &topics, EventsFrom::Oldest).await;
        let mut orders = Vec::new();
        while orders.len() < 2 {
            let event = first.next().await.unwrap();
            orders.extend(matches!(event.kind, EventKind::Order(_)).then_some(event));
        }
        let position: EventPosition = first.position().to_string().parse().unwrap();
        let mut now = from(&world, &topics, EventsFrom::Now).await;
        drop(first);
        buys(&world, &sale, 2).await;
        let elsewhere = world.another_office().await;
        all_told(&world, &elsewhere).await;
        let mut rest = from(&elsewhere, &topics, EventsFrom::Behind(position)).await;
        while orders.len() < 6 {
            let event = rest.next().await.unwrap();
            orders.extend(matches!(event.kind, EventKind::Order(_)).then_some(event));
        }
        let kinds = |events: &[Event]| {
            let mut kinds: Vec<_> =
                events.iter().map(|event| (event.aggregate, event.version, event.kind)).collect();
            kinds.sort_unstable_by_key(|(aggregate, version, _)| (*aggregate, *version));
            kinds.into_iter().map(|(.., kind)| kind).collect::<Vec<_>>()
        };
        let once: Vec<EventKind> = A_PURCHASE.map(EventKind::from).to_vec();
        assert_eq!(kinds(&orders), [once.clone(), once.clone()].concat(), "each, and none twice");
        let later = take(&mut now, 3).await;
        assert_eq!(kinds(&later), once, "what came after it was opened");
    }

    async fn a_stream_waits_for_what_comes(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let mut stream = from(&world, &[Topic::Orders], EventsFrom::Now).await;
        let waiting = tokio::spawn(async move { stream.next().await.unwrap() });
        buys(&world, &sale, 1).await;
        all_told(&world, &world).await;
        let event = waiting.await.unwrap();
        assert_eq!(event.kind, OrderEvent::Placed.into());
    }

    async fn a_position_that_nothing_is_known_of_is_refused(world: World) {
        let ahead: EventPosition = "orders/0=1000000".parse().unwrap();
        let stream = world.office.events(&[Topic::Orders], EventsFrom::Behind(ahead)).await;
        refused!(stream, Error::Conflict(_));
        refused!("orders".parse::<EventPosition>(), Error::Validation(_));
    }
}
