//! Scans and the tickets that they are of.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::{Error, Result, readable};
use crate::id::{PerformanceId, ScanId, TicketId};
use crate::orders::contract::ScanList;
use crate::orders::{
    Annulled, CheckIn, Conflict, Direction, Judged, Known, Scan, Ticket, TicketCode,
};
use crate::page::{Page, Paged, Position};
use crate::text::OneLine;

struct ScanRow {
    id: Uuid,
    ticket_id: Option<Uuid>,
    seat: Option<i32>,
    device: String,
    gate: Option<String>,
    direction: String,
    at_ms: i64,
    recorded_at_ms: i64,
    verdict: String,
    uploaded: bool,
    conflict: Option<String>,
    annulled_at_ms: Option<i64>,
    annul_reason: Option<String>,
    annulled_by: Option<Uuid>,
}

impl TryFrom<ScanRow> for Scan {
    type Error = Error;

    fn try_from(row: ScanRow) -> Result<Self> {
        let unknown =
            |column, word: &str| Error::unreadable("scans", column, row.id, format!("{word:?}"));
        let direction = Direction::from_name(&row.direction);
        let verdict = CheckIn::from_name(&row.verdict);
        let conflict = row
            .conflict
            .as_deref()
            .map(|word| Conflict::from_name(word).ok_or_else(|| unknown("conflict", word)));
        let annulled = row.annulled_at_ms.map(|at| Annulled {
            at: Timestamp::from_millis(at),
            reason: OneLine::from_store(row.annul_reason.as_deref().unwrap_or_default()),
            by: row.annulled_by.unwrap_or_default().into(),
        });
        Ok(Self {
            id: row.id.into(),
            ticket: row.ticket_id.map(TicketId::from),
            seat: row.seat.map(i32::cast_unsigned),
            device: OneLine::from_store(&row.device),
            gate: row.gate.as_deref().map(OneLine::from_store),
            direction: direction.ok_or_else(|| unknown("direction", &row.direction))?,
            at: Timestamp::from_millis(row.at_ms),
            recorded_at: Timestamp::from_millis(row.recorded_at_ms),
            verdict: verdict.ok_or_else(|| unknown("verdict", &row.verdict))?,
            is_upload: row.uploaded,
            conflict: conflict.transpose()?,
            annulled,
        })
    }
}

/// A scan of a performance.
pub(super) async fn scan(
    connection: &mut PgConnection,
    performance: PerformanceId,
    id: ScanId,
) -> Result<Option<Scan>> {
    let row = sqlx::query_as!(
        ScanRow,
        "SELECT id, ticket_id, seat, device, gate, direction, at_ms, recorded_at_ms, verdict,
             uploaded, conflict, annulled_at_ms, annul_reason, annulled_by
         FROM scans WHERE id = $1 AND performance_id = $2",
        id.uuid(),
        performance.uuid(),
    );
    row.fetch_optional(connection).await?.map(Scan::try_from).transpose()
}

/// The ticket that a code lets in with: of the order that has claimed its seat. Nobody else touches it
/// until the transaction ends; whoever waited sees what the other did.
pub(super) async fn good(
    connection: &mut PgConnection,
    performance: PerformanceId,
    code: TicketCode,
) -> Result<Option<Known>> {
    let ticket = sqlx::query_scalar!(
        "SELECT tickets.id
         FROM claims JOIN orders ON orders.id = claims.order_id
             JOIN tickets ON tickets.order_id = orders.id AND tickets.seat = claims.seat
         WHERE claims.performance_id = $1 AND claims.seat = $2
             AND substring(uuid_send(tickets.id) FROM 1 FOR 5) = $3 AND tickets.issue = $4
             AND NOT tickets.void AND orders.status = 'paid'
         FOR UPDATE OF tickets",
        performance.uuid(),
        code.seat.cast_signed(),
        code.reference.as_slice(),
        i16::from(code.issue),
    );
    match ticket.fetch_optional(&mut *connection).await? {
        Some(ticket) => known(connection, ticket.into(), Some(code)).await,
        None => Ok(None),
    }
}

/// A ticket with its scans, good or not. Nobody else touches it until the transaction ends.
pub(super) async fn known(
    connection: &mut PgConnection,
    ticket: TicketId,
    code: Option<TicketCode>,
) -> Result<Option<Known>> {
    let row = sqlx::query!(
        "SELECT used, void, issue FROM tickets WHERE id = $1 FOR UPDATE",
        ticket.uuid()
    );
    let Some(row) = row.fetch_optional(&mut *connection).await? else { return Ok(None) };
    let is_present = code.is_none_or(|code| i16::from(code.issue) == row.issue);
    let (is_used, is_good) = (row.used, !row.void && is_present);
    let rows = sqlx::query_as!(
        ScanRow,
        "SELECT id, ticket_id, seat, device, gate, direction, at_ms, recorded_at_ms, verdict,
             uploaded, conflict, annulled_at_ms, annul_reason, annulled_by
         FROM scans WHERE ticket_id = $1",
        ticket.uuid(),
    );
    let rows = rows.fetch_all(connection).await?;
    let scans = rows.into_iter().filter_map(|row| readable(row.try_into())).collect();
    Ok(Some(Known { ticket, is_good, scans, is_used }))
}

/// The ticket that a code names, good or not.
pub(super) async fn named(
    connection: &mut PgConnection,
    performance: PerformanceId,
    code: TicketCode,
) -> Result<Option<TicketId>> {
    let ticket = sqlx::query_scalar!(
        "SELECT id FROM tickets WHERE performance_id = $1 AND seat = $2
             AND substring(uuid_send(id) FROM 1 FOR 5) = $3",
        performance.uuid(),
        code.seat.cast_signed(),
        code.reference.as_slice(),
    );
    Ok(ticket.fetch_optional(connection).await?.map(TicketId::from))
}

/// What a scan changed.
pub(super) async fn write(
    connection: &mut PgConnection,
    performance: PerformanceId,
    judged: &Judged,
) -> Result<()> {
    for scan in &judged.written {
        let annulled = scan.annulled.as_ref();
        let written = sqlx::query!(
            "INSERT INTO scans (id, performance_id, ticket_id, seat, device, gate, direction, at_ms,
                 recorded_at_ms, verdict, uploaded, conflict, annulled_at_ms, annul_reason,
                 annulled_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
             ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms, verdict = excluded.verdict,
                 uploaded = excluded.uploaded, conflict = excluded.conflict,
                 annulled_at_ms = coalesce(scans.annulled_at_ms, excluded.annulled_at_ms),
                 annul_reason = coalesce(scans.annul_reason, excluded.annul_reason),
                 annulled_by = coalesce(scans.annulled_by, excluded.annulled_by)",
            scan.id.uuid(),
            performance.uuid(),
            scan.ticket.map(TicketId::uuid),
            scan.seat.map(u32::cast_signed),
            scan.device.as_str(),
            scan.gate.as_ref().map(OneLine::as_str),
            scan.direction.name(),
            scan.at.as_millis(),
            scan.recorded_at.as_millis(),
            scan.verdict.name(),
            scan.is_upload,
            scan.conflict.map(Conflict::name),
            annulled.map(|annulled| annulled.at.as_millis()),
            annulled.map(|annulled| annulled.reason.as_str()),
            annulled.map(|annulled| annulled.by.uuid()),
        );
        written.execute(&mut *connection).await?;
    }
    if let (Some(ticket), Some(is_used)) = (judged.scan.ticket, judged.is_used) {
        let used = sqlx::query!(
            "UPDATE tickets SET used = $2 WHERE id = $1 AND used <> $2",
            ticket.uuid(),
            is_used,
        );
        used.execute(connection).await?;
    }
    Ok(())
}

pub(super) async fn list(
    pool: &PgPool,
    performance: PerformanceId,
    list: ScanList,
    page: Page,
) -> Result<Paged<Scan>> {
    let after = page.after();
    let rows = match list {
        ScanList::All => {
            sqlx::query_as!(
            ScanRow,
            "SELECT id, ticket_id, seat, device, gate, direction, at_ms, recorded_at_ms, verdict,
                     uploaded, conflict, annulled_at_ms, annul_reason, annulled_by
                 FROM scans WHERE performance_id = $1 AND (recorded_at_ms, id) > ($2, $3)
                 ORDER BY recorded_at_ms, id LIMIT $4",
            performance.uuid(),
            after.key,
            after.id,
            page.fetch_limit(),
        )
            .fetch_all(pool)
            .await?
        }
        ScanList::Conflicts => {
            sqlx::query_as!(
            ScanRow,
            "SELECT id, ticket_id, seat, device, gate, direction, at_ms, recorded_at_ms, verdict,
                     uploaded, conflict, annulled_at_ms, annul_reason, annulled_by
                 FROM scans WHERE performance_id = $1 AND (recorded_at_ms, id) > ($2, $3)
                     AND conflict IS NOT NULL AND annulled_at_ms IS NULL
                 ORDER BY recorded_at_ms, id LIMIT $4",
            performance.uuid(),
            after.key,
            after.id,
            page.fetch_limit(),
        )
            .fetch_all(pool)
            .await?
        }
    };
    let position = |row: &ScanRow| Position { key: row.recorded_at_ms, id: row.id };
    Ok(page.cut(rows.into_iter(), position, |row| readable(row.try_into())))
}

/// By seat, of the orders that have claimed them.
pub(super) async fn all_good(
    pool: &PgPool,
    performance: PerformanceId,
    page: Page,
) -> Result<Paged<(Ticket, bool)>> {
    let rows = sqlx::query!(
        "SELECT tickets.id, tickets.seat, issue, used
         FROM claims JOIN tickets ON tickets.order_id = claims.order_id
             AND tickets.seat = claims.seat
         WHERE claims.performance_id = $1 AND claims.seat > $2 AND NOT void
         ORDER BY claims.seat LIMIT $3",
        performance.uuid(),
        i32::try_from(page.after().key).unwrap_or(-1),
        page.fetch_limit(),
    );
    let rows = rows.fetch_all(pool).await?;
    let position = |seat: i32, id: Uuid| Position { key: seat.into(), id };
    Ok(page.cut(
        rows.into_iter(),
        |row| position(row.seat, row.id),
        |row| {
            let ticket = Ticket {
                id: row.id.into(),
                performance,
                seat: row.seat.cast_unsigned(),
                issue: u8::try_from(row.issue).unwrap_or(u8::MAX),
            };
            Some((ticket, row.used))
        },
    ))
}
