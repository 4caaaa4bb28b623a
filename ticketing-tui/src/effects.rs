//! What waits: requests to the server, each a task that sends messages.

mod server;
mod streams;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ticketing_client::{REQUEST_TIMEOUT, accounts, door, line, orders, seats};
use ticketing_wire::accounts::{SignIn, SignUp};
use ticketing_wire::orders::{CancellationQuery, NewPayment};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{AbortHandle, JoinError, JoinSet};

pub(crate) use self::server::Server;
use crate::screens::steering::Steer;
use crate::state::{About, Ask, Effect, Kind, Message, Tell};

/// The visit that what is for everybody belongs to; the others begin at 1.
const EVERYBODY: u64 = 0;

/// Messages that may wait for the loop: whoever sends more waits, and reads no more from the server.
const MESSAGES_MAX: usize = 256;

/// How long the server is given to hear what is told it while the program ends: as long as a request may
/// take, and a session that is traded for it.
const LAST_WORDS: Duration = REQUEST_TIMEOUT.saturating_mul(2);

/// Runs effects.
pub(crate) struct Runner {
    server: Arc<Server>,
    tasks: JoinSet<()>,
    /// What is looked at, and listened to, for each visit.
    running: HashMap<(u64, Kind), AbortHandle>,
    /// What changes something: neither a screen that goes away nor the program's end breaks it off.
    deeds: JoinSet<()>,
    out: Sender<Message>,
    messages: Receiver<Message>,
}

impl Runner {
    pub(crate) fn new(server: Server) -> Self {
        let (out, messages) = channel(MESSAGES_MAX);
        Self {
            server: Arc::new(server),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            deeds: JoinSet::new(),
            out,
            messages,
        }
    }

    /// Starts an effect that waits. What is about the terminal is the loop's own.
    pub(crate) fn start(&mut self, effect: Effect) {
        let (server, out) = (Arc::clone(&self.server), self.out.clone());
        match effect {
            Effect::Draw | Effect::Redraw | Effect::Quit | Effect::Bell => {}
            Effect::Forget(visit) => {
                for kind in [Kind::Look, Kind::Stream] {
                    if let Some(running) = self.running.remove(&(visit, kind)) {
                        running.abort();
                    }
                }
            }
            Effect::FetchPerformances { after } => {
                let fetching = self.tasks.spawn(async move {
                    tokio::time::sleep(after).await;
                    let listed = Message::Listed(server.performances().await);
                    send(&out, listed).await;
                });
                self.instead(EVERYBODY, Kind::Look, fetching);
            }
            Effect::SignIn(who) => {
                self.tasks.spawn(async move {
                    send(&out, Message::SignedIn(server.sign_in(&who).await)).await;
                });
            }
            Effect::SignUp(account) => {
                self.tasks.spawn(async move {
                    let signed_in = match server.anybody(&accounts::sign_up(&account)).await {
                        Ok(_) => {
                            let SignUp { email, password, .. } = account;
                            server.sign_in(&SignIn { email, password }).await
                        }
                        Err(failure) => Err(failure),
                    };
                    send(&out, Message::SignedIn(signed_in)).await;
                });
            }
            Effect::SignOut => {
                self.deeds.spawn(async move { server.sign_out().await });
            }
            Effect::Tell(tell) => {
                self.deeds.spawn(async move { told(&server, tell).await });
            }
            Effect::Ask { visit, after, ask } => self.ask(visit, after, ask),
        }
    }

    fn ask(&mut self, visit: u64, after: Duration, ask: Ask) {
        let (server, out) = (Arc::clone(&self.server), self.out.clone());
        let kind = ask.kind();
        let asking = async move {
            tokio::time::sleep(after).await;
            let heard = |about| Message::About { visit, about };
            match ask {
                Ask::Seats { performance } => {
                    streams::seats(&server, performance, |about| send(&out, heard(about))).await;
                }
                Ask::Line { performance, place } => {
                    let hear = |about| send(&out, heard(about));
                    streams::line(&server, performance, &place, hear).await;
                }
                ask => send(&out, heard(answered(&server, ask).await)).await,
            }
        };
        if kind == Kind::Deed {
            self.deeds.spawn(asking);
        } else {
            let running = self.tasks.spawn(asking);
            self.instead(visit, kind, running);
        }
    }

    /// Another look, or stream, of one visit: the one before is over.
    fn instead(&mut self, visit: u64, kind: Kind, running: AbortHandle) {
        if let Some(before) = self.running.insert((visit, kind), running) {
            before.abort();
        }
    }

    /// The next message; an error where a task of this program failed. Waits for ever while nothing
    /// runs.
    pub(crate) async fn next(&mut self) -> Result<Message, JoinError> {
        loop {
            tokio::select! {
                biased;
                Some(ended) = self.tasks.join_next() => match ended {
                    Err(error) if !error.is_cancelled() => return Err(error),
                    _ => {}
                },
                Some(ended) = self.deeds.join_next() => ended?,
                Some(message) = self.messages.recv() => return Ok(message),
            }
        }
    }

    /// Lets what was begun come to its end, as long as that may take.
    pub(crate) async fn finish(mut self) {
        self.tasks.abort_all();
        let told = async {
            self.deeds.join_all().await;
            self.server.settled().await;
        };
        // What is not done by then runs out by itself, or is found among the orders.
        let _ = tokio::time::timeout(LAST_WORDS, told).await;
    }
}

/// Nobody is there to read it where the program ends.
async fn send(out: &Sender<Message>, message: Message) {
    let _ = out.send(message).await;
}

/// Asks once.
async fn answered(server: &Server, ask: Ask) -> About {
    match ask {
        Ask::Join { performance } => {
            About::Place(server.call(|token| line::join(token, performance)).await)
        }
        Ask::Place { performance, place } => {
            About::Place(server.call(|token| line::ask(token, &place, performance)).await)
        }
        Ask::Hold { performance, pass, wish, key } => About::Held(
            server.call(|token| seats::hold(token, &pass, performance, &wish, &key)).await,
        ),
        Ask::Order { pass, hold, key } => About::Order(
            server.call(|token| orders::place(token, &pass, hold, &key)).await.map(Box::new),
        ),
        Ask::ShowOrder { order } => {
            About::Stands(server.call(|token| orders::show(token, order)).await.map(Box::new))
        }
        Ask::Pay { order, payment, outcome, key } => {
            let payment_token = match server.authorize(&payment, outcome).await {
                Ok(authorized) => Some(authorized.payment_token),
                Err(failure) => return About::Paid(Err(failure)),
            };
            let payment = NewPayment { payment_id: payment.payment_id, payment_token };
            let paid = server.call(|token| orders::pay(token, order, &payment, &key)).await;
            About::Paid(paid.map(Box::new))
        }
        Ask::Sale { performance } => About::Sale(server.sale(performance).await.map(Box::new)),
        Ask::Steer { performance, steer } => {
            let steered = server.call(|token| match &steer {
                Steer::Pause(message) => line::pause(token, performance, message.as_deref()),
                Steer::Resume => line::resume(token, performance),
                Steer::Drain => line::drain(token, performance, None),
                Steer::Rate(rate) => line::rate(token, performance, *rate),
                Steer::Capacity(capacity) => line::capacity(token, performance, *capacity),
            });
            About::Steered(steered.await.map(Box::new))
        }
        Ask::CheckIn { performance, scan } => {
            let nonce = scan.nonce.clone().unwrap_or_default();
            let answer = server.call(|token| door::check_in(token, performance, &scan)).await;
            About::CheckedIn { nonce, answer: answer.map(Box::new) }
        }
        Ask::Annul { performance, annulment } => {
            let answer = server.call(|token| door::annul(token, performance, &annulment)).await;
            About::Annulled { scan: annulment.scan_id, answer: answer.map(Box::new) }
        }
        Ask::Tickets { order } => About::Tickets(server.tickets(order).await),
        Ask::Orders => About::Orders(server.orders().await),
        Ask::Quote { order } => {
            let all = CancellationQuery::default();
            let answer = server.call(|token| orders::cancellation(token, order, &all)).await;
            About::Quote { order, answer }
        }
        Ask::Cancel { order, cancellation, key } => About::Order(
            server
                .call(|token| orders::cancel(token, order, &cancellation, &key))
                .await
                .map(Box::new),
        ),
        Ask::Line { .. } | Ask::Seats { .. } => unreachable!("a stream is not asked once"),
    }
}

/// What it says to that makes no difference: the screen it was for is gone.
async fn told(server: &Server, tell: Tell) {
    let _ = match tell {
        Tell::Leave { performance, place } => {
            server.call(|token| line::leave(token, &place, performance)).await
        }
        Tell::Release { hold, pass } => {
            server.call(|token| seats::release(token, &pass, hold)).await
        }
    };
}
