//! A change, applied: each in one round trip, whatever it consists of.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::rows::seats_in_detail;
use crate::catalog::stored_rules;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::PaymentId;
use crate::idempotency::Kept;
use crate::money::method_names;
use crate::orders::attention::matter_id;
use crate::orders::change::{Change, Demand, Outcome, Seats, Tickets};
use crate::orders::order::ticket_id;
use crate::orders::stored::{
    StoredAttempt, StoredAttention, StoredEvent, StoredMovement, StoredRefund, write_order,
};
use crate::seats::stored_lines;
use crate::services::postgres::sqlstate;
use crate::text::OneLine;

pub(super) async fn place(pool: &PgPool, change: &Change) -> Result<Outcome> {
    let Change { order, remember, .. } = change;
    let remember = remember.as_ref().ok_or_else(|| Error::internal("placing has its key"))?;
    let lines = serde_json::to_string(&stored_lines(&order.lines)).expect("lines serialise");
    let terms = serde_json::to_string(&stored_rules(&order.refund_terms)).expect("terms serialise");
    let announced_by = change.attempts.first().and_then(|attempt| attempt.look_at);
    let facts = write_order(order);
    let placed = sqlx::query_scalar!(
        r#"SELECT place_order($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
               $15, $16, $17, $18, $19, $20, $21) AS "facts!""#,
        order.id.uuid(),
        order.performance.uuid(),
        order.account.uuid(),
        order.hold.uuid(),
        &seats(&order.seats),
        order.total.amount,
        order.total.currency.code(),
        order.expires_at.as_millis(),
        order.payment.uuid(),
        order.line_number.cast_signed(),
        order.line_epoch.cast_signed(),
        order.created_at.as_millis(),
        limit(change).cast_signed(),
        remember.key.as_str(),
        remember.request.0.as_slice(),
        &facts,
        lines,
        &tickets_made(change),
        announced_by.map_or(0, Timestamp::as_millis),
        &method_names(&order.methods),
        terms,
    );
    match placed.fetch_one(pool).await {
        Ok(kept) if kept == facts => Ok(Outcome::Applied),
        Ok(kept) => Ok(Outcome::Unmet(Demand::Key(Kept::Facts(kept)))),
        Err(error) => unmet(error, change),
    }
}

pub(super) async fn change(
    pool: &PgPool,
    change: &Change,
    seen: i64,
    token: Option<&SecretString>,
) -> Result<Outcome> {
    let Change { order, remember, at, .. } = change;
    let (payment, facts) = match remember.as_ref().map(|remember| &remember.kept) {
        Some(Kept::Attempt(payment)) => (Some(PaymentId::uuid(*payment)), None),
        Some(Kept::Facts(facts)) => (None, Some(facts.as_str())),
        None => (None, None),
    };
    let applied = sqlx::query!(
        "SELECT change_order($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
             $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)",
        order.id.uuid(),
        seen,
        order.performance.uuid(),
        order.account.uuid(),
        &seats(&change.about),
        &seats(&order.returned),
        order.status.name(),
        order.payment.uuid(),
        order.cancel_wanted,
        match change.seats {
            Seats::Keep => "keep",
            Seats::Claim { .. } => "claim",
            Seats::GiveUp => "give_up",
        },
        match change.tickets {
            Tickets::Keep => "keep",
            Tickets::Make => "make",
            Tickets::Void => "void",
            Tickets::VoidUnused => "void_unused",
        },
        &tickets_made(change),
        rows::<_, StoredAttempt>(&change.attempts),
        rows::<_, StoredRefund>(&change.refunds),
        rows::<_, StoredEvent>(&change.events),
        rows::<_, StoredAttention>(&change.attention),
        &change.closed.iter().map(|matter| matter_id(*matter)).collect::<Vec<_>>(),
        remember.as_ref().map(|remember| remember.account.uuid()),
        remember.as_ref().map(|remember| remember.key.as_str()),
        remember.as_ref().map(|remember| remember.request.0.as_slice()),
        payment,
        facts,
        token.map(ExposeSecret::expose_secret),
        at.as_millis(),
        order.fees_kept.amount,
        order.cancel_reason.as_ref().map(OneLine::as_str),
        rows::<_, StoredMovement>(&change.movements),
    );
    match applied.execute(pool).await {
        Ok(_) => Ok(Outcome::Applied),
        Err(error) => unmet(error, change),
    }
}

/// What the functions say by their exceptions.
fn unmet(error: sqlx::Error, change: &Change) -> Result<Outcome> {
    let demand = match sqlstate(&error).as_deref() {
        Some("TK001") => return Err(Error::IdempotencyReused),
        Some("TK002") => Demand::Hold,
        Some("TK003") => Demand::Quota { limit: limit(change) },
        Some("TK004") => Demand::Seats(seats_in_detail(&error)),
        Some("TK005") => Demand::Version,
        Some("TK006") => Demand::Used(seats_in_detail(&error)),
        _ => return Err(error.into()),
    };
    Ok(Outcome::Unmet(demand))
}

fn limit(change: &Change) -> u32 {
    match change.seats {
        Seats::Claim { limit: Some(limit) } => limit,
        _ => 0,
    }
}

fn rows<'a, Item: 'a, Stored>(items: &'a [Item]) -> String
where
    Stored: From<&'a Item> + Serialize,
{
    let rows: Vec<Stored> = items.iter().map(Stored::from).collect();
    serde_json::to_string(&rows).expect("plain data serialise")
}

fn seats(seats: &[u32]) -> Vec<i32> {
    seats.iter().map(|seat| seat.cast_signed()).collect()
}

fn tickets_made(Change { order, about, tickets, .. }: &Change) -> Vec<Uuid> {
    if *tickets != Tickets::Make {
        return Vec::new();
    }
    about.iter().map(|seat| ticket_id(order.id, *seat).uuid()).collect()
}
