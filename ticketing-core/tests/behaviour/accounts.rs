//! Accounts: who may call itself what, and how a session ends.

use futures_util::future::join_all;
use secrecy::SecretString;

use ticketing_core::Error;
use ticketing_core::accounts::{Role, SignUp};
use ticketing_core::catalog::{PerformanceChange, Policy};
use ticketing_core::orders::OrderStatus;

use crate::sale::hall;

/// As many sign up at the same moment.
const RIVALS: usize = 20;
const PASSWORD: &str = "correct horse";

fn somebody(email: &str, nickname: &str) -> SignUp {
    SignUp {
        email: email.into(),
        password: PASSWORD.into(),
        name: "Ada".into(),
        nickname: nickname.into(),
        birthdate: None,
    }
}

behaviour! {
    async fn who_signs_up_is_a_buyer(world: World) {
        let account = world.office.sign_up(somebody("ada@example.org", "ada")).await.unwrap();
        assert_eq!(account.role, Role::Buyer);
        let session = world.office.sign_in("ADA@example.org", &PASSWORD.into()).await.unwrap();
        let caller = world.office.authenticate(&session.access_token).unwrap();
        assert_eq!(world.office.me(&caller).await.unwrap(), account);
    }

    async fn only_an_administrator_gives_roles(world: World) {
        let (buyer, organizer) = (world.buyer().await, world.organizer().await);
        let office = &world.office;
        for caller in [&buyer, &organizer] {
            let promoted = office.set_role(caller, caller.account(), Role::Administrator).await;
            refused!(promoted, Error::Forbidden(_));
            refused!(office.add_synthetic_buyers(caller, 1).await, Error::Forbidden(_));
        }
        assert_eq!(office.me(&buyer).await.unwrap().role, Role::Buyer);
    }

    async fn only_an_organizer_puts_things_on_sale(world: World) {
        let (buyer, organizer) = (world.buyer().await, world.organizer().await);
        let venue = world.venue(&organizer, &hall(10)).await;
        let details = world.details(venue, &[("Regular", Some(1))]);
        let made = world.office.add_performance(&buyer, details, None).await;
        refused!(made, Error::Forbidden(_));
    }

    async fn a_demoted_organizer_is_refused_at_once_with_an_old_token(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        world.sales(&sale).await;
        world.give_role(sale.organizer.account(), Role::Buyer).await;
        let (office, old) = (&world.office, &sale.organizer);
        refused!(office.sales(old, sale.id).await, Error::Forbidden(_));
        refused!(office.check_in(old, sale.id, "T1.x").await, Error::Forbidden(_));
        let change = office.change_performance(old, sale.id, PerformanceChange::default()).await;
        refused!(change, Error::Forbidden(_));
    }

    async fn an_organizer_acts_on_nobody_elses_performance(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let other = world.organizer().await;
        let office = &world.office;
        refused!(office.sales(&other, sale.id).await, Error::Forbidden(_));
        refused!(office.line_report(&other, sale.id).await, Error::Forbidden(_));
        let page = ticketing_core::Page::default();
        let paid = Some(OrderStatus::Paid);
        refused!(office.orders_of(&other, sale.id, paid, page).await, Error::Forbidden(_));
        let change = office.change_performance(&other, sale.id, PerformanceChange::default()).await;
        refused!(change, Error::Forbidden(_));
        office.sales(&world.administrator(), sale.id).await.unwrap();
    }

    async fn an_email_has_one_account_whatever_its_case_and_however_many_race(world: World) {
        let rivals = (0..RIVALS).map(|rival| {
            let email = if rival % 2 == 0 { "Ada@Example.org" } else { "ada@example.ORG" };
            world.office.sign_up(somebody(email, &format!("ada {rival}")))
        });
        let answers = join_all(rivals).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for refused in answers.into_iter().filter(Result::is_err) {
            // Passwords are hashed a few at a time, and nobody waits for long.
            refused!(refused, Error::Conflict(_) | Error::TooManyRequests { .. });
        }
    }

    async fn a_nickname_is_one_persons_however_many_race(world: World) {
        let rivals = (0..RIVALS).map(|rival| {
            world.office.sign_up(somebody(&format!("ada{rival}@example.org"), "ada"))
        });
        let answers = join_all(rivals).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for refused in answers.into_iter().filter(Result::is_err) {
            // Passwords are hashed a few at a time, and nobody waits for long.
            refused!(refused, Error::Conflict(_) | Error::TooManyRequests { .. });
        }
    }

    async fn every_bad_field_of_a_sign_up_is_named(world: World) {
        let sign_up = SignUp {
            email: "ada at example".into(),
            password: "short".into(),
            name: String::new(),
            nickname: "x".repeat(51),
            birthdate: Some("2001-02-30".into()),
        };
        let Err(Error::Validation(errors)) = world.office.sign_up(sign_up).await else {
            panic!("signed up");
        };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["email", "password", "name", "nickname", "birthdate"]);
    }

    async fn a_wrong_password_and_an_unknown_address_look_the_same(world: World) {
        world.office.sign_up(somebody("ada@example.org", "ada")).await.unwrap();
        let office = &world.office;
        let wrong: SecretString = "battery staple".into();
        refused!(office.sign_in("ada@example.org", &wrong).await, Error::Unauthenticated);
        refused!(office.sign_in("bob@example.org", &wrong).await, Error::Unauthenticated);
        let long = SecretString::from("x".repeat(10_000));
        refused!(office.sign_in("ada@example.org", &long).await, Error::Unauthenticated);
    }

    async fn a_synthetic_buyer_has_no_password_to_sign_in_with(world: World) {
        let account = world.office.me(&world.buyer().await).await.unwrap();
        for password in ["", "password"] {
            let signed_in = world.office.sign_in(&account.email, &password.into()).await;
            refused!(signed_in, Error::Unauthenticated);
        }
    }

    async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session(world: World) {
        world.office.sign_up(somebody("ada@example.org", "ada")).await.unwrap();
        let office = &world.office;
        let stolen = office.sign_in("ada@example.org", &PASSWORD.into()).await.unwrap();
        let elsewhere = office.sign_in("ada@example.org", &PASSWORD.into()).await.unwrap();
        let next = office.refresh(&stolen.refresh_token).await.unwrap();
        let next = office.refresh(&next.refresh_token).await.unwrap();
        refused!(office.refresh(&stolen.refresh_token).await, Error::Unauthenticated);
        refused!(office.refresh(&next.refresh_token).await, Error::Unauthenticated);
        office.refresh(&elsewhere.refresh_token).await.unwrap();
    }

    async fn of_parallel_refreshes_with_one_token_one_works(world: World) {
        world.office.sign_up(somebody("ada@example.org", "ada")).await.unwrap();
        let session = world.office.sign_in("ada@example.org", &PASSWORD.into()).await.unwrap();
        let token = &session.refresh_token;
        let answers = join_all((0..RIVALS).map(|_| world.office.refresh(token))).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    }

    async fn signing_out_ends_the_session(world: World) {
        world.office.sign_up(somebody("ada@example.org", "ada")).await.unwrap();
        let session = world.office.sign_in("ada@example.org", &PASSWORD.into()).await.unwrap();
        let caller = world.office.authenticate(&session.access_token).unwrap();
        world.office.sign_out(&caller).await.unwrap();
        refused!(world.office.refresh(&session.refresh_token).await, Error::Unauthenticated);
    }

    async fn a_synthetic_buyer_who_has_no_password_keeps_its_token_for_a_day(world: World) {
        let made = world.office.add_synthetic_buyers(&world.administrator(), 1).await.unwrap();
        let token = &made[0].access_token;
        world.advance_seconds(24 * 3600 - 1);
        assert!(world.office.authenticate(token).is_ok());
        world.advance_seconds(1);
        refused!(world.office.authenticate(token), Error::Unauthenticated);
    }

    async fn tokens_are_good_until_they_expire(world: World) {
        world.office.sign_up(somebody("ada@example.org", "ada")).await.unwrap();
        let session = world.office.sign_in("ada@example.org", &PASSWORD.into()).await.unwrap();
        world.advance_seconds(15 * 60 - 1);
        world.office.authenticate(&session.access_token).unwrap();
        world.advance_seconds(1);
        refused!(world.office.authenticate(&session.access_token), Error::Unauthenticated);
        world.advance_seconds(14 * 24 * 3600);
        refused!(world.office.refresh(&session.refresh_token).await, Error::Unauthenticated);
    }

    async fn the_first_administrator_is_made_once_and_keeps_its_password(world: World) {
        let email = "first@example.org";
        let (one, two) = ("the first password".into(), "another password".into());
        let made = join_all((0..4).map(|_| world.office.ensure_administrator(email, &one))).await;
        assert!(made.iter().all(Result::is_ok), "{made:?}");
        world.office.ensure_administrator(email, &two).await.unwrap();
        world.office.sign_in(email, &one).await.unwrap();
        refused!(world.office.sign_in(email, &two).await, Error::Unauthenticated);
    }

    async fn synthetic_buyers_without_orders_are_removed(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        world.ordered(&visitor, &[1]).await;
        let gone = world.buyer().await;
        world.office.remove_synthetic_buyers(&world.administrator()).await.unwrap();
        world.office.me(&visitor.caller).await.unwrap();
        refused!(world.office.me(&gone).await, Error::Unauthenticated);
    }
}
