//! At the doors: scanners, devices without a connection, exits, days, and what was a mistake.

use std::time::Duration;

use ticketing_core::accounts::Caller;
use ticketing_core::catalog::{Entry, Policy};
use ticketing_core::orders::{CheckIn, Conflict, Direction, ScanList};
use ticketing_core::{BoxOffice, Cancelling, CheckedIn, Error, Page, Scanning, Timestamp};

use crate::sale::OnSale;

const HOUR: Duration = Duration::from_secs(3_600);

pub(crate) fn scan(device: &str, nonce: &str, code: &str) -> Scanning {
    Scanning {
        device: Some(device.into()),
        gate: Some("North".into()),
        nonce: Some(nonce.into()),
        ..Scanning::from(code)
    }
}

pub(crate) fn out(device: &str, nonce: &str, code: &str) -> Scanning {
    Scanning { direction: Direction::Out, ..scan(device, nonce, code) }
}

pub(crate) async fn upload(
    office: &BoxOffice,
    sale: &OnSale,
    scans: &[(Scanning, Timestamp)],
) -> Vec<(CheckIn, Option<Conflict>)> {
    let answers = office.upload_scans(&sale.organizer, sale.id, scans).await.unwrap();
    answers.into_iter().map(|one| (one.verdict, one.scan.unwrap().conflict)).collect()
}

pub(crate) async fn list(office: &BoxOffice, sale: &OnSale, which: ScanList) -> Vec<CheckedIn> {
    let page = Page::new(Some(500), None).unwrap();
    office.scans(&sale.organizer, sale.id, which, page).await.unwrap().items
}

/// The codes of a buyer's tickets, one per seat.
pub(crate) async fn sold(
    world: &crate::world::World,
    sale: &OnSale,
    seats: &[u32],
) -> (Caller, Vec<String>) {
    let visitor = world.admitted(sale).await;
    let order = world.bought(&visitor, seats).await;
    let tickets = world.tickets(&visitor.caller, &order).await;
    (visitor.caller, tickets.into_iter().map(|ticket| ticket.code).collect())
}

behaviour! {
    async fn a_repeat_is_the_same_scan_and_a_refusal_says_who_was_first(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let (_, codes) = sold(&world, &sale, &[3]).await;
        let ask = |said: Scanning| world.office.check_in(&sale.organizer, sale.id, said);
        let first = ask(scan("gate-1", "n-1", &codes[0])).await.unwrap();
        assert_eq!((first.verdict, first.label.as_deref()), (CheckIn::Admitted, Some("Stalls, row 1, seat 4")));
        assert_eq!((first.category.as_deref(), &first.first), (Some("Regular"), &None));
        world.clock.advance(HOUR);
        assert_eq!(ask(scan("gate-1", "n-1", &codes[0])).await.unwrap(), first, "sent again");
        let second = ask(scan("gate-2", "n-1", &codes[0])).await.unwrap();
        assert_eq!((second.verdict, &second.first), (CheckIn::AlreadyUsed, &first.scan));
        assert_eq!(ask(scan("gate-2", "n-1", &codes[0])).await.unwrap(), second);
        let nameless = ask(Scanning::from(&codes[0])).await.unwrap();
        assert_eq!(nameless.verdict, CheckIn::AlreadyUsed);
        assert_eq!(list(&world.office, &sale, ScanList::All).await.len(), 3);
        assert_eq!(list(&world.office, &sale, ScanList::Conflicts).await, []);
        for wrong in [scan("", "n", &codes[0]), scan("d", "", &codes[0]), scan("d", "n\u{1b}", &codes[0])] {
            refused!(ask(wrong).await, Error::Validation(_));
        }
    }

    async fn who_went_out_comes_in_again_where_the_policy_says_so(world: World) {
        let policy = Policy { entry: Entry::AgainAfterExit, ..Policy::default() };
        let sale = world.sale(policy, 10).await;
        let (caller, codes) = sold(&world, &sale, &[3]).await;
        let ask = async |said: Scanning| {
            world.office.check_in(&sale.organizer, sale.id, said).await.unwrap().verdict
        };
        let code = &codes[0];
        assert_eq!(ask(out("d", "0", code)).await, CheckIn::NotInside);
        for round in 0..3 {
            let nonce = |what: &str| format!("{what} {round}");
            assert_eq!(ask(scan("d", &nonce("in"), code)).await, CheckIn::Admitted);
            assert_eq!(ask(scan("d", &nonce("again"), code)).await, CheckIn::AlreadyUsed);
            assert_eq!(ask(out("d", &nonce("out"), code)).await, CheckIn::Exited);
            assert_eq!(ask(out("d", &nonce("out again"), code)).await, CheckIn::NotInside);
            world.clock.advance(HOUR);
        }
        let order = world.office.orders(&caller, Page::default()).await.unwrap().items.remove(0).order;
        let quote = world.office.cancellation(&caller, order.id, None).await;
        refused!(quote, Error::NotRefundable(_));
    }

    async fn once_a_day_is_a_day_of_the_house(world: World) {
        let policy = Policy { entry: Entry::Daily, ..Policy::default() };
        let sale = world.sale(policy, 10).await;
        let (_, codes) = sold(&world, &sale, &[3]).await;
        let ask = async |nonce: &str| {
            let said = scan("d", nonce, &codes[0]);
            world.office.check_in(&sale.organizer, sale.id, said).await.unwrap().verdict
        };
        // 19:00 in Seoul: five hours are left of the day there, and fourteen of it in Greenwich.
        assert_eq!(ask("1").await, CheckIn::Admitted);
        world.clock.advance(HOUR * 4);
        assert_eq!(ask("2").await, CheckIn::AlreadyUsed);
        world.clock.advance(HOUR * 2);
        assert_eq!(ask("3").await, CheckIn::Admitted);
        assert_eq!(ask("4").await, CheckIn::AlreadyUsed);
    }

    async fn what_a_device_decided_is_a_fact_whatever_the_ticket_was(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let elsewhere = world.sale(Policy::default(), 10).await;
        let (caller, codes) = sold(&world, &sale, &[0, 1, 2]).await;
        let (_, others) = sold(&world, &elsewhere, &[0]).await;
        let order = world.office.orders(&caller, Page::default()).await.unwrap().items.remove(0).order;
        let refund = world.office.cancellation(&caller, order.id, Some(vec![2])).await.unwrap().refund;
        let said = Cancelling { seats: Some(vec![2]), refund: Some(refund), reason: None };
        world.office.cancel(&caller, order.id, said, world.key()).await.unwrap();
        let tickets = world.tickets(&caller, &order).await;
        let reissued = world.office.reissue_ticket(&caller, tickets[1].ticket.id, world.key());
        let reissued = reissued.await.unwrap();
        let at = world.now();
        let codes = [&codes[0], &codes[1], &codes[2], &others[0], &"T1.AAAA".to_owned()];
        let all: Vec<(Scanning, Timestamp)> = codes
            .iter()
            .enumerate()
            .map(|(place, code)| (scan("offline", &format!("n{place}"), code), at))
            .collect();
        let expected = [
            (CheckIn::Admitted, None),
            (CheckIn::Admitted, Some(Conflict::Void)),
            (CheckIn::Admitted, Some(Conflict::Void)),
            (CheckIn::Admitted, Some(Conflict::WrongPerformance)),
            (CheckIn::Admitted, Some(Conflict::Forged)),
        ];
        for _ in 0..2 {
            assert_eq!(upload(&world.office, &sale, &all).await, expected);
        }
        assert_eq!(list(&world.office, &sale, ScanList::All).await.len(), 5);
        let seen = list(&world.office, &sale, ScanList::Conflicts).await;
        assert_eq!(seen.len(), 4);
        // What staff has seen to stays so, however often it comes.
        let forged = seen[3].scan.clone().unwrap().id;
        world.office.annul_scan(&sale.organizer, sale.id, forged, "sent away").await.unwrap();
        upload(&world.office, &sale, &all).await;
        assert_eq!(list(&world.office, &sale, ScanList::Conflicts).await.len(), 3);
        // A code that had been replaced used nothing up.
        let scanned = world.office.check_in(&sale.organizer, sale.id, &reissued.code).await.unwrap();
        assert_eq!(scanned.verdict, CheckIn::Admitted);
        for missing in [Scanning { device: None, ..all[0].0.clone() }, Scanning { nonce: None, ..all[0].0.clone() }] {
            let refused = [all[1].clone(), (missing, at)];
            let refused = world.office.upload_scans(&sale.organizer, sale.id, &refused).await;
            refused!(refused, Error::Validation(_));
        }
        let too_many = vec![all[0].clone(); 501];
        let refused = world.office.upload_scans(&sale.organizer, sale.id, &too_many).await;
        refused!(refused, Error::Validation(_));
    }

    async fn the_later_of_two_is_the_duplicate_whoever_was_heard_first(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let (_, codes) = sold(&world, &sale, &[0, 1]).await;
        let early = world.now();
        world.clock.advance(HOUR);
        let online = world.office.check_in(&sale.organizer, sale.id, scan("on", "1", &codes[0]));
        let online = online.await.unwrap();
        assert_eq!(online.verdict, CheckIn::Admitted);
        let offline = [(scan("off", "1", &codes[0]), early)];
        assert_eq!(upload(&world.office, &sale, &offline).await, [(CheckIn::Admitted, None)]);
        let conflicts = list(&world.office, &sale, ScanList::Conflicts).await;
        assert_eq!(conflicts.len(), 1);
        let duplicate = conflicts[0].scan.clone().unwrap();
        assert_eq!((duplicate.id, duplicate.conflict), (online.scan.unwrap().id, Some(Conflict::Duplicate)));
        // We had refused, and the device did not hear it.
        let used = world.office.check_in(&sale.organizer, sale.id, scan("on", "2", &codes[1]));
        assert_eq!(used.await.unwrap().verdict, CheckIn::Admitted);
        let refused = world.office.check_in(&sale.organizer, sale.id, scan("off", "2", &codes[1]));
        assert_eq!(refused.await.unwrap().verdict, CheckIn::AlreadyUsed);
        let unheard = [(scan("off", "2", &codes[1]), world.now())];
        let fact = [(CheckIn::Admitted, Some(Conflict::Duplicate))];
        assert_eq!(upload(&world.office, &sale, &unheard).await, fact);
        // We had let in, and the device did not hear it: one person.
        let heard = [(scan("on", "2", &codes[1]), world.now())];
        assert_eq!(upload(&world.office, &sale, &heard).await, [(CheckIn::Admitted, None)]);
    }

    async fn a_scan_that_was_a_mistake_is_taken_back_with_a_reason(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let (caller, codes) = sold(&world, &sale, &[0]).await;
        let ask = |nonce: &str| {
            world.office.check_in(&sale.organizer, sale.id, scan("d", nonce, &codes[0]))
        };
        let first = ask("1").await.unwrap().scan.unwrap();
        let annul = |who: &Caller, reason: &str| {
            let (office, who, reason) = (world.office.clone(), *who, reason.to_owned());
            async move { office.annul_scan(&who, sale.id, first.id, &reason).await }
        };
        refused!(annul(&sale.organizer, " ").await, Error::Validation(_));
        refused!(annul(&caller, "mine").await, Error::Forbidden(_));
        let annulled = annul(&sale.organizer, "The wrong queue").await.unwrap().scan.unwrap();
        assert_eq!(annulled.annulled.as_ref().unwrap().reason.as_str(), "The wrong queue");
        world.clock.advance(HOUR);
        let again = annul(&sale.organizer, "Another reason").await.unwrap().scan.unwrap();
        assert_eq!(again, annulled, "once");
        // Nobody has come in: the buyer may give it back, or come in.
        let order = world.office.orders(&caller, Page::default()).await.unwrap().items.remove(0).order;
        world.office.cancellation(&caller, order.id, None).await.unwrap();
        assert_eq!(ask("2").await.unwrap().verdict, CheckIn::Admitted);
        let other = world.sale(Policy::default(), 10).await;
        let foreign = world.office.annul_scan(&other.organizer, other.id, first.id, "x").await;
        refused!(foreign, Error::NotFound("scan"));
    }
}
