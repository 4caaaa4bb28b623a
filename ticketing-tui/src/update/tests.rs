//! What keys and answers make of the state, by the screen that they are about.

mod checkout;
mod door;
mod line;
mod list;
mod seats;
mod steering;

use std::time::Duration;

use ticketing_wire::problem::{Problem, ProblemType};

use crate::screens::Screen;
use crate::screens::checkout::Checkout;
use crate::screens::seats::Visit;
use crate::state::{Ask, Effect, Failure, State};

fn visit(state: &State) -> &Visit {
    let Some(Screen::Seats(visit)) = state.over.last() else { panic!("on the seat map") };
    visit
}

fn checkout(state: &State) -> &Checkout {
    let Some(Screen::Checkout(checkout)) = state.over.last() else { panic!("at the checkout") };
    checkout
}

fn refusal(kind: ProblemType) -> Problem {
    Problem::new(kind, 409, "Conflict", "the server's words")
}

fn refused<A>(kind: ProblemType) -> Result<A, Failure> {
    Err(Failure::Refused(Box::new(refusal(kind))))
}

fn trouble<A>() -> Result<A, Failure> {
    Err(Failure::Trouble("timed out".to_owned()))
}

/// The one thing that is asked.
fn asked(effects: &[Effect]) -> (&Ask, Duration) {
    let asks: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Ask { ask, after, .. } => Some((ask, *after)),
            _ => None,
        })
        .collect();
    assert_eq!(asks.len(), 1, "{effects:?}");
    asks[0]
}

fn draws(effects: &[Effect]) -> bool {
    effects.iter().any(Effect::is_draw)
}
