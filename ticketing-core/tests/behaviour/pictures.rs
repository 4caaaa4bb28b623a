//! What productions look like: one upload, three sizes, and no file that nobody shows.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use ticketing_core::pictures::{BYTES_MAX, PictureHash, Poster};
use ticketing_core::{Error, Page, PerformanceId, ProductionId, Result};

use crate::cleared::{cancel, cleared};
use crate::reviews::{guest, soon};
use crate::sale::OnSale;
use crate::world::World;

/// Longer than a file stays that nobody shows.
const UNUSED_SECONDS: u64 = 3_601;
/// Longer than a process knows what is shown.
const KNOWN_SECONDS: u64 = 61;
/// Of one upload.
const FILES: usize = 3;

/// A picture as somebody uploads it, of that colour.
fn picture(colour: u8) -> Vec<u8> {
    let picture = RgbImage::from_pixel(900, 450, Rgb([colour, 40, 80]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

async fn set(world: &World, sale: &OnSale, colour: u8) -> Result<Poster> {
    world.office.set_poster(&sale.organizer, sale.id, picture(colour)).await
}

async fn shown(world: &World, performance: PerformanceId) -> Option<Poster> {
    world.office.performance(None, performance).await.unwrap().production.poster
}

async fn production_of(world: &World, sale: &OnSale) -> ProductionId {
    let view = world.office.performance(Some(&sale.organizer), sale.id).await.unwrap();
    view.production.production.id
}

/// The sides of what is in a file, or that there is none.
async fn sides(world: &World, hash: &PictureHash) -> Option<(u32, u32)> {
    match world.office.picture(hash).await {
        Ok(bytes) => {
            let picture = image::load_from_memory(&bytes).unwrap();
            Some((picture.width(), picture.height()))
        }
        Err(Error::NotFound("picture")) => None,
        Err(error) => panic!("{error}"),
    }
}

async fn is_readable(world: &World, poster: &Poster) -> bool {
    let mut all = true;
    for hash in [&poster.small, &poster.medium, &poster.large] {
        all &= sides(world, hash).await.is_some();
    }
    all
}

/// An hour later, what nobody shows goes.
async fn swept(world: &World) {
    world.advance_seconds(UNUSED_SECONDS);
    world.office.step_pictures().await.unwrap();
}

behaviour! {
    async fn a_poster_is_shown_in_three_sizes_at_every_performance_of_its_production(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let production = production_of(&world, &sale).await;
        let other = soon(&world, sale.organizer, Some(production)).await;
        assert_eq!(shown(&world, sale.id).await, None);
        let poster = set(&world, &sale, 1).await.unwrap();
        let elsewhere = world.another_office().await;
        for world in [&world, &elsewhere] {
            assert_eq!(shown(world, sale.id).await.as_ref(), Some(&poster));
            assert_eq!(shown(world, other.id).await.as_ref(), Some(&poster));
            let view = world.office.production(production).await.unwrap();
            assert_eq!(view.poster.as_ref(), Some(&poster));
            assert_eq!(sides(world, &poster.small).await, Some((320, 160)));
            assert_eq!(sides(world, &poster.medium).await, Some((800, 400)));
            assert_eq!(sides(world, &poster.large).await, Some((900, 450)));
        }
        let listed = world.office.productions(Page::default()).await.unwrap();
        let listed = listed.items.iter().find(|view| view.production.id == production);
        assert_eq!(listed.unwrap().poster.as_ref(), Some(&poster));
        assert_eq!(world.wire.store.count().await, FILES);
    }

    async fn only_its_organizer_says_what_a_production_looks_like(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let poster = set(&world, &sale, 1).await.unwrap();
        let (other, buyer) = (world.organizer().await, world.buyer().await);
        let theirs = soon(&world, other, None).await;
        for stranger in [&other, &buyer] {
            let may = world.office.may_set_poster(stranger, sale.id).await;
            refused!(may, Error::Forbidden(_));
            let upload = world.office.set_poster(stranger, sale.id, picture(2)).await;
            refused!(upload, Error::Forbidden(_));
            refused!(world.office.remove_poster(stranger, sale.id).await, Error::Forbidden(_));
        }
        assert_eq!(shown(&world, sale.id).await, Some(poster));
        assert_eq!(shown(&world, theirs.id).await, None);
        let administrator = world.administrator();
        let set = world.office.set_poster(&administrator, sale.id, picture(3)).await.unwrap();
        assert_eq!(shown(&world, sale.id).await, Some(set));
        let nowhere = PerformanceId::from(theirs.organizer.account().uuid());
        refused!(world.office.may_set_poster(&other, nowhere).await, Error::NotFound(_));
    }

    async fn a_performance_of_anothers_production_gives_no_right_to_its_picture(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let production = production_of(&world, &sale).await;
        let performance = soon(&world, world.administrator(), Some(production)).await;
        let poster = set(&world, &sale, 1).await.unwrap();
        assert_eq!(shown(&world, performance.id).await, Some(poster));
        let owner = &sale.organizer;
        let upload = world.office.set_poster(owner, performance.id, picture(2)).await;
        refused!(upload, Error::Forbidden(_));
    }

    async fn what_is_no_picture_is_refused_and_nothing_of_it_is_kept(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let poster = set(&world, &sale, 1).await.unwrap();
        let whole = picture(2);
        let wrong: [Vec<u8>; 5] = [
            Vec::new(),
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            b"\xff\xd8\xff".to_vec(),
            whole[..whole.len() / 2].to_vec(),
            vec![0; BYTES_MAX + 1],
        ];
        for upload in wrong {
            let refused = world.office.set_poster(&sale.organizer, sale.id, upload).await;
            let Err(Error::Validation(errors)) = refused else { panic!("{refused:?}") };
            assert_eq!(errors[0].field, "body");
        }
        assert_eq!(shown(&world, sale.id).await, Some(poster));
        assert_eq!(world.wire.store.count().await, FILES);
    }

    async fn an_upload_that_breaks_off_changes_nothing_and_leaves_nothing_behind(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let poster = set(&world, &sale, 1).await.unwrap();
        for takes in 0..3 {
            world.wire.store.takes(takes);
            refused!(set(&world, &sale, 2).await, Error::Unavailable(_));
            assert_eq!(shown(&world, sale.id).await.as_ref(), Some(&poster));
        }
        assert!(world.wire.store.count().await > FILES, "some of it arrived");
        world.office.step_pictures().await.unwrap();
        assert!(world.wire.store.count().await > FILES, "it may be under way still");
        swept(&world).await;
        assert_eq!(world.wire.store.count().await, FILES);
        assert!(is_readable(&world, &poster).await);
        world.wire.store.takes(u32::MAX);
        let again = set(&world, &sale, 2).await.unwrap();
        assert!(is_readable(&world, &again).await);
    }

    async fn a_picture_that_was_replaced_or_taken_away_goes_within_an_hour(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let first = set(&world, &sale, 1).await.unwrap();
        assert!(is_readable(&world, &first).await);
        world.advance_seconds(2 * UNUSED_SECONDS);
        let second = set(&world, &sale, 2).await.unwrap();
        assert_eq!(shown(&world, sale.id).await.as_ref(), Some(&second));
        // Shown for long, it was replaced just now: pages that have it are still looked at.
        world.office.step_pictures().await.unwrap();
        let elsewhere = world.another_office().await;
        assert!(is_readable(&elsewhere, &first).await);
        world.advance_seconds(KNOWN_SECONDS);
        assert!(!is_readable(&world, &first).await, "nobody shows it");
        assert!(is_readable(&world, &second).await);
        assert_eq!(world.wire.store.count().await, 2 * FILES);
        swept(&world).await;
        assert_eq!(world.wire.store.count().await, FILES);
        for _ in 0..2 {
            world.office.remove_poster(&sale.organizer, sale.id).await.unwrap();
        }
        assert_eq!(shown(&world, sale.id).await, None);
        swept(&world).await;
        assert!(!is_readable(&world, &second).await);
        assert_eq!(world.wire.store.count().await, 0);
    }

    async fn a_picture_of_two_productions_stays_while_one_shows_it(world: World) {
        let one = soon(&world, world.organizer().await, None).await;
        let two = soon(&world, world.organizer().await, None).await;
        let poster = set(&world, &one, 1).await.unwrap();
        assert_eq!(set(&world, &two, 1).await.unwrap(), poster);
        assert_eq!(world.wire.store.count().await, FILES);
        world.office.remove_poster(&one.organizer, one.id).await.unwrap();
        swept(&world).await;
        assert_eq!(shown(&world, one.id).await, None);
        assert_eq!(shown(&world, two.id).await.as_ref(), Some(&poster));
        assert!(is_readable(&world, &poster).await);
    }

    // The files were announced, and went while they were on their way: nothing is shown that is not there.
    async fn an_upload_that_takes_longer_than_files_stay_is_refused(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let slow = world.clone();
        world.wire.store.before_put(move || async move { swept(&slow).await });
        refused!(set(&world, &sale, 1).await, Error::Unavailable(_));
        assert_eq!(shown(&world, sale.id).await, None);
        let poster = set(&world, &sale, 1).await.unwrap();
        assert!(is_readable(&world, &poster).await);
    }

    // One server is about to remove a file when another removes it, and somebody uploads the same picture
    // again.
    async fn who_removes_a_file_late_removes_no_other(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        set(&world, &sale, 1).await.unwrap();
        world.office.remove_poster(&sale.organizer, sale.id).await.unwrap();
        let (faster, organizer, id) = (world.another_office().await, sale.organizer, sale.id);
        world.wire.store.before_delete(move || async move {
            faster.office.step_pictures().await.unwrap();
            faster.office.set_poster(&organizer, id, picture(1)).await.unwrap();
        });
        swept(&world).await;
        world.advance_seconds(KNOWN_SECONDS);
        let poster = shown(&world, sale.id).await.expect("the second upload was answered");
        assert!(is_readable(&world, &poster).await);
        assert_eq!(world.wire.store.count().await, FILES);
    }

    async fn what_was_read_once_is_shown_while_nobody_can_be_asked(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let poster = set(&world, &sale, 1).await.unwrap();
        assert!(sides(&world, &poster.small).await.is_some());
        world.wire.store.is_away(true);
        world.advance_seconds(KNOWN_SECONDS);
        assert!(sides(&world, &poster.small).await.is_some());
        refused!(world.office.picture(&poster.large).await, Error::Unavailable(_));
        let other = set(&world, &sale, 2).await;
        refused!(other, Error::Unavailable(_));
        world.wire.store.is_away(false);
        world.advance_seconds(KNOWN_SECONDS);
        assert!(is_readable(&world, &poster).await);
    }

    async fn uploads_at_once_leave_one_whole_picture(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let uploads: Vec<_> = (0..6_u8)
            .map(|number| {
                let (world, organizer, id) = (world.clone(), sale.organizer, sale.id);
                tokio::spawn(async move {
                    world.office.set_poster(&organizer, id, picture(number % 3)).await
                })
            })
            .collect();
        let mut said = Vec::new();
        for upload in uploads {
            said.push(upload.await.unwrap().unwrap());
        }
        world.advance_seconds(KNOWN_SECONDS);
        let poster = shown(&world, sale.id).await.unwrap();
        assert!(said.contains(&poster), "of one of them, whole");
        swept(&world).await;
        assert!(is_readable(&world, &poster).await);
        assert_eq!(world.wire.store.count().await, FILES);
    }

    async fn the_picture_goes_with_the_last_performance_of_its_production(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let production = production_of(&world, &sale).await;
        let other = soon(&world, sale.organizer, Some(production)).await;
        let poster = set(&world, &sale, 1).await.unwrap();
        guest(&world, &sale, 0).await;
        cancel(&world, &sale).await;
        refused!(set(&world, &sale, 2).await, Error::Conflict(_));
        cleared(&world).await;
        swept(&world).await;
        assert_eq!(shown(&world, other.id).await.as_ref(), Some(&poster));
        assert!(is_readable(&world, &poster).await);
        cancel(&world, &other).await;
        cleared(&world).await;
        swept(&world).await;
        assert!(!is_readable(&world, &poster).await);
        assert_eq!(world.wire.store.count().await, 0);
    }

    // Cancelled while its files are on their way.
    async fn what_is_cancelled_meanwhile_shows_no_picture(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let (canceller, organizer, id) = (world.another_office().await, sale.organizer, sale.id);
        world.wire.store.before_put(move || async move {
            canceller.office.cancel_performance(&organizer, id).await.unwrap();
        });
        refused!(set(&world, &sale, 1).await, Error::Conflict(_));
        cleared(&world).await;
        swept(&world).await;
        assert_eq!(world.wire.store.count().await, 0);
    }
}
