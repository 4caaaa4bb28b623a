//! Lists, page by page.

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, ToSchema};

/// The most entries of one page.
pub const PAGE_MAX: u32 = 500;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The entries, in the list's own order.
    #[schema(schema_with = refs::<T>)]
    pub items: Vec<T>,
    /// Where the next page begins, to be handed back as it is; null on the last.
    #[serde(default)]
    #[schema(required)]
    pub next_cursor: Option<String>,
}

fn refs<T: ToSchema>() -> ArrayBuilder {
    ArrayBuilder::new().items(RefOr::<Schema>::from(Ref::from_schema_name(T::name())))
}

/// Which page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many entries; 50 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
