//! The ledger of a performance.

use axum::Json;
use axum::extract::State;
use ticketing_core::orders::{Movement, Period};
use ticketing_core::{LedgerPage, Money, PerformanceId};
use ticketing_wire::{Page, ledger as wire};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::convert::{self, money, time, timestamp};
use crate::extract::{Id, Query, SignedIn};

const LIST: &str = "ledger";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(ledger))
}

fn movement(movement: &Movement) -> wire::Movement {
    wire::Movement {
        id: movement.id.uuid(),
        at: time(movement.at),
        kind: movement.kind.name().into(),
        order_id: movement.order.uuid(),
        payment_id: movement.payment.to_string(),
        amount: money(movement.amount),
    }
}

/// Shows money that moved for a performance, as it was written down; its organizer only. A period that
/// is over does not change any more.
#[utoipa::path(
    get, path = "/v1/performances/{id}/ledger", operation_id = "ledger", tag = "sales",
    params(wire::LedgerQuery),
    responses(
        (status = 200, description = "a page of movements, and sums", body = wire::Ledger),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn ledger(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Query(query): Query<wire::LedgerQuery>,
) -> Answer<Json<wire::Ledger>> {
    let page = app.office.page(LIST, query.limit, query.cursor.as_deref())?;
    let period = Period { from: query.from.map(timestamp), to: query.to.map(timestamp) };
    let LedgerPage { currency, movements, opening, totals, agrees } =
        app.office.ledger(&caller, id, period, page).await?;
    let amount = |amount| money(Money { amount, currency });
    let Page { items, next_cursor } =
        convert::page(&app.office, LIST, movements, |one| movement(&one));
    Ok(Json(wire::Ledger {
        items,
        next_cursor,
        opening: amount(opening),
        closing: amount(opening + totals.net()),
        totals: wire::LedgerTotals {
            captured: amount(totals.captured),
            refunded: amount(totals.refunded),
            disputed: amount(totals.disputed),
            net: amount(totals.net()),
        },
        agrees,
    }))
}
