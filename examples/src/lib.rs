//! Runnable uses of the core.
