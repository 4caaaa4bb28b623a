//! Signing keys: what an older key signed is good as long as the key is kept; new things are signed
//! by the new key alone.

use secrecy::SecretString;

use ticketing_core::catalog::Policy;
use ticketing_core::orders::{Scanned, TicketCode};
use ticketing_core::{Error, SigningKey};

use crate::world::{ROOT, ROOT_PASSWORD, World, signing_key};

fn new_key() -> SigningKey {
    SigningKey::new([9; 32])
}

fn kept() -> SigningKey {
    new_key().accepting(vec![signing_key()])
}

async fn access_token(world: &World) -> String {
    let password = SecretString::from(ROOT_PASSWORD);
    world.office.ensure_administrator(ROOT, &password).await.unwrap();
    world.office.sign_in(ROOT, &password).await.unwrap().access_token
}

/// The header of an access token, which names its key.
fn header(token: &str) -> String {
    use base64::Engine;
    let header = token.split('.').next().unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap();
    String::from_utf8(bytes).unwrap()
}

behaviour! {
    async fn a_session_goes_on_under_a_new_key_while_the_old_one_is_kept(world: World) {
        let old = access_token(&world).await;
        assert!(header(&old).contains(&signing_key().id()));
        let both = world.office_with_key(kept()).await;
        let alone = world.office_with_key(new_key()).await;
        let caller = both.office.authenticate(&old).unwrap();
        assert_eq!(caller.account(), world.administrator().account());
        refused!(alone.office.authenticate(&old), Error::Unauthenticated);
        let new = access_token(&both).await;
        assert!(header(&new).contains(&new_key().id()));
        alone.office.authenticate(&new).unwrap();
        refused!(world.office.authenticate(&new), Error::Unauthenticated);
    }

    async fn a_ticket_opens_the_door_under_a_new_key_while_the_old_one_is_kept(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[1]).await;
        let issued = world.tickets(&visitor.caller, &order).await.remove(0);
        let both = world.office_with_key(kept()).await;
        let alone = world.office_with_key(new_key()).await;
        let read = both.office.ticket_verifier().scan(sale.id, &issued.code);
        assert_eq!(read, Scanned::Signed(TicketCode::from(&issued.ticket)));
        let forged = alone.office.ticket_verifier().scan(sale.id, &issued.code);
        assert_eq!(forged, Scanned::Forged);
        let public = [&world, &both, &alone].map(|server| server.office.receipt_keys().to_vec());
        assert_eq!(public[1], [public[2].clone(), public[0].clone()].concat());
    }
}

/// On the services a deployment goes from one key to the next while it sells.
#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn a_buyer_goes_on_while_the_key_is_changed() {
    crate::world::on_services(|world| async move {
        let sale = world.sale(Policy::default(), 10).await;
        let mut visitor = world.admitted(&sale).await;
        let (kept_hold, lost_hold) =
            (world.hold(&visitor, &[1]).await.unwrap(), world.hold(&visitor, &[2]).await.unwrap());
        let both = world.office_with_key(kept()).await;
        let alone = world.office_with_key(new_key()).await;
        refused!(alone.order(&visitor, &lost_hold).await, Error::PassRequired);
        let place = &visitor.place_token;
        let asked = alone.office.ask(&visitor.caller, sale.id, place).await;
        refused!(asked, Error::Forbidden(_));
        let order = both.order(&visitor, &kept_hold).await.unwrap().order;
        // The pass of the new key is good, and the hold of the old one is not known by its id.
        both.ask(&mut visitor).await;
        refused!(alone.order(&visitor, &lost_hold).await, Error::NotFound("hold"));
        alone.hold(&visitor, &[3]).await.unwrap();
        both.pay(&visitor.caller, &order).await.unwrap();
        let old = world.tickets(&visitor.caller, &order).await.remove(0).code;
        let new = both.tickets(&visitor.caller, &order).await.remove(0).code;
        assert_ne!(old, new);
        let scanned = both.office.check_in(&sale.organizer, sale.id, &old).await.unwrap().verdict;
        assert_eq!(scanned, ticketing_core::orders::CheckIn::Admitted);
        let scanned = alone.office.check_in(&sale.organizer, sale.id, &new).await.unwrap().verdict;
        assert_eq!(scanned, ticketing_core::orders::CheckIn::AlreadyUsed);
    })
    .await;
}
