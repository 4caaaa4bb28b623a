//! Reviews: the first page against a bare handler, pages of productions with 100 to a million reviews,
//! and what writing them and liking them costs.

mod books;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use ticketing_core::accounts::Caller;
use ticketing_core::reviews::{NewReview, ReviewListing, ReviewSort};
use ticketing_core::{BoxOffice, Page, PerformanceId, ReviewId};
use ticketing_server::{App, router};

use self::books::Books;
use crate::connection::{Connection, serve, serve_bare};
use crate::office::Measured;
use crate::ratios::in_turns;

/// How many reviews the productions have.
const SIZES: [u32; 3] = [100, 10_000, 1_000_000];
/// How often a page is read of which the time is told.
const READS: usize = 20;
/// Who writes and likes.
const BUYERS: u32 = 4_000;
/// How many write or like at once.
const PARALLEL: usize = 64;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let measured = Measured::on_services().await?;
    let sale = measured.sale(10, 1).await?;
    let books = Books::of(&measured.namespace).await?;
    first_page(&measured, &books, sale).await?;
    for size in SIZES {
        pages(&measured, &books, size).await?;
    }
    writes(&measured, &books).await?;
    books.clear().await?;
    measured.close().await
}

/// Over HTTP, as everybody sees it, and as it is read from the books.
async fn first_page(measured: &Measured, books: &Books, sale: PerformanceId) -> anyhow::Result<()> {
    println!("{:<44} {:>10} {:>10} {:>7}", "per second", "ours", "limit", "ratio");
    books.fill(sale, SIZES[1]).await?;
    let address = serve(router(App::new(measured.office.clone(), false))).await?;
    let path = format!("/v1/performances/{sale}/reviews");
    let request = |query: &str| format!("GET {path}{query} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (what, query) in [
        ("first page of reviews / bare axum handler", ""),
        ("a page from the books / bare axum handler", "?limit=60"),
    ] {
        let mut connection = Connection::open(&address).await?;
        let body = connection.ask(&request(query)).await?;
        let bare = serve_bare("/v1/performances/{id}/reviews", connection.headers()?, body).await?;
        in_turns(what, &request(query), &address, &bare).await?;
    }
    Ok(())
}

/// How long pages take that no cache has, by how many reviews there are.
async fn pages(measured: &Measured, books: &Books, size: u32) -> anyhow::Result<()> {
    let sale = measured.another_sale(10, 1).await?;
    let began = Instant::now();
    books.fill(sale, size).await?;
    println!(
        "{size} reviews, written in {:.0} s; ms per page of 50, the middle one and the worst",
        began.elapsed().as_secs_f64()
    );
    let office = &measured.office;
    let everyone = ReviewListing::default();
    let deep = {
        let mut after = None;
        for _ in 0..10 {
            let page = Page::new(Some(500), after)?;
            after = office.reviews(None, sale, &everyone, page).await?.reviews.next;
        }
        after
    };
    let listing = |sort, text: Option<&str>| ReviewListing { sort, text: text.map(str::to_owned) };
    for (what, listing, after) in [
        ("the newest, behind the first 5,000", listing(ReviewSort::Newest, None), deep),
        ("the best", listing(ReviewSort::Rating, None), None),
        ("the most liked", listing(ReviewSort::Likes, None), None),
        ("found in every one", listing(ReviewSort::Newest, Some("evening")), None),
        ("found in one of a hundred", listing(ReviewSort::Newest, Some("violin")), None),
        ("found in one of ten thousand", listing(ReviewSort::Likes, Some("zither")), None),
        ("found in none", listing(ReviewSort::Newest, Some("qzxqzx")), None),
        (
            "found in none, of pairs that all have",
            listing(ReviewSort::Newest, Some("evenevening")),
            None,
        ),
    ] {
        // One more than a cached first page has.
        let page =
            if after.is_some() { Page::new(None, after)? } else { Page::new(Some(51), None)? };
        let mut times = Vec::new();
        for _ in 0..READS {
            let asked = Instant::now();
            office.reviews(None, sale, &listing, page).await?;
            times.push(asked.elapsed());
        }
        times.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
        let worst = times.last().copied().context("it was read")?;
        println!("  {what:<42} {:>8.1} {:>8.1}", ms(times[READS / 2]), ms(worst));
    }
    Ok(())
}

/// A review each, likes of many reviews, and everybody's likes of one.
async fn writes(measured: &Measured, books: &Books) -> anyhow::Result<()> {
    let sale = measured.another_sale(10, 1).await?;
    books.begin(sale).await?;
    let buyers: Vec<Caller> =
        measured.buyers(BUYERS).await?.into_iter().map(|(caller, _)| caller).collect();
    books.orders(sale, &buyers).await?;
    let office = &measured.office;
    let written = at_once(office, &buyers, move |office, buyer, _| async move {
        let (title, content) = ("A fine evening".to_owned(), "The violin above all.".to_owned());
        let new = NewReview { rating: 4, title, content };
        Ok(office.write_review(&buyer, sale, new).await?.review.id)
    });
    let (rate, reviews) = written.await?;
    println!("{:<44} {rate:>10.0}", "reviews written per second, of one production");
    let many: Arc<[ReviewId]> = reviews.into();
    let liked = at_once(office, &buyers, move |office, buyer, number| {
        let id = many[number * 7 % many.len()];
        async move { Ok(office.like_review(&buyer, id, true).await?.likes) }
    });
    let (rate, likes) = liked.await?;
    println!("{:<44} {rate:>10.0}", "likes per second, of its reviews");
    anyhow::ensure!(likes.len() == buyers.len(), "each liked once");
    Ok(())
}

/// Each of the buyers once, many at a time; how many a second, and what came of it.
async fn at_once<Done: Send + 'static, Doing>(
    office: &BoxOffice,
    buyers: &[Caller],
    does: impl Fn(BoxOffice, Caller, usize) -> Doing + Clone + Send + Sync + 'static,
) -> anyhow::Result<(f64, Vec<Done>)>
where
    Doing: Future<Output = anyhow::Result<Done>> + Send,
{
    let (buyers, next): (Arc<[Caller]>, _) = (buyers.into(), Arc::new(AtomicUsize::new(0)));
    let began = Instant::now();
    let workers: Vec<_> = (0..PARALLEL)
        .map(|_| {
            let (office, buyers) = (office.clone(), buyers.clone());
            let (next, does) = (next.clone(), does.clone());
            tokio::spawn(async move {
                let mut done = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(buyer) = buyers.get(number) else { return anyhow::Ok(done) };
                    done.push(does(office.clone(), *buyer, number).await?);
                }
            })
        })
        .collect();
    let mut done = Vec::new();
    for worker in workers {
        done.extend(worker.await??);
    }
    Ok((done.len() as f64 / began.elapsed().as_secs_f64(), done))
}
