//! Many react to the same events, each by its own name and at its own pace: what one of them cannot do
//! is set aside for it alone.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ticketing_core::catalog::Policy;
use ticketing_core::events::{
    Event, EventKind, Needs, OrderEvent, ParkedEvent, React, SalesCounters,
};
use ticketing_core::{Error, Page, Result};

use crate::contradictions::later;
use crate::events::{ROUNDS_MAX, all_told, counters};
use crate::sale::OnSale;
use crate::world::World;

/// Longer than all waits between the tries of an event.
const ALL_TRIES_SECONDS: u64 = 2 * 3_600;
/// More tries than an event has.
const TRIES: u32 = 10;

/// Writes down what it reacted to, and cannot react to some of it.
struct Recorder {
    name: &'static str,
    needs: Needs,
    told: Mutex<Vec<(uuid::Uuid, i64)>>,
    cannot: Mutex<HashSet<EventKind>>,
    /// While it is these kinds' turn, a service that it needs does not answer.
    away: Mutex<HashSet<EventKind>>,
    panics: bool,
}

impl Recorder {
    fn at(world: &World, name: &'static str, needs: Needs) -> Arc<Self> {
        Self::subscribed(world, name, needs, false)
    }

    fn subscribed(world: &World, name: &'static str, needs: Needs, panics: bool) -> Arc<Self> {
        let (told, cannot, away) = (Mutex::default(), Mutex::default(), Mutex::default());
        let recorder = Arc::new(Self { name, needs, told, cannot, away, panics });
        world.office.subscribe(recorder.clone()).unwrap();
        recorder
    }

    fn cannot(&self, kinds: &[EventKind]) {
        *self.cannot.lock().unwrap() = kinds.iter().copied().collect();
    }

    fn is_away_at(&self, kinds: &[EventKind]) {
        *self.away.lock().unwrap() = kinds.iter().copied().collect();
    }

    /// The versions that it reacted to, of each order in the order in which it did.
    fn versions(&self) -> Vec<i64> {
        self.told.lock().unwrap().iter().map(|(_, version)| *version).collect()
    }
}

#[async_trait]
impl React for Recorder {
    fn name(&self) -> &str {
        self.name
    }

    fn wants(&self, kind: EventKind) -> bool {
        matches!(kind, EventKind::Order(_))
    }

    fn needs(&self) -> Needs {
        self.needs
    }

    async fn react(&self, event: &Event) -> Result<()> {
        if self.away.lock().unwrap().contains(&event.kind) {
            return Err(Error::Unavailable("it is away".into()));
        }
        if self.cannot.lock().unwrap().contains(&event.kind) {
            assert!(!self.panics, "it cannot");
            return Err(Error::Conflict("it cannot".into()));
        }
        self.told.lock().unwrap().push((event.aggregate, event.version));
        Ok(())
    }
}

async fn parked(world: &World) -> Vec<ParkedEvent> {
    let administrator = world.administrator();
    world.office.parked_events(&administrator, Page::default()).await.unwrap().items
}

/// The tries of what is set aside, until a person has to look.
async fn given_up(world: &World) {
    for _ in 0..TRIES {
        later(world, ALL_TRIES_SECONDS).await;
        world.office.step_parked().await.unwrap();
    }
}

async fn on_sale(world: &World) -> OnSale {
    world.sale(Policy::default(), 10).await
}

behaviour! {
    async fn every_consumer_hears_of_everything_in_the_order_of_each_order(world: World) {
        let sale = on_sale(&world).await;
        let (one, two) =
            (Recorder::at(&world, "one", Needs::Each), Recorder::at(&world, "two", Needs::Latest));
        let visitor = world.admitted(&sale).await;
        world.bought(&visitor, &[1]).await;
        all_told(&world, &world).await;
        assert_eq!(one.versions(), [1, 2, 3], "placed, confirming, paid");
        assert_eq!(two.versions(), one.versions());
    }

    async fn what_one_cannot_do_holds_up_no_other_and_no_other_order(world: World) {
        let sale = on_sale(&world).await;
        let fails = Recorder::at(&world, "fails", Needs::Each);
        let well = Recorder::at(&world, "well", Needs::Each);
        fails.cannot(&[OrderEvent::Confirming.into()]);
        let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
        world.bought(&first, &[1]).await;
        let cancelled = world.ordered(&second, &[2]).await;
        world.cancel(&second.caller, &cancelled).await.unwrap();
        all_told(&world, &world).await;
        assert_eq!(well.versions().len(), 5);
        let mut told = fails.versions();
        told.sort_unstable();
        assert_eq!(told, [1, 1, 2], "the other order goes on");
        let expected =
            SalesCounters { orders_placed: 2, orders_paid: 1, orders_ended: 1, seats_sold: 1 };
        assert_eq!(counters(&world, &sale).await, expected);
        let mut aside: Vec<(i64, bool)> =
            parked(&world).await.iter().map(|one| (one.event.version, one.reason.is_some())).collect();
        // Both were set aside in the same millisecond.
        aside.sort_unstable();
        assert_eq!(aside, [(2, true), (3, false)], "the payment waits behind its beginning");
    }

    async fn what_it_could_not_do_is_tried_again_by_itself_and_in_order(world: World) {
        let sale = on_sale(&world).await;
        let fails = Recorder::at(&world, "fails", Needs::Each);
        fails.cannot(&[OrderEvent::Confirming.into()]);
        let visitor = world.admitted(&sale).await;
        world.bought(&visitor, &[1]).await;
        all_told(&world, &world).await;
        fails.cannot(&[]);
        for _ in 0..3 {
            later(&world, 60).await;
            world.office.step_parked().await.unwrap();
        }
        assert_eq!(fails.versions(), [1, 2, 3]);
        assert_eq!(parked(&world).await, []);
    }

    async fn what_never_works_waits_for_a_person_who_has_it_done(world: World) {
        let sale = on_sale(&world).await;
        let fails = Recorder::at(&world, "fails", Needs::Each);
        fails.cannot(&[OrderEvent::Placed.into()]);
        let visitor = world.admitted(&sale).await;
        world.bought(&visitor, &[1]).await;
        all_told(&world, &world).await;
        given_up(&world).await;
        let aside = parked(&world).await;
        assert_eq!(aside.len(), 3);
        let first = &aside[0];
        assert!(first.needs_a_person() && first.tries == 7, "{first:?}");
        assert!(first.reason.as_deref().unwrap().contains("it cannot"));
        assert_eq!(fails.versions(), [] as [i64; 0], "the others wait behind it");
        let administrator = world.administrator();
        refused!(world.office.redrive_event(&visitor.caller, first.id).await, Error::Forbidden(_));
        fails.cannot(&[]);
        world.office.redrive_event(&administrator, first.id).await.unwrap();
        for _ in 0..3 {
            world.office.step_parked().await.unwrap();
        }
        assert_eq!(fails.versions(), [1, 2, 3]);
        refused!(world.office.parked_event(&administrator, first.id).await, Error::NotFound(_));
    }

    async fn what_a_person_gives_up_is_passed_over(world: World) {
        let sale = on_sale(&world).await;
        let fails = Recorder::at(&world, "fails", Needs::Each);
        fails.cannot(&[OrderEvent::Placed.into()]);
        let visitor = world.admitted(&sale).await;
        world.bought(&visitor, &[1]).await;
        all_told(&world, &world).await;
        let first = parked(&world).await.remove(0);
        world.office.drop_event(&world.administrator(), first.id).await.unwrap();
        for _ in 0..3 {
            later(&world, 60).await;
            world.office.step_parked().await.unwrap();
        }
        assert_eq!(fails.versions(), [2, 3]);
    }

    async fn who_shows_the_latest_forgets_what_is_older(world: World) {
        let sale = on_sale(&world).await;
        let shows = Recorder::at(&world, "shows", Needs::Latest);
        shows.cannot(&[OrderEvent::Placed.into(), OrderEvent::Confirming.into()]);
        let visitor = world.admitted(&sale).await;
        world.ordered(&visitor, &[1]).await;
        all_told(&world, &world).await;
        assert_eq!(parked(&world).await.len(), 1);
        let other = world.admitted(&sale).await;
        world.bought(&other, &[2]).await;
        all_told(&world, &world).await;
        let left: Vec<i64> = parked(&world).await.iter().map(|one| one.event.version).collect();
        assert_eq!((left, shows.versions()), (vec![1], vec![3]), "only the first order's is left");
    }

    async fn who_is_away_loses_nothing_and_sets_nothing_aside(world: World) {
        let sale = on_sale(&world).await;
        let away = Recorder::at(&world, "away", Needs::Each);
        away.is_away_at(&[OrderEvent::Paid.into()]);
        let visitor = world.admitted(&sale).await;
        world.bought(&visitor, &[1]).await;
        world.office.step_events().await.unwrap();
        let mut unavailable = false;
        for _ in 0..ROUNDS_MAX {
            unavailable |= world.office.step_reactions().await.is_err();
            if unavailable && counters(&world, &sale).await.seats_sold == 1 {
                break;
            }
        }
        assert!(unavailable, "somebody hears that it is away");
        assert_eq!(counters(&world, &sale).await.seats_sold, 1, "the others go on");
        let told = away.versions();
        assert_eq!((told, parked(&world).await), (vec![1, 2], vec![]), "what was done is done once");
        away.is_away_at(&[]);
        all_told(&world, &world).await;
        assert_eq!(away.versions(), [1, 2, 3]);
    }

    async fn a_panic_in_a_reaction_is_set_aside_as_any_other_failure(world: World) {
        let sale = on_sale(&world).await;
        let panics = Recorder::subscribed(&world, "panics", Needs::Each, true);
        panics.cannot(&[OrderEvent::Placed.into()]);
        let visitor = world.admitted(&sale).await;
        world.ordered(&visitor, &[1]).await;
        all_told(&world, &world).await;
        let aside = parked(&world).await;
        assert_eq!(aside.len(), 1);
        assert!(aside[0].reason.as_deref().unwrap().contains("panicked"), "{aside:?}");
    }

    async fn a_consumer_has_a_plain_name_of_its_own(world: World) {
        for name in ["", "Sales", "a b", "seats", "box-office", "0123456789012345678901234567890123456789x"] {
            let (told, cannot, away) = (Mutex::default(), Mutex::default(), Mutex::default());
            let other =
                Recorder { name, needs: Needs::Each, told, cannot, away, panics: false };
            assert!(world.office.subscribe(Arc::new(other)).is_err(), "{name:?}");
        }
    }
}
