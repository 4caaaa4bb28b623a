//! What happened within one second of a run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::latencies::Latencies;
use super::step::Step;

/// Every step that was taken within a second.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Window {
    /// By name.
    pub steps: BTreeMap<Step, StepWindow>,
}

/// A step within a second, by the time that people felt.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepWindow {
    /// Requests that ended.
    pub count: u64,
    /// Of them, those that broke.
    pub errors: u64,
    /// Half took no longer.
    pub p50_ms: f64,
    /// Ninety-nine of a hundred took no longer.
    pub p99_ms: f64,
    /// The slowest.
    pub max_ms: f64,
}

impl StepWindow {
    pub(super) fn of(latencies: &Latencies, errors: u64) -> Self {
        let quantiles = latencies.quantiles();
        Self {
            count: quantiles.samples,
            errors,
            p50_ms: quantiles.p50_ms,
            p99_ms: quantiles.p99_ms,
            max_ms: quantiles.max_ms,
        }
    }
}
