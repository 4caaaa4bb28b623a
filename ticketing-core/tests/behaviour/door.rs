//! The door: a ticket lets in once, for its own performance, while its order is paid.

use ticketing_core::Error;
use ticketing_core::catalog::Policy;
use ticketing_core::orders::CheckIn;

use futures_util::future::join_all;

behaviour! {
    async fn a_ticket_lets_in_once_however_many_doors_scan_it(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let other = world.another_office().await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[1, 2]).await;
        for ticket in world.tickets(&visitor.caller, &order).await {
            let scans = (0..8).map(|door| {
                let office = if door % 2 == 0 { &world.office } else { &other.office };
                office.check_in(&sale.organizer, sale.id, &ticket.code)
            });
            let verdicts = join_all(scans).await;
            let admitted = |verdict: &&_| matches!(verdict, Ok(CheckIn::Admitted));
            assert_eq!(verdicts.iter().filter(admitted).count(), 1, "{verdicts:?}");
            let used = |verdict: &&_| matches!(verdict, Ok(CheckIn::AlreadyUsed));
            assert_eq!(verdicts.iter().filter(used).count(), 7, "{verdicts:?}");
        }
    }

    async fn a_ticket_of_another_performance_and_a_forged_one_are_told_apart(world: World) {
        let (here, there) =
            (world.sale(Policy::default(), 10).await, world.sale(Policy::default(), 10).await);
        let visitor = world.admitted(&there).await;
        let order = world.bought(&visitor, &[1]).await;
        let code = world.tickets(&visitor.caller, &order).await[0].code.clone();
        let scan = async |code: &str| {
            world.office.check_in(&here.organizer, here.id, code).await.unwrap()
        };
        assert_eq!(scan(&code).await, CheckIn::WrongPerformance);
        for forged in ["T1.", "T1.AAAA", &code[..code.len() - 4], &code.replace("T1.", "T2.")] {
            assert_eq!(scan(forged).await, CheckIn::Forged, "{forged:?}");
        }
        for no_code in ["", " ", "T1.\0", "T1.AA AA", "T1.\u{1b}[31m"] {
            let scanned = world.office.check_in(&here.organizer, here.id, no_code).await;
            refused!(scanned, Error::Validation(_));
        }
        let own = world.office.check_in(&there.organizer, there.id, &code).await.unwrap();
        assert_eq!(own, CheckIn::Admitted, "the wrong door used nothing up");
    }

    async fn nobody_but_its_organizer_works_the_door(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[1]).await;
        let code = world.tickets(&visitor.caller, &order).await[0].code.clone();
        let self_admitted = world.office.check_in(&visitor.caller, sale.id, &code).await;
        refused!(self_admitted, Error::Forbidden(_));
        let verdict = world.office.check_in(&sale.organizer, sale.id, &code).await.unwrap();
        assert_eq!(verdict, CheckIn::Admitted);
    }

    async fn an_order_that_is_not_paid_has_no_tickets(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[1]).await;
        assert!(world.tickets(&visitor.caller, &order).await.is_empty());
    }
}
