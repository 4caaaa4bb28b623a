//! Joins, questions, leaves, ticks and pauses, in random order; in some lines people join before the
//! opening, and are drawn.

use std::collections::{BTreeMap, HashMap};

use rand::RngExt;
use rand_chacha::ChaCha20Rng;

use ticketing_core::LineAnswer;
use ticketing_core::accounts::Caller;
use ticketing_core::admission::State;
use ticketing_core::catalog::{Policy, Reentry};

use super::random;
use crate::sale::{OnSale, Visitor};
use crate::world::World;

const BUYERS: u32 = 10;
const STEPS: u32 = 120;
/// When a line with a draw opens: some way into the history.
const OPENS_IN_SECONDS: u32 = 10;
/// Enough for the head to walk past every number of a history.
const TICKS_FOR_ALL: u32 = 20;
/// A place is present if it asked within this.
const PRESENT_MS: i64 = 2_000;

struct History<'a> {
    world: &'a World,
    sale: OnSale,
    capacity: u32,
    reentry: Reentry,
    /// Everyone who waits asks after each tick; else turns may lapse unclaimed.
    prompt: bool,
    buyers: Vec<Caller>,
    /// Each buyer's place, as far as it knows.
    places: BTreeMap<usize, Visitor>,
    /// The waiting ones among them: rank, and when it asked last.
    waiting: BTreeMap<u64, (usize, i64)>,
    /// What rank each number was shown; it never changes.
    ranks: HashMap<u64, u64>,
    owners: HashMap<u64, usize>,
    told: Vec<String>,
}

/// What happened, in a world whose clock moves on.
pub(super) async fn history(world: &World, seed: u64) -> Vec<String> {
    let mut random = random(seed);
    let capacity = random.random_range(1..4);
    let reentry = if random.random_bool(0.5) { Reentry::Keep } else { Reentry::Requeue };
    let prompt = random.random_bool(0.7);
    let drawn = random.random_bool(0.4);
    let policy = Policy {
        line_capacity: capacity,
        claim_seconds: 3,
        pass_lease_seconds: 20,
        reentry,
        pre_queue_seconds: drawn.then_some(600),
        ..Policy::default()
    };
    let sale = world.sale_in(if drawn { OPENS_IN_SECONDS } else { 0 }, policy, 10).await;
    let buyers = world.buyers(BUYERS).await;
    let (places, waiting) = (BTreeMap::new(), BTreeMap::new());
    let (ranks, owners, told) = (HashMap::new(), HashMap::new(), Vec::new());
    let mut history = History {
        world,
        sale,
        capacity,
        reentry,
        prompt,
        buyers,
        places,
        waiting,
        ranks,
        owners,
        told,
    };
    for _ in 0..STEPS {
        history.step(&mut random).await;
        history.check().await;
    }
    history.everyone_comes_in_while_there_is_room().await;
    history.told
}

impl History<'_> {
    async fn step(&mut self, random: &mut ChaCha20Rng) {
        let who = random.random_range(0..self.buyers.len());
        match random.random_range(0..10) {
            0..=2 => self.join(who).await,
            3..=5 => self.ask(who).await,
            6 => self.leave(who).await,
            7..=8 => self.tick().await,
            _ => self.world.advance_ms(random.random_range(100..4_000)),
        }
    }

    async fn join(&mut self, who: usize) {
        let before = self.places.get(&who).map(|place| place.place_token.clone());
        let answer = self.world.office.join(&self.buyers[who], self.sale.id).await.unwrap();
        let number = answer.place.number();
        assert_eq!(*self.owners.entry(number).or_insert(who), who, "a number is given out once");
        self.forget(who);
        self.waits(who, &answer);
        if before.as_ref() != Some(&answer.place_token) {
            let newest = self.owners.keys().max() == Some(&number);
            assert!(newest, "a new number is at the end");
        }
        self.told.push(format!("{who} joins: {number} {:?} {:?}", answer.state, answer.rank));
        let again = self.world.office.join(&self.buyers[who], self.sale.id).await.unwrap();
        if self.reentry == Reentry::Keep || answer.state == State::Admitted {
            assert_eq!(again.place, answer.place, "joining again answers the same place");
        }
        let number = again.place.number();
        assert_eq!(*self.owners.entry(number).or_insert(who), who, "a number is given out once");
        self.forget(who);
        self.waits(who, &again);
        let visitor = Visitor {
            caller: self.buyers[who],
            performance: self.sale.id,
            place_token: again.place_token,
            pass_token: None,
        };
        self.places.insert(who, visitor);
    }

    async fn ask(&mut self, who: usize) {
        let Some(visitor) = self.places.get_mut(&who) else { return };
        let answer = self.world.ask(visitor).await;
        let number = answer.place.number();
        self.forget(who);
        self.waits(who, &answer);
        self.told.push(format!("{who} asks: {number} {:?} {}", answer.state, answer.ahead));
    }

    /// Notes where a waiting place stands; once shown, its rank stays.
    fn waits(&mut self, who: usize, answer: &LineAnswer) {
        let Some(rank) = answer.rank else {
            assert!(answer.state != State::Waiting, "nobody waits without a rank");
            return;
        };
        let number = answer.place.number();
        assert_eq!(*self.ranks.entry(number).or_insert(rank), rank, "a rank never changes");
        if answer.state == State::Waiting {
            self.waiting.insert(rank, (who, self.world.now().as_millis()));
        }
    }

    async fn leave(&mut self, who: usize) {
        let Some(visitor) = self.places.get(&who) else { return };
        self.world.leave(visitor).await.unwrap();
        self.forget(who);
        self.told.push(format!("{who} leaves"));
    }

    async fn tick(&mut self) {
        self.world.tick().await;
        if self.prompt {
            self.ask_all().await;
        }
    }

    /// Those who came in by the tick just now must be the first among those who were present.
    async fn ask_all(&mut self) {
        let now = self.world.now().as_millis();
        let was_present = |asked: i64| now - asked <= PRESENT_MS;
        let present = self.waiting.iter().filter(|(_, (_, asked))| was_present(*asked));
        let present: Vec<u64> = present.map(|(number, _)| *number).collect();
        let asking: Vec<(u64, usize)> =
            self.waiting.iter().map(|(number, (who, _))| (*number, *who)).collect();
        let mut came_in = Vec::new();
        for (number, who) in asking {
            self.ask(who).await;
            if !self.waiting.contains_key(&number) {
                came_in.push(number);
            }
        }
        let in_order = present.starts_with(&came_in);
        assert!(in_order || !self.prompt, "{came_in:?} of {present:?}: {:#?}", self.told);
    }

    /// The head walks a bounded number of places per tick, so it is given some.
    async fn everyone_comes_in_while_there_is_room(&mut self) {
        // A line that opens late has opened by then, and lets people in.
        self.world.advance_seconds(u64::from(2 * OPENS_IN_SECONDS));
        self.tick().await;
        for _ in 0..TICKS_FOR_ALL {
            self.world.tick().await;
            self.ask_all().await;
        }
        let room = self.capacity as usize - self.inside().await;
        assert!(room == 0 || self.waiting.is_empty(), "room for {room}: {:#?}", self.told);
    }

    fn forget(&mut self, who: usize) {
        self.waiting.retain(|_, (waiting, _)| *waiting != who);
    }

    async fn inside(&self) -> usize {
        let report = self.world.office.line_report(&self.sale.organizer, self.sale.id).await;
        report.unwrap().inside as usize
    }

    async fn check(&self) {
        let inside = self.inside().await;
        assert!(inside <= self.capacity as usize, "{inside} inside: {:#?}", self.told);
    }
}
