//! Devices that work a door by themselves, beside those that ask.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use ticketing_core::catalog::{Entry, Policy};
use ticketing_core::orders::{CheckIn, Conflict, ScanList, Scanned, TicketVerifier};
use ticketing_core::{Cancelling, Error, Page, Scanning};

use crate::entering::{list, out, scan, sold, upload};

behaviour! {
    async fn a_device_whose_clock_is_ahead_opens_no_door(world: World) {
        for entry in [Entry::AgainAfterExit, Entry::Daily] {
            let sale = world.sale(Policy { entry, ..Policy::default() }, 10).await;
            let (_, codes) = sold(&world, &sale, &[0]).await;
            let ask = async |nonce: &str| {
                let said = scan("on", nonce, &codes[0]);
                world.office.check_in(&sale.organizer, sale.id, said).await.unwrap().verdict
            };
            assert_eq!(ask("1").await, CheckIn::Admitted);
            let ahead = [
                (scan("off", "in", &codes[0]), world.now().plus_seconds(30 * 3_600)),
                (out("off", "out", &codes[0]), world.now().plus_seconds(31 * 3_600)),
            ];
            upload(&world.office, &sale, &ahead).await;
            world.clock.advance(Duration::from_secs(1));
            let first = ask("2").await;
            assert_eq!(first == CheckIn::Admitted, entry == Entry::AgainAfterExit);
            for again in ["3", "4"] {
                assert_eq!(ask(again).await, CheckIn::AlreadyUsed, "{entry:?}");
            }
        }
    }

    async fn a_refusal_that_a_device_overruled_is_of_the_ticket_as_it_is_now(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let (caller, codes) = sold(&world, &sale, &[0]).await;
        let ask = |nonce: &str| {
            world.office.check_in(&sale.organizer, sale.id, scan("d", nonce, &codes[0]))
        };
        let first = ask("1").await.unwrap().scan.unwrap();
        assert_eq!(ask("2").await.unwrap().verdict, CheckIn::AlreadyUsed);
        world.office.annul_scan(&sale.organizer, sale.id, first.id, "a mistake").await.unwrap();
        let order = world.office.orders(&caller, Page::default()).await.unwrap().items.remove(0).order;
        let said = Cancelling { refund: Some(order.total), ..Cancelling::default() };
        world.office.cancel(&caller, order.id, said, world.key()).await.unwrap();
        // Another way than it was asked: it is where it was.
        let overruled = [(Scanning { gate: None, ..scan("d", "2", &codes[0]) }, world.now())];
        let void = [(CheckIn::Admitted, Some(Conflict::Void))];
        for _ in 0..2 {
            assert_eq!(upload(&world.office, &sale, &overruled).await, void);
        }
        let seen = list(&world.office, &sale, ScanList::Conflicts).await;
        assert_eq!(seen[0].scan.clone().unwrap().gate.unwrap().as_str(), "North");
        let nameless = Scanning { device: None, ..scan("d", "3", &codes[0]) };
        let nameless = world.office.check_in(&sale.organizer, sale.id, nameless).await;
        refused!(nameless, Error::Validation(_));
    }

    async fn six_scanners_and_two_devices_at_one_door_lose_nobody(world: World) {
        let sale = world.sale(Policy { seats_per_buyer: 20, ..Policy::default() }, 24).await;
        let (_, mut codes) = sold(&world, &sale, &(0..12).collect::<Vec<u32>>()).await;
        codes.extend(sold(&world, &sale, &(12..24).collect::<Vec<u32>>()).await.1);
        let other = world.another_office().await;
        let offices = [&world.office, &other.office];
        // The devices take the list along, and verify by themselves.
        let page = Page::new(Some(10), None).unwrap();
        let taken = world.office.door_list(&sale.organizer, sale.id, page).await.unwrap();
        assert_eq!((taken.tickets.items.len(), taken.entry), (10, Entry::Once));
        assert!(taken.tickets.next.is_some());
        let verifier = TicketVerifier::new(&taken.keys).unwrap();
        let is_signed = |code: &str| matches!(verifier.scan(sale.id, code), Scanned::Signed(_));
        assert!(codes.iter().all(|code| is_signed(code)));
        let at = world.now();
        // Each device lets two thirds of all pass, and some come to the scanners as well.
        let passed = |device: u32| {
            let passed = codes.iter().enumerate().filter(move |(place, _)| place % 3 != device as usize);
            passed.map(move |(place, code)| {
                let time = at.plus_millis(i64::from(device) * 7 + i64::try_from(place).unwrap());
                (scan(&format!("off{device}"), &format!("n{place}"), code), time)
            })
        };
        let mut facts: Vec<_> = passed(0).chain(passed(1)).collect();
        let scans = codes.iter().enumerate().filter(|(place, _)| place % 2 == 0).flat_map(|(place, code)| {
            (0..6).map(move |scanner| (scanner, scan(&format!("on{scanner}"), &format!("n{place}"), code)))
        });
        let online = scans.map(|(scanner, said)| {
            offices[scanner % 2].check_in(&sale.organizer, sale.id, said)
        });
        // Backwards, and twice, by both servers at once.
        facts.reverse();
        let uploads = facts.chunks(5).chain(facts.chunks(7)).enumerate().map(|(place, part)| {
            offices[place % 2].upload_scans(&sale.organizer, sale.id, part)
        });
        let (online, uploaded) = tokio::join!(join_all(online), join_all(uploads));
        for answer in uploaded {
            assert!(answer.unwrap().iter().all(|one| one.verdict == CheckIn::Admitted));
        }
        let mut green: BTreeMap<u32, u32> = BTreeMap::new();
        for answer in online {
            let answer = answer.unwrap();
            if answer.verdict == CheckIn::Admitted {
                *green.entry(answer.scan.unwrap().seat.unwrap()).or_default() += 1;
            }
        }
        assert!(green.values().all(|times| *times == 1), "none is green twice: {green:?}");
        let all = list(&world.office, &sale, ScanList::All).await;
        let mut people: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for scan in all.iter().filter_map(|one| one.scan.as_ref()) {
            if scan.verdict == CheckIn::Admitted {
                let seat = people.entry(scan.seat.unwrap()).or_default();
                seat.0 += 1;
                seat.1 += u32::from(scan.conflict == Some(Conflict::Duplicate));
            }
        }
        for seat in 0..24u32 {
            let devices = u32::from(seat % 3 != 0) + u32::from(seat % 3 != 1);
            let came_in = devices + green.get(&seat).copied().unwrap_or_default();
            assert_eq!(people[&seat], (came_in, came_in - 1), "seat {seat}: each is kept, and all but one are duplicates");
        }
        let duplicates: u32 = people.values().map(|(_, duplicates)| duplicates).sum();
        let seen = list(&other.office, &sale, ScanList::Conflicts).await.len();
        assert_eq!(u32::try_from(seen), Ok(duplicates));
    }
}
