//! Letting people in.

use async_trait::async_trait;

use super::MemoryOrders;
use super::tables::Issued;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, OrderId, PerformanceId, ScanId, TicketId};
use crate::idempotency::Kept;
use crate::orders::contract::{Door, Reissue, Reissued, ScanList};
use crate::orders::{Annulled, Conflict, EntryRules, Judged, NewScan, Scan, Ticket, annul, enter};
use crate::page::{Page, Paged, Position};

#[async_trait]
impl Door for MemoryOrders {
    async fn tickets(&self, order: OrderId) -> Result<Vec<Ticket>> {
        let tables = self.tables.lock();
        let dossier = tables.dossiers.get(&order);
        Ok(dossier.map(|dossier| tables.tickets_of(&dossier.order)).unwrap_or_default())
    }

    async fn used(&self, order: OrderId) -> Result<Vec<u32>> {
        let tables = self.tables.lock();
        let dossier = tables.dossiers.get(&order);
        Ok(dossier.map(|dossier| tables.used_of(&dossier.order)).unwrap_or_default())
    }

    async fn ticket(&self, id: TicketId) -> Result<Option<(Ticket, AccountId, bool)>> {
        let tables = self.tables.lock();
        let issued = tables.tickets.get(&id).filter(|issued| !issued.is_void);
        Ok(issued.and_then(|issued| {
            let account = tables.dossiers.get(&issued.order)?.order.account;
            Some((issued.ticket.clone(), account, issued.is_used))
        }))
    }

    async fn reissue(&self, reissue: &Reissue, _now: Timestamp) -> Result<Reissued> {
        let Reissue { ticket, account, key, request, facts } = reissue;
        let mut tables = self.tables.lock();
        if let Some(kept) = self.keys.kept(*account, key, *request)? {
            return Ok(Reissued::Before(kept.facts()?));
        }
        let issued = tables.tickets.get_mut(&ticket.id).filter(|issued| {
            !issued.is_void && !issued.is_used && issued.ticket.issue + 1 == ticket.issue
        });
        let Some(issued) = issued else { return Ok(Reissued::Otherwise) };
        issued.ticket.issue = ticket.issue;
        self.keys.keep(*account, key, *request, Kept::Facts(facts.clone()));
        Ok(Reissued::Now)
    }

    async fn enter(&self, new: &NewScan, rules: &EntryRules) -> Result<Option<Judged>> {
        let mut tables = self.tables.lock();
        if let Some(stray) = tables.strays.get(&(new.performance, new.id)) {
            return Ok(Some(Judged { written: Vec::new(), ..Judged::stray(stray.clone()) }));
        }
        let ticket = tables.scanned.get(&new.id).copied().or_else(|| {
            let coded = tables.coded(new.performance, new.code.ok()?);
            coded.map(|issued| issued.ticket.id)
        });
        if let Some(ticket) = ticket
            && let Some(issued) = tables.tickets.get_mut(&ticket)
        {
            let judged = enter(issued.known(new.code.ok()), new, rules);
            issued.keep(&judged);
            tables.scanned.extend(judged.written.iter().map(|scan| (scan.id, ticket)));
            return Ok(Some(judged));
        }
        if !new.is_upload {
            return Ok(None);
        }
        let conflict = new.code.err().unwrap_or(Conflict::Void);
        let ticket = new.code.ok().and_then(|code| tables.named(new.performance, code));
        let scan = new.in_conflict(ticket, conflict);
        tables.strays.insert((new.performance, new.id), scan.clone());
        Ok(Some(Judged::stray(scan)))
    }

    async fn annul(
        &self,
        performance: PerformanceId,
        scan: ScanId,
        annulled: &Annulled,
        rules: &EntryRules,
    ) -> Result<Option<Judged>> {
        let mut tables = self.tables.lock();
        if let Some(stray) = tables.strays.get_mut(&(performance, scan)) {
            stray.annulled.get_or_insert_with(|| annulled.clone());
            return Ok(Some(Judged::stray(stray.clone())));
        }
        let Some(ticket) = tables.scanned.get(&scan).copied() else { return Ok(None) };
        let issued = tables.tickets.get_mut(&ticket);
        let here = |issued: &&mut Issued| issued.ticket.performance == performance;
        let Some(issued) = issued.filter(here) else { return Ok(None) };
        let judged = annul(issued.known(None), scan, annulled, rules);
        if let Some(judged) = &judged {
            issued.keep(judged);
        }
        Ok(judged)
    }

    async fn scans(
        &self,
        performance: PerformanceId,
        list: ScanList,
        page: Page,
    ) -> Result<Paged<Scan>> {
        let tables = self.tables.lock();
        let here = tables.tickets.values().filter(|one| one.ticket.performance == performance);
        let strays = tables.strays.iter().filter(|((of, _), _)| *of == performance);
        let all = here.flat_map(|issued| &issued.scans).chain(strays.map(|(_, scan)| scan));
        let mut scans: Vec<Scan> = all.filter(|scan| list.shows(scan)).cloned().collect();
        let position =
            |scan: &Scan| Position { key: scan.recorded_at.as_millis(), id: scan.id.uuid() };
        scans.sort_by_key(position);
        Ok(page.cut(scans.into_iter(), position, Some))
    }

    async fn good(&self, performance: PerformanceId, page: Page) -> Result<Paged<(Ticket, bool)>> {
        let tables = self.tables.lock();
        let good = tables
            .tickets
            .values()
            .filter(|issued| issued.ticket.performance == performance && !issued.is_void);
        let mut good: Vec<(Ticket, bool)> =
            good.map(|issued| (issued.ticket.clone(), issued.is_used)).collect();
        let position = |(ticket, _): &(Ticket, bool)| Position {
            key: ticket.seat.into(),
            id: ticket.id.uuid(),
        };
        good.sort_by_key(position);
        Ok(page.cut(good.into_iter(), position, Some))
    }
}
