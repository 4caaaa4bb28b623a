//! Inside: choose seats and hold them; take fewer, then any, while there is anything to be had.

use std::ops::ControlFlow;
use std::ops::Range;
use std::time::Duration;

use rand::RngExt as _;
use ticketing_wire::problem::ProblemType;
use ticketing_wire::seats::{Best, Hold, NewHold, SeatStatus};
use ticketing_wire::secrets::PassToken;

use super::Person;
use crate::buyers::plan::{Quirk, Taste};
use crate::buyers::told::{Fate, ToldHold};
use crate::record::Step;
use ticketing_client::seats::{self, SeatsAnswer};

/// How often one who finds nothing free looks again.
const LOOK_AGAIN_MS: Range<u64> = 600..1_400;

/// How often a pushy buyer insists before it takes what there is.
const INSISTS: u32 = 3;

/// The seats as a buyer last saw them.
#[derive(Debug, Default)]
struct View {
    etag: Option<String>,
    statuses: Vec<SeatStatus>,
}

/// How an attempt to hold seats ended.
enum Attempt {
    Held(Hold),
    Refused,
    PassEnded,
}

impl Person {
    /// Tries to buy for as long as the pass lives; continues when the pass has ended.
    pub(super) async fn shop(&mut self, pass: &PassToken) -> ControlFlow<Fate> {
        self.step_in().await?;
        let mut view = View::default();
        let mut nothing_free = false;
        while self.pass_lives() {
            self.still_sold()?;
            self.look_around(nothing_free).await?;
            let wish = self.choose(&mut view).await?;
            nothing_free = wish.is_none();
            let Some(wish) = wish else { continue };
            match self.hold(pass, &wish).await {
                Attempt::Held(hold) => self.check_out(pass, &hold).await?,
                Attempt::Refused => self.lower_expectations(),
                Attempt::PassEnded => break,
            }
        }
        ControlFlow::Continue(())
    }

    /// Some come in and go again.
    async fn step_in(&mut self) -> ControlFlow<Fate> {
        match self.plan.quirk {
            Quirk::VanishesInside => ControlFlow::Break(Fate::GaveUp),
            Quirk::LeavesInside => {
                self.think().await;
                self.leave().await;
                ControlFlow::Break(Fate::GaveUp)
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn pass_lives(&mut self) -> bool {
        let now = self.now();
        self.pass().is_some_and(|pass| now < pass.expires)
    }

    async fn look_around(&mut self, nothing_free: bool) -> ControlFlow<Fate> {
        let pause = if nothing_free {
            Duration::from_millis(self.plan.rng.random_range(LOOK_AGAIN_MS))
        } else {
            self.plan.thought()
        };
        let until = self.now() + pause;
        self.wait(until).await
    }

    /// What to ask for; `None` where nothing is free at the moment.
    async fn choose(&mut self, view: &mut View) -> ControlFlow<Fate, Option<NewHold>> {
        let count = self.party as usize;
        let taken_lightly = self.party > 1 || self.refusals == 0;
        let wish = match &self.plan.taste {
            Taste::Hottest if self.refusals < INSISTS => {
                self.world.layout.hottest(count, &mut self.plan.rng).map(NewHold::of)
            }
            Taste::Best | Taste::Category(_) | Taste::Section(_) if taken_lightly => {
                Some(NewHold::best(self.best()))
            }
            _ => return self.choose_from_map(view).await,
        };
        ControlFlow::Continue(wish)
    }

    async fn choose_from_map(&mut self, view: &mut View) -> ControlFlow<Fate, Option<NewHold>> {
        self.look_at_map(view).await;
        let statuses = &view.statuses;
        if !statuses.is_empty() && !statuses.iter().any(|status| status.may_come_back()) {
            return ControlFlow::Break(Fate::TurnedAway);
        }
        if !statuses.contains(&SeatStatus::Free) {
            return ControlFlow::Continue(None);
        }
        let (layout, count) = (&self.world.layout, self.party as usize);
        let special = (self.plan.taste == Taste::Accessible)
            .then(|| layout.accessible(statuses, count, &mut self.plan.rng))
            .flatten();
        let picked = special.or_else(|| layout.pick(statuses, count, &mut self.plan.rng));
        // No such neighbours, or standing places only: let the server find what there is.
        let wish = picked.map_or_else(|| NewHold::best(self.any_best()), NewHold::of);
        ControlFlow::Continue(Some(wish))
    }

    /// The best there is of its favourite, until that was refused once.
    fn best(&self) -> Best {
        let best = self.any_best();
        match &self.plan.taste {
            Taste::Category(name) if self.refusals == 0 => {
                Best { category: Some(name.clone()), ..best }
            }
            Taste::Section(name) if self.refusals == 0 => {
                Best { section: Some(name.clone()), ..best }
            }
            _ => best,
        }
    }

    fn any_best(&self) -> Best {
        Best { count: self.party, category: None, section: None }
    }

    /// Asks what the seats are, unless they are what they were.
    async fn look_at_map(&mut self, view: &mut View) {
        let performance = self.world.performance;
        let call = seats::now(&self.token, performance, view.etag.as_deref());
        let exchange = self.send(Step::Map, &call).await;
        if let Ok(SeatsAnswer::Fresh { etag, now }) = exchange.outcome {
            *view = View { etag, statuses: now.statuses() };
        }
    }

    async fn hold(&mut self, pass: &PassToken, wish: &NewHold) -> Attempt {
        let key = self.key();
        let call = seats::hold(&self.token, pass, self.world.performance, wish, &key);
        let exchange = self.send(Step::Hold, &call).await;
        match exchange.outcome {
            Ok(hold) => {
                self.world.progress.held();
                self.proved(exchange.sent);
                self.record.holds.push(ToldHold {
                    seats: hold.seats.clone(),
                    from: exchange.answered,
                    expires: self.world.wire.clock.of_wall(hold.expires_at),
                    let_go: None,
                });
                Attempt::Held(hold)
            }
            Err(error) => match error.kind() {
                Some(ProblemType::PassRequired | ProblemType::PassExpired) => Attempt::PassEnded,
                _ => Attempt::Refused,
            },
        }
    }

    /// A request that bore the pass and was sent at `sent` was answered 2xx.
    pub(super) fn proved(&mut self, sent: Duration) {
        if let Some(pass) = self.pass() {
            pass.last_proven = Some(sent);
        }
    }

    /// It sent then that it lets its seats go.
    pub(super) fn lets_go(&mut self, sent: Duration) {
        for hold in &mut self.record.holds {
            hold.let_go.get_or_insert(sent);
        }
    }

    /// First without a favourite category, then with fewer friends, at last alone.
    pub(super) fn lower_expectations(&mut self) {
        let had_favourite = matches!(&self.plan.taste, Taste::Category(_) | Taste::Section(_));
        let gave_up_favourite = had_favourite && self.refusals == 0;
        let insists = self.plan.taste == Taste::Hottest && self.refusals < INSISTS;
        if !gave_up_favourite && !insists {
            self.party = (self.party - 1).max(1);
        }
        self.refusals += 1;
    }

    pub(super) async fn release(&mut self, pass: &PassToken, hold: &Hold) {
        let call = seats::release(&self.token, pass, hold.id);
        let exchange = self.send(Step::Release, &call).await;
        self.lets_go(exchange.first_sent);
        if exchange.is_ok() {
            self.proved(exchange.sent);
        }
    }
}
