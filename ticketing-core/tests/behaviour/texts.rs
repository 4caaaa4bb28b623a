//! What people write: nothing that a store or a screen cannot take, and what looks the same is the
//! same.

use secrecy::SecretString;
use serde_json::json;

use ticketing_core::accounts::SignUp;
use ticketing_core::catalog::{
    CategoryPrice, NewPerformance, NewProduction, PerformanceChange, Policy, PolicyChange,
    VenueDetails,
};
use ticketing_core::seats::{Best, Wish};
use ticketing_core::{Currency, Error, Money, Result, Steer};

use crate::sale::{PRICE, hall};

const PASSWORD: &str = "correct horse";
/// Characters that no text may have.
const WRONG: [char; 6] = ['\0', '\u{7}', '\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}'];

fn somebody(email: &str, nickname: &str) -> SignUp {
    SignUp {
        email: email.into(),
        password: PASSWORD.into(),
        name: "Ada".into(),
        nickname: nickname.into(),
        birthdate: None,
    }
}

/// The verb must be refused, for exactly these fields.
#[track_caller]
fn refused_for<T: std::fmt::Debug>(fields: &[&str], answer: Result<T>) {
    match answer {
        Err(Error::Validation(errors)) => {
            let named: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(named, fields);
        }
        other => panic!("expected a refusal of {fields:?}, got {other:?}"),
    }
}

behaviour! {
    async fn a_sign_up_with_a_hidden_character_is_refused_by_field(world: World) {
        for wrong in WRONG {
            let sign_up = SignUp {
                email: format!("a{wrong}da@example.org"),
                password: format!("correct{wrong}horse").into(),
                name: format!("A{wrong}da"),
                nickname: format!("a{wrong}da"),
                birthdate: None,
            };
            let fields = ["email", "password", "name", "nickname"];
            refused_for(&fields, world.office.sign_up(sign_up).await);
        }
        let (email, password) = ("ada@example.org", SecretString::from(PASSWORD));
        refused_for(&["email"], world.office.sign_in("a\0@example.org", &password).await);
        refused_for(&["password"], world.office.sign_in(email, &"correct\0horse".into()).await);
    }

    async fn what_an_organizer_writes_has_nothing_hidden_in_it(world: World) {
        let (office, organizer) = (&world.office, world.organizer().await);
        let venue = world.venue(&organizer, &hall(10)).await;
        for wrong in WRONG {
            let text = format!("a{wrong}b");
            let new = NewPerformance {
                title: text.clone(),
                description: text.clone(),
                genre: text.clone(),
                ..world.details(venue, &[("Regular", Some(1))])
            };
            let made = office.add_performance(&organizer, new, None).await;
            refused_for(&["title", "description", "genre"], made);
            let house = VenueDetails {
                name: text.clone(),
                address: text.clone(),
                time_zone: Some(text.clone()),
                seat_map: json!(hall(10)),
            };
            let made = office.add_venue(&organizer, house, None).await;
            refused_for(&["name", "address", "time_zone"], made);
            let production = NewProduction { title: text.clone(), ..NewProduction::default() };
            refused_for(&["title"], office.add_production(&organizer, production).await);
        }
    }

    async fn what_changes_a_sale_has_nothing_hidden_in_it(world: World) {
        let policy = ticketing_core::catalog::Policy {
            pre_queue_seconds: Some(60),
            ..Default::default()
        };
        let sale = world.sale_in(3_600, policy, 10).await;
        let (office, organizer) = (&world.office, &sale.organizer);
        for wrong in WRONG {
            let text = format!("a{wrong}b");
            let source = Some(Some(text.clone()));
            let policy = PolicyChange { draw_entropy: source, ..PolicyChange::default() };
            let change = PerformanceChange { policy: Some(policy), ..Default::default() };
            let changed = office.change_performance(organizer, sale.id, change).await;
            refused_for(&["policy.draw_entropy"], changed);
            let title = PerformanceChange { title: Some(text.clone()), ..Default::default() };
            refused_for(&["title"], office.change_performance(organizer, sale.id, title).await);
            let paused = office.steer(organizer, sale.id, Steer::Pause(Some(text))).await;
            refused_for(&["message"], paused);
        }
    }

    async fn nicknames_that_look_the_same_are_one_persons(world: World) {
        let office = &world.office;
        let zoe = office.sign_up(somebody("zoe@example.org", "Zoe\u{308}  L")).await.unwrap();
        assert_eq!(zoe.nickname, "Zoë L", "shown as it was written, composed");
        for (number, same) in
            ["Zoë L", "ZOE\u{308} l", "Ｚｏë\u{3000}L", "  zoë L "].iter().enumerate()
        {
            let other = somebody(&format!("other{number}@example.org"), same);
            refused!(office.sign_up(other).await, Error::Conflict(_));
        }
        let hidden = somebody("other@example.org", "Zo\u{200b}ë L");
        refused_for(&["nickname"], office.sign_up(hidden).await);
        office.sign_up(somebody("plain@example.org", "Zoe L")).await.unwrap();
    }

    async fn a_password_is_the_same_from_any_keyboard(world: World) {
        let composed = SignUp {
            password: "Gießerei-Zoë".into(),
            ..somebody("ada@example.org", "ada")
        };
        world.office.sign_up(composed).await.unwrap();
        let sign_in = async |password: &str| {
            world.office.sign_in("ada@example.org", &password.into()).await
        };
        sign_in("Gießerei-Zoe\u{308}").await.unwrap();
        refused!(sign_in("Gießerei-Zoe").await, Error::Unauthenticated);
        refused!(sign_in("gießerei-zoë").await, Error::Unauthenticated);
    }

    async fn a_domain_is_the_same_in_any_writing(world: World) {
        let office = &world.office;
        let ada = office.sign_up(somebody("Ada@münchen.example", "ada")).await.unwrap();
        assert_eq!(ada.email, "Ada@münchen.example");
        let forms = ["ada@xn--mnchen-3ya.example", "ADA@MU\u{308}NCHEN.EXAMPLE"];
        for (number, same) in forms.iter().enumerate() {
            let again = somebody(same, &format!("ada {number}"));
            refused!(office.sign_up(again).await, Error::Conflict(_));
            office.sign_in(same, &PASSWORD.into()).await.unwrap();
        }
    }

    async fn a_label_of_a_plan_is_the_same_in_any_writing(world: World) {
        let house = |name: &str, other: &str| format!(
            r#"name = "House"
            categories = [{{ name = "{name}" }}]
            sections = [
                {{ name = "{name}", category = "{other}", rows = [{{ label = "1", seats = "1-4" }}] }},
                {{ name = "Far", category = "{name}", rows = [{{ label = "2", seats = "1-4" }}] }},
            ]"#
        );
        let (composed, apart) = ("Café", "Cafe\u{301}");
        let plan = house(apart, composed);
        let sale = world.sale_of(Policy::default(), &plan, &[(composed, Some(PRICE))]).await;
        let dearer = PerformanceChange {
            prices: Some(vec![CategoryPrice {
                category: format!(" {apart}"),
                price: Some(Money::new(2 * PRICE, Currency::KRW)),
            }]),
            ..PerformanceChange::default()
        };
        world.office.change_performance(&sale.organizer, sale.id, dearer).await.unwrap();
        for written in [composed, apart] {
            let visitor = world.admitted(&sale).await;
            let name = Some(written.to_owned());
            let wish = Wish::Best(Best { count: 1, category: name.clone(), section: name });
            let hold = world.wish(&visitor, wish).await.unwrap();
            assert_eq!(hold.total, Money::new(2 * PRICE, Currency::KRW));
        }

        let twice = house(composed, composed).replace("Far", apart);
        let organizer = world.organizer().await;
        let seat_map = json!(twice);
        let venue = VenueDetails { name: "House".into(), seat_map, ..VenueDetails::default() };
        refused_for(&["sections[1].name"], world.office.add_venue(&organizer, venue, None).await);
    }
}
