//! Letting people in: a ticket's scans change under the lock of its row.

use async_trait::async_trait;

use super::{PostgresOrders, lists, scans};
use crate::clock::Timestamp;
use crate::error::{Error, Result, report};
use crate::id::{AccountId, OrderId, PerformanceId, ScanId, TicketId};
use crate::idempotency::postgres::keep_first;
use crate::orders::contract::{Door, Reissue, Reissued, ScanList};
use crate::orders::{Annulled, Conflict, EntryRules, Judged, NewScan, Scan, Ticket, annul, enter};
use crate::page::{Page, Paged};

#[async_trait]
impl Door for PostgresOrders {
    async fn tickets(&self, order: OrderId) -> Result<Vec<Ticket>> {
        let mut tickets = lists::tickets(&self.pool, &[order.uuid()]).await?;
        Ok(tickets.remove(&order.uuid()).unwrap_or_default())
    }

    async fn used(&self, order: OrderId) -> Result<Vec<u32>> {
        let used = sqlx::query_scalar!(
            "SELECT seat FROM tickets WHERE order_id = $1 AND used ORDER BY seat",
            order.uuid()
        );
        let used = used.fetch_all(&self.pool).await?;
        Ok(used.into_iter().map(i32::cast_unsigned).collect())
    }

    async fn ticket(&self, id: TicketId) -> Result<Option<(Ticket, AccountId, bool)>> {
        let row = sqlx::query!(
            "SELECT tickets.performance_id, seat, issue, used, account_id
             FROM tickets JOIN orders ON orders.id = tickets.order_id
             WHERE tickets.id = $1 AND NOT void",
            id.uuid()
        );
        let Some(row) = row.fetch_optional(&self.pool).await? else { return Ok(None) };
        let ticket = Ticket {
            id,
            performance: row.performance_id.into(),
            seat: row.seat.cast_unsigned(),
            issue: u8::try_from(row.issue).unwrap_or(u8::MAX),
        };
        Ok(Some((ticket, row.account_id.into(), row.used)))
    }

    async fn reissue(&self, reissue: &Reissue, now: Timestamp) -> Result<Reissued> {
        let Reissue { ticket, account, key, request, facts } = reissue;
        let mut transaction = self.pool.begin().await?;
        let before = keep_first(&mut transaction, *account, key, *request, facts, now).await?;
        if let Some(facts) = before {
            return Ok(Reissued::Before(facts));
        }
        let written = sqlx::query!(
            "UPDATE tickets SET issue = issue + 1
             WHERE id = $1 AND issue + 1 = $2 AND NOT used AND NOT void",
            ticket.id.uuid(),
            i32::from(ticket.issue),
        );
        if written.execute(&mut *transaction).await?.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(Reissued::Otherwise);
        }
        transaction.commit().await?;
        Ok(Reissued::Now)
    }

    async fn enter(&self, new: &NewScan, rules: &EntryRules) -> Result<Option<Judged>> {
        let mut transaction = self.pool.begin().await?;
        let before = match scans::scan(&mut transaction, new.performance, new.id).await {
            // A newer server wrote it down: it is kept, and that is all that can be said.
            Err(error @ Error::Unreadable { .. }) => {
                report(&error);
                let kept = Judged::stray(new.of(None, new.passed()));
                return Ok(Some(Judged { written: Vec::new(), ..kept }));
            }
            before => before?,
        };
        let known = match before {
            // A repeat: whatever became of its ticket meanwhile.
            Some(Scan { ticket: Some(ticket), .. }) => {
                scans::known(&mut transaction, ticket, new.code.ok()).await?
            }
            Some(scan) => return Ok(Some(Judged { written: Vec::new(), ..Judged::stray(scan) })),
            None => match new.code {
                Ok(code) => scans::good(&mut transaction, new.performance, code).await?,
                Err(_) => None,
            },
        };
        let judged = match known {
            Some(known) => enter(known, new, rules),
            None if new.is_upload => {
                let ticket = match new.code {
                    Ok(code) => scans::named(&mut transaction, new.performance, code).await?,
                    Err(_) => None,
                };
                let conflict = new.code.err().unwrap_or(Conflict::Void);
                Judged::stray(new.in_conflict(ticket, conflict))
            }
            None => return Ok(None),
        };
        scans::write(&mut transaction, new.performance, &judged).await?;
        transaction.commit().await?;
        Ok(Some(judged))
    }

    async fn annul(
        &self,
        performance: PerformanceId,
        scan: ScanId,
        annulled: &Annulled,
        rules: &EntryRules,
    ) -> Result<Option<Judged>> {
        let mut transaction = self.pool.begin().await?;
        let Some(known) = scans::scan(&mut transaction, performance, scan).await? else {
            return Ok(None);
        };
        let ticket = match known.ticket {
            Some(ticket) => scans::known(&mut transaction, ticket, None).await?,
            None => None,
        };
        let judged = ticket.and_then(|ticket| annul(ticket, scan, annulled, rules));
        let judged = judged.unwrap_or_else(|| {
            let annulled = Some(known.annulled.clone().unwrap_or_else(|| annulled.clone()));
            Judged::stray(Scan { annulled, ..known })
        });
        scans::write(&mut transaction, performance, &judged).await?;
        transaction.commit().await?;
        Ok(Some(judged))
    }

    async fn scans(
        &self,
        performance: PerformanceId,
        list: ScanList,
        page: Page,
    ) -> Result<Paged<Scan>> {
        scans::list(&self.pool, performance, list, page).await
    }

    async fn good(&self, performance: PerformanceId, page: Page) -> Result<Paged<(Ticket, bool)>> {
        scans::all_good(&self.pool, performance, page).await
    }
}
