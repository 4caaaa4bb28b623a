//! The door: a ticket lets in once, for its own performance, while its order is paid.

use ticketing_core::catalog::Policy;
use ticketing_core::orders::CheckIn;
use ticketing_core::{Cancelling, Error};

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
            let answers = join_all(scans).await;
            let verdicts: Vec<CheckIn> =
                answers.into_iter().map(|answer| answer.unwrap().verdict).collect();
            let count = |said| verdicts.iter().filter(|verdict| **verdict == said).count();
            assert_eq!((count(CheckIn::Admitted), count(CheckIn::AlreadyUsed)), (1, 7));
        }
    }

    async fn a_ticket_of_another_performance_and_a_forged_one_are_told_apart(world: World) {
        let (here, there) =
            (world.sale(Policy::default(), 10).await, world.sale(Policy::default(), 10).await);
        let visitor = world.admitted(&there).await;
        let order = world.bought(&visitor, &[1]).await;
        let code = world.tickets(&visitor.caller, &order).await[0].code.clone();
        let scan = async |code: &str| {
            world.office.check_in(&here.organizer, here.id, code).await.unwrap().verdict
        };
        assert_eq!(scan(&code).await, CheckIn::WrongPerformance);
        for forged in ["T1.", "T1.AAAA", &code[..code.len() - 4], "A"] {
            assert_eq!(scan(forged).await, CheckIn::Forged, "{forged:?}");
        }
        for no_code in ["", " ", "T1.\0", "T1.AA AA", "T1.\u{1b}[31m"] {
            let scanned = world.office.check_in(&here.organizer, here.id, no_code).await;
            refused!(scanned, Error::Validation(_));
        }
        let own = world.office.check_in(&there.organizer, there.id, &code).await.unwrap().verdict;
        assert_eq!(own, CheckIn::Admitted, "the wrong door used nothing up");
    }

    async fn nobody_but_its_organizer_works_the_door(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[1]).await;
        let code = world.tickets(&visitor.caller, &order).await[0].code.clone();
        let self_admitted = world.office.check_in(&visitor.caller, sale.id, &code).await;
        refused!(self_admitted, Error::Forbidden(_));
        let verdict = world.office.check_in(&sale.organizer, sale.id, &code).await.unwrap().verdict;
        assert_eq!(verdict, CheckIn::Admitted);
    }

    async fn an_order_that_is_not_paid_has_no_tickets(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[1]).await;
        assert!(world.tickets(&visitor.caller, &order).await.is_empty());
    }
    async fn a_code_that_was_replaced_lets_nobody_in(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[1]).await;
        let first = world.tickets(&visitor.caller, &order).await.remove(0);
        let (office, key) = (&world.office, world.key());
        let id = first.ticket.id;
        let second = office.reissue_ticket(&visitor.caller, id, key.clone()).await.unwrap();
        assert_eq!((second.ticket.issue, &second.label), (1, &first.label));
        assert_ne!(second.code, first.code);
        let again = office.reissue_ticket(&visitor.caller, id, key).await.unwrap();
        assert_eq!(again, second, "asked again");
        let third = office.reissue_ticket(&visitor.caller, id, world.key()).await.unwrap();
        assert_eq!(world.tickets(&visitor.caller, &order).await, std::slice::from_ref(&third));
        let scan = async |code: &str| office.check_in(&sale.organizer, sale.id, code).await.unwrap().verdict;
        for void in [&first.code, &second.code] {
            assert_eq!(scan(void).await, CheckIn::Void);
        }
        assert_eq!(scan(&third.code).await, CheckIn::Admitted);
        assert_eq!(scan(&third.code).await, CheckIn::AlreadyUsed);
        let used = office.reissue_ticket(&visitor.caller, id, world.key()).await;
        refused!(used, Error::Conflict(_));
    }

    async fn a_code_is_replaced_three_times_however_many_ask(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let other = world.another_office().await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[1, 2]).await;
        let tickets = world.tickets(&visitor.caller, &order).await;
        let (id, stranger) = (tickets[0].ticket.id, world.buyer().await);
        let stolen = world.office.reissue_ticket(&stranger, id, world.key()).await;
        refused!(stolen, Error::NotFound("ticket"));
        let asks = (0..8).map(|number| {
            let office = if number % 2 == 0 { &world.office } else { &other.office };
            office.reissue_ticket(&visitor.caller, id, world.key())
        });
        let answers = join_all(asks).await;
        let mut issues: Vec<u8> =
            answers.iter().flatten().map(|issued| issued.ticket.issue).collect();
        issues.sort_unstable();
        assert_eq!(issues, [1, 2, 3], "{answers:?}");
        let now = world.tickets(&visitor.caller, &order).await;
        assert_eq!((now[0].ticket.issue, &now[1]), (3, &tickets[1]));
    }

    async fn a_seat_that_was_sold_again_lets_its_new_buyer_in_alone(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[1]).await;
        let old = world.tickets(&visitor.caller, &order).await.remove(0);
        let said = Cancelling { refund: Some(order.total), ..Cancelling::default() };
        world.office.cancel(&visitor.caller, order.id, said, world.key()).await.unwrap();
        let reissued = world.office.reissue_ticket(&visitor.caller, old.ticket.id, world.key()).await;
        refused!(reissued, Error::NotFound("ticket"));
        let other = world.admitted(&sale).await;
        let resold = world.bought(&other, &[1]).await;
        let new = world.tickets(&other.caller, &resold).await.remove(0);
        for (code, expected) in [(&old.code, CheckIn::Void), (&new.code, CheckIn::Admitted)] {
            let verdict = world.office.check_in(&sale.organizer, sale.id, code).await.unwrap().verdict;
            assert_eq!(verdict, expected);
        }
    }
}
