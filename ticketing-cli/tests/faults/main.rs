//! Something breaks in the middle of a demo on the services: every check but `errors` stays green.

mod deployment;
mod program;
mod redis_lost;
mod server_killed;
mod wall_clock;
