//! Servers of two versions beside each other: the older one reads past what it does not know, leaves
//! it as it is, and is held up by nothing that it cannot read.

use ticketing_core::catalog::{Listing, PerformanceChange, Policy, PolicyChange};
use ticketing_core::events::SalesCounters;
use ticketing_core::orders::OrderStatus;
use ticketing_core::{Error, Page, PerformanceId};

use crate::events::{all_told, counters};
use crate::line::capacity;
use crate::sale::{FREE, OnSale};
use crate::world::{World, on_services};

macro_rules! on_services {
    ($(async fn $name:ident($world:ident: World) $body:block)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "needs ./services up"]
        async fn $name() {
            on_services(|$world| async move $body).await;
        }
    )+};
}

/// Every performance has details that say nothing to anybody.
const UNREADABLE: &str = r#"UPDATE performances SET details = '{"x":1}'"#;

/// Adds a field to the JSON of a column.
fn added(table: &str, column: &str, path: &str) -> String {
    format!("UPDATE {table} SET {column} = jsonb_set({column}::jsonb, '{path}', '[7]')::text")
}

async fn field(world: &World, column: &str, path: &str, sale: &OnSale) -> Option<String> {
    let sql =
        format!("SELECT {column}::jsonb #>> '{path}' FROM performances WHERE id = '{}'", sale.id);
    world.namespace().sql_text(&sql).await
}

async fn listed(world: &World) -> Vec<PerformanceId> {
    let (listing, page) = (Listing::default(), Page::default());
    let found = world.office.performances(None, listing, page).await.unwrap();
    found.items.iter().map(|view| view.performance.id).collect()
}

on_services! {
    async fn what_a_newer_server_wrote_is_read_and_stays(world: World) {
        let sale = world.sale(Policy { orphan_rule: true, ..Policy::default() }, 10).await;
        for sql in [
            added("performances", "details", "{policy,newer}"),
            added("performances", "details", "{newer}"),
            added("performances", "line_control", "{newer}"),
            added("venues", "seat_map", "{newer}"),
            added("venues", "seat_map", "{sections,0,newer}"),
        ] {
            world.namespace().sql(&sql).await;
        }
        let older = world.another_office().await;
        let visitor = older.admitted(&sale).await;
        older.hold(&visitor, &[0, 1]).await.unwrap();
        let policy = PolicyChange { hold_seconds: Some(99), ..PolicyChange::default() };
        let change = PerformanceChange { policy: Some(policy), ..Default::default() };
        older.office.change_performance(&sale.organizer, sale.id, change).await.unwrap();
        for (column, path, value) in [
            ("details", "{policy,hold_seconds}", "99"),
            ("details", "{policy,orphan_rule}", "true"),
            ("details", "{policy,newer}", "[7]"),
            ("details", "{newer}", "[7]"),
            ("line_control", "{newer}", "[7]"),
        ] {
            let stored = field(&world, column, path, &sale).await;
            assert_eq!(stored.as_deref(), Some(value), "{column} {path}");
        }
    }

    async fn an_order_that_a_newer_server_wrote_is_read_and_repeated(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let hold = world.hold(&visitor, &[1]).await.unwrap();
        let (key, pass) = (world.key(), visitor.pass_token.as_deref());
        let place = || world.office.place_order(&visitor.caller, pass, key.clone(), hold.id);
        let placed = place().await.unwrap();
        let facts = format!("{} WHERE key = '{key}'", added("idempotency", "facts", "{newer}"));
        world.namespace().sql(&facts).await;
        world.namespace().sql(&added("orders", "lines", "{0,newer}")).await;
        assert_eq!(place().await.unwrap(), placed);
        let read = world.office.order(&visitor.caller, placed.order.id).await.unwrap();
        assert_eq!(read, placed);
        world.pay(&visitor.caller, &placed.order).await.unwrap();
    }

    async fn an_event_of_a_newer_kind_is_carried_on_and_passed_over(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let newer = format!(
            "INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
             VALUES (gen_random_uuid(), 1, '{}', 'order_upgraded', 1, 0)",
            sale.id
        );
        world.namespace().sql(&newer).await;
        let visitor = world.admitted(&sale).await;
        world.bought(&visitor, &[1]).await;
        world.namespace().sql(&newer).await;
        all_told(&world, &world).await;
        let told =
            SalesCounters { orders_placed: 1, orders_paid: 1, orders_ended: 0, seats_sold: 1 };
        assert_eq!(counters(&world, &sale).await, told);
        let unsent = "SELECT count(*)::text FROM outbox WHERE NOT sent";
        assert_eq!(world.namespace().sql_text(unsent).await.as_deref(), Some("0"));
    }

    async fn a_performance_that_cannot_be_read_holds_up_no_other(world: World) {
        let policy = Policy { pay_seconds: 60, ..capacity(5) };
        let mut sales = Vec::new();
        for _ in 0..3 {
            sales.push(world.sale(policy.clone(), 10).await);
        }
        let mut orders = Vec::new();
        for sale in &sales {
            let visitor = world.admitted(sale).await;
            orders.push((visitor.clone(), world.ordered(&visitor, &[1]).await));
        }
        let broken = format!("{UNREADABLE} WHERE id = '{}'", sales[1].id);
        world.namespace().sql(&broken).await;
        let older = world.another_office().await;
        let mut whole = [sales[0].id, sales[2].id];
        whole.sort();
        assert_eq!(listed(&older).await, whole);
        let unread = older.office.performance(None, sales[1].id).await;
        refused!(unread, Error::Unreadable { table: "performances", .. });
        for sale in [&sales[0], &sales[2]] {
            older.admitted(sale).await;
        }
        all_told(&older, &older).await;
        assert_eq!(counters(&older, &sales[2]).await.orders_placed, 1);
        older.advance_seconds(61);
        older.settle_down().await;
        for at in [0, 2] {
            let (visitor, order) = &orders[at];
            assert_eq!(older.status(&visitor.caller, order.id).await, OrderStatus::Expired);
            assert_eq!(older.seat(&sales[at], 1).await, FREE);
        }
    }

    async fn an_order_that_cannot_be_read_holds_up_no_other(world: World) {
        let sale = world.sale(Policy { pay_seconds: 60, ..Policy::default() }, 10).await;
        let visitor = world.admitted(&sale).await;
        let mut orders = Vec::new();
        for seat in 1..=3 {
            orders.push(world.ordered(&visitor, &[seat]).await);
        }
        let lines = format!("UPDATE orders SET lines = '{{}}' WHERE id = '{}'", orders[0].id);
        let gold = format!("UPDATE orders SET currency = 'XAU' WHERE id = '{}'", orders[1].id);
        world.namespace().sql(&lines).await;
        world.namespace().sql(&gold).await;
        let mine = world.office.orders(&visitor.caller, Page::default()).await.unwrap();
        let mine: Vec<_> = mine.items.iter().map(|placed| placed.order.id).collect();
        assert_eq!(mine, [orders[2].id]);
        let theirs = world.office.orders_of(&sale.organizer, sale.id, None, Page::default());
        assert_eq!(theirs.await.unwrap().items.len(), 1);
        world.advance_seconds(61);
        world.office.step_expiry().await.unwrap();
        world.office.step_seats().await.unwrap();
        assert_eq!(world.status(&visitor.caller, orders[2].id).await, OrderStatus::Expired);
        assert_eq!(world.seat(&sale, 3).await, FREE);
    }

    async fn more_orders_than_a_step_takes_that_cannot_be_read_hold_up_no_other(world: World) {
        let policy = Policy { pay_seconds: 60, seats_per_buyer: 3, ..Policy::default() };
        let sale = world.sale(policy, 10).await;
        let visitor = world.admitted(&sale).await;
        let copied = world.ordered(&visitor, &[1]).await;
        let readable = world.ordered(&visitor, &[2]).await;
        let many = format!(
            "INSERT INTO orders SELECT (copy).* FROM (
                 SELECT jsonb_populate_record(orders, jsonb_build_object('lines', '{{}}',
                     'id', gen_random_uuid(), 'hold_id', gen_random_uuid(),
                     'payment_id', gen_random_uuid(), 'expires_at_ms', 1)) AS copy
                 FROM orders, generate_series(1, 450) WHERE id = '{}') AS copies",
            copied.id
        );
        world.namespace().sql(&many).await;
        world.advance_seconds(61);
        world.office.step_expiry().await.unwrap();
        assert_eq!(world.status(&visitor.caller, readable.id).await, OrderStatus::Expired);
    }

    async fn a_server_waits_for_another_that_migrates(world: World) {
        let migrating = world.namespace().migrating().await;
        let other = world.another_office().await;
        let here = tokio::runtime::Handle::current();
        let start = move || here.block_on(other.office.migrate());
        let started = tokio::task::spawn_blocking(start);
        while !started.is_finished() && !world.namespace().waits_to_migrate().await {}
        drop(migrating);
        started.await.unwrap().unwrap();
    }

    async fn a_live_sale_of_a_newer_layout_is_left_alone(world: World) {
        let (newer, ours) =
            (world.sale(capacity(5), 10).await, world.sale(capacity(5), 10).await);
        let inside = world.admitted(&newer).await;
        world.admitted(&ours).await;
        let (epoch, _) = world.namespace().live(newer.id);
        world.namespace().set_layout(newer.id, 9);
        for (seat, server) in (1..).zip([world.clone(), world.another_office().await]) {
            let buyer = server.buyer().await;
            let joined = server.office.join(&buyer, newer.id).await;
            refused!(joined, Error::Unreadable { table: "live", .. });
            let held = server.hold(&inside, &[1]).await;
            refused!(held, Error::Unreadable { table: "live", .. });
            let visitor = server.admitted(&ours).await;
            server.ordered(&visitor, &[seat]).await;
            server.settle_down().await;
        }
        assert_eq!(world.namespace().live(newer.id), (epoch, Some(9)), "nobody repaired it");
    }
}
