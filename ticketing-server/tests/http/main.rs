//! What the server promises over HTTP. Every test has a server of its own on a loopback port, with
//! a clock that stands still until the test moves it and background loops that only the test
//! steps.

mod answers;
mod bad_input;
mod bad_proof;
mod cancelling;
mod checkout;
mod contract;
mod documents;
mod door;
mod habits;
mod house;
mod journey;
mod layouts;
mod pictures;
mod problems;
mod random_input;
mod refunds;
mod repeats;
mod roles;
mod routes;
mod streams;
mod webhooks;
mod wire;
