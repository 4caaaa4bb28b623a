//! Nothing but dependencies. Cargo builds a third-party crate once for each set of its features;
//! the programs ask for different sets, so that each was compiled again for the next. What is
//! asked for here is asked for by all of them.
