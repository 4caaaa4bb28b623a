//! Reviews, edits, likes, rulings and refunds of a few guests, in random order.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt;
use rand_chacha::ChaCha20Rng;

use ticketing_core::accounts::Caller;
use ticketing_core::orders::Order;
use ticketing_core::reviews::{Rating, ReviewChange, ReviewListing, ReviewSort, Standing};
use ticketing_core::{Page, Result, ReviewId};

use super::{random, refusal};
use crate::events::all_told;
use crate::reviews::{adds_up, begins, saying, soon};
use crate::sale::OnSale;
use crate::world::World;

const GUESTS: u32 = 5;
const STEPS: u32 = 100;
const DAY_SECONDS: u64 = 24 * 3_600;

struct History<'a> {
    world: &'a World,
    sale: OnSale,
    guests: Vec<(Caller, Order)>,
    /// The last review of each, and who likes it.
    written: BTreeMap<usize, (ReviewId, BTreeSet<usize>)>,
    told: Vec<String>,
}

/// What happened, in a world whose clock moves on.
pub(super) async fn history(world: &World, seed: u64) -> Vec<String> {
    let mut random = random(seed);
    let sale = soon(world, world.organizer().await, None).await;
    let mut guests = Vec::new();
    for seat in 0..GUESTS {
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[seat]).await;
        guests.push((visitor.caller, order));
    }
    begins(world);
    let mut history = History { world, sale, guests, written: BTreeMap::new(), told: Vec::new() };
    for _ in 0..STEPS {
        history.step(&mut random).await;
    }
    history.check().await;
    history.told
}

impl History<'_> {
    async fn step(&mut self, random: &mut ChaCha20Rng) {
        let who = random.random_range(0..self.guests.len());
        match random.random_range(0..20) {
            0..=4 => self.write(who, random.random_range(1..=5)).await,
            5..=6 => self.edit(who, random.random_range(1..=5)).await,
            7 => self.delete(who).await,
            8..=12 => self.like(who, random).await,
            13..=15 => self.rule(who, random).await,
            16 => self.refund(who).await,
            17 => all_told(self.world, self.world).await,
            _ => {
                self.world.advance_seconds(random.random_range(1..20) * DAY_SECONDS);
                self.world.office.step_reviews().await.unwrap();
            }
        }
    }

    fn tell<T>(&mut self, what: &str, done: &Result<T>) {
        let how = done.as_ref().err().map_or_else(|| "done".to_owned(), refusal);
        self.told.push(format!("{what}: {how}"));
    }

    async fn write(&mut self, who: usize, rating: u8) {
        let (sale, new) = (self.sale.id, saying(rating, "Title", &format!("by {who}")));
        let written = self.world.office.write_review(&self.guests[who].0, sale, new).await;
        self.tell(&format!("{who} writes {rating}"), &written);
        if let Ok(view) = written {
            self.written.insert(who, (view.review.id, BTreeSet::new()));
        }
    }

    async fn edit(&mut self, who: usize, rating: u8) {
        let Some((id, _)) = self.written.get(&who) else { return };
        let change = ReviewChange { rating: Some(rating), ..ReviewChange::default() };
        let edited = self.world.office.edit_review(&self.guests[who].0, *id, change).await;
        self.tell(&format!("{who} edits to {rating}"), &edited);
    }

    async fn delete(&mut self, who: usize) {
        let Some((id, _)) = self.written.get(&who) else { return };
        let deleted = self.world.office.delete_review(&self.guests[who].0, *id).await;
        self.tell(&format!("{who} deletes"), &deleted);
    }

    async fn like(&mut self, who: usize, random: &mut ChaCha20Rng) {
        let (whose, liked) =
            (random.random_range(0..self.guests.len()), random.random_range(0..3) > 0);
        let Some((id, _)) = self.written.get(&whose).cloned() else { return };
        let done = self.world.office.like_review(&self.guests[who].0, id, liked).await;
        self.tell(&format!("{who} likes {whose}'s: {liked}"), &done);
        let Ok(likes) = done else { return };
        let by = &mut self.written.get_mut(&whose).unwrap().1;
        if liked {
            by.insert(who)
        } else {
            by.remove(&who)
        };
        assert_eq!(likes.likes, by.len() as u64, "{:?}", self.told);
    }

    async fn rule(&mut self, who: usize, random: &mut ChaCha20Rng) {
        let Some((id, _)) = self.written.get(&who).cloned() else { return };
        let (office, root) = (&self.world.office, self.world.administrator());
        let (what, done) = match random.random_range(0..4) {
            0 => ("hidden", office.hide_review(&root, id, "why", 10).await.map(drop)),
            1 => ("removed", office.remove_review(&root, id, "why").await.map(drop)),
            2 => ("restored", office.restore_review(&root, id).await.map(drop)),
            _ => ("reported", office.report_review(&self.guests[0].0, id, "why").await),
        };
        self.tell(&format!("{who}'s is {what}"), &done);
    }

    async fn refund(&mut self, who: usize) {
        let (root, payment) = (self.world.administrator(), self.guests[who].1.payment);
        let done = self.world.office.refund_payment(&root, payment, self.world.key()).await;
        self.tell(&format!("{who}'s money goes back"), &done);
        self.world.settle_down().await;
    }

    /// What is kept is what a count of everything brings, and what a list shows.
    async fn check(&mut self) {
        let (world, office) = (self.world, &self.world.office);
        all_told(world, world).await;
        world.advance_seconds(2);
        adds_up(world).await;
        let mut expected = Rating::default();
        for (caller, order) in &self.guests {
            let mine = office.my_reviews(caller, Page::default()).await.unwrap().items;
            let order = office.order(caller, order.id).await.unwrap().order;
            for view in &mine {
                let paid = order.status == ticketing_core::orders::OrderStatus::Paid;
                assert_eq!(view.review.refunded, !paid, "{:?}", self.told);
                if view.review.standing == Standing::Shown {
                    expected.stars += u64::from(view.review.rating);
                    expected.count += 1;
                }
            }
        }
        for sort in ReviewSort::ALL {
            let listing = ReviewListing { sort, text: None };
            let page = office.reviews(None, self.sale.id, &listing, Page::default()).await;
            let page = page.unwrap();
            assert_eq!(page.rating, expected, "{:?}", self.told);
            assert_eq!(page.reviews.items.len() as u64, expected.count);
        }
        self.told.push(format!("{expected:?}"));
    }
}
