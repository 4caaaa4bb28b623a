//! What stands in the books before anything is measured, written there directly: a million people
//! who bought, and wrote, would take longer than everything else.

use std::collections::BTreeSet;

use anyhow::Context as _;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use ticketing_core::PerformanceId;
use ticketing_core::accounts::Caller;
use uuid::Uuid;

use crate::office::setting;

/// How many rows one statement writes.
const BATCH: u32 = 20_000;
/// How many texts there are that differ in more than their rarest words.
const TEXTS: usize = 500;
/// Longer than a batch takes.
const PATIENCE: &str = "60s";
const WORDS: [&str; 24] = [
    "the", "a", "and", "hall", "voice", "light", "stage", "second", "half", "sound", "seat", "row",
    "piano", "drums", "long", "short", "late", "loud", "soft", "again", "never", "friend",
    "ticket", "winter",
];

pub(super) struct Books(PgPool);

impl Books {
    pub(super) async fn of(namespace: &str) -> anyhow::Result<Self> {
        let options: PgConnectOptions = setting("TICKETING_POSTGRES").parse()?;
        let options =
            options.options([("search_path", namespace), ("statement_timeout", PATIENCE)]);
        Ok(Self(PgPoolOptions::new().max_connections(1).connect_with(options).await?))
    }

    /// So many reviews of what a performance shows. Every one has "evening" in it, one of a hundred
    /// "violin", one of ten thousand "zither".
    pub(super) async fn fill(&self, sale: PerformanceId, count: u32) -> anyhow::Result<()> {
        let production = self.production(sale).await?;
        let texts: Vec<String> = (0..TEXTS).map(text).collect();
        let mut from = 0;
        while from < count {
            let to = count.min(from + BATCH);
            let mut rows = Rows::default();
            for number in from..to {
                let mut text = texts[number as usize % TEXTS].clone();
                if number % 100 == 7 {
                    text.push_str(" violin");
                }
                if number % 10_000 == 77 {
                    text.push_str(" zither");
                }
                rows.add(number, text);
            }
            rows.write(&self.0, production, sale).await?;
            from = to;
        }
        let rating = "INSERT INTO production_ratings (production_id, stars, reviews, version)
             SELECT $1, sum(rating), count(*), 1 FROM reviews WHERE production_id = $1";
        sqlx::query(rating).bind(production).execute(&self.0).await?;
        sqlx::query("ANALYZE reviews, review_texts").execute(&self.0).await?;
        Ok(())
    }

    /// Removes what is large, however long somebody else looks at it.
    pub(super) async fn clear(&self) -> anyhow::Result<()> {
        sqlx::query("DROP TABLE review_texts, reviews CASCADE").execute(&self.0).await?;
        Ok(())
    }

    async fn production(&self, sale: PerformanceId) -> anyhow::Result<Uuid> {
        let found = sqlx::query_scalar("SELECT production_id FROM performances WHERE id = $1");
        found.bind(sale.uuid()).fetch_one(&self.0).await.context("its production")
    }

    /// The performance has begun.
    pub(super) async fn begin(&self, sale: PerformanceId) -> anyhow::Result<()> {
        let begun = sqlx::query("UPDATE performances SET starts_at_ms = 0 WHERE id = $1");
        begun.bind(sale.uuid()).execute(&self.0).await?;
        Ok(())
    }

    /// A paid order of each.
    pub(super) async fn orders(
        &self,
        sale: PerformanceId,
        buyers: &[Caller],
    ) -> anyhow::Result<()> {
        let accounts: Vec<Uuid> = buyers.iter().map(|buyer| buyer.account().uuid()).collect();
        let paid =
            "INSERT INTO orders (id, performance_id, account_id, hold_id, status, seats, lines,
                 total, currency, expires_at_ms, payment_id, version, line_number, line_epoch,
                 created_at_ms)
             SELECT gen_random_uuid(), $1, account, gen_random_uuid(), 'paid', '{1}', '[]', 1000,
                 'KRW', 1, gen_random_uuid(), 3, 1, 1, 1
             FROM unnest($2::uuid[]) AS account";
        sqlx::query(paid).bind(sale.uuid()).bind(accounts).execute(&self.0).await?;
        Ok(())
    }
}

fn text(number: usize) -> String {
    let word = |place: usize| WORDS[(number * 31 + place * place * 7 + number / 7) % WORDS.len()];
    let words: Vec<&str> = (0..12).map(word).collect();
    format!("evening {}", words.join(" "))
}

/// As the box office folds and cuts them.
fn bigrams(text: &str) -> String {
    let after = text.chars().skip(1);
    let pair = |(one, next)| (i64::from(u32::from(one)) << u32::BITS) | i64::from(u32::from(next));
    let pairs: BTreeSet<i64> = text.chars().zip(after).map(pair).collect();
    let pairs: Vec<String> = pairs.iter().map(i64::to_string).collect();
    format!("{{{}}}", pairs.join(","))
}

#[derive(Default)]
struct Rows {
    texts: Vec<String>,
    bigrams: Vec<String>,
    ratings: Vec<i32>,
    likes: Vec<i64>,
    at: Vec<i64>,
}

impl Rows {
    fn add(&mut self, number: u32, text: String) {
        self.bigrams.push(bigrams(&text));
        self.texts.push(text);
        self.ratings.push(1 + (number % 5).cast_signed());
        self.likes.push(i64::from(number % 97 * (number % 89)));
        self.at.push(1_777_629_600_000 + i64::from(number));
    }

    async fn write(
        self,
        pool: &PgPool,
        production: Uuid,
        sale: PerformanceId,
    ) -> anyhow::Result<()> {
        let insert = "WITH row AS (
                 SELECT gen_random_uuid() AS id, * FROM
                     unnest($3::text[], $4::text[], $5::integer[], $6::bigint[], $7::bigint[])
                         AS row (said, pairs, rating, likes, at)),
               added AS (
                 INSERT INTO reviews (id, production_id, performance_id, order_id, author_id,
                     rating, title, content, likes, standing, version, created_at_ms)
                 SELECT id, $1, $2, gen_random_uuid(), gen_random_uuid(), rating,
                     left(said, 40), said, likes, 'shown', 1, at
                 FROM row RETURNING id)
             INSERT INTO review_texts (review_id, production_id, searched, bigrams)
             SELECT id, $1, said, pairs::bigint[] FROM row JOIN added USING (id)";
        sqlx::query(insert)
            .bind(production)
            .bind(sale.uuid())
            .bind(self.texts)
            .bind(self.bigrams)
            .bind(self.ratings)
            .bind(self.likes)
            .bind(self.at)
            .execute(pool)
            .await?;
        Ok(())
    }
}
