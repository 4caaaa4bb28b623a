//! What an older server wrote without folding.

use sqlx::PgPool;

use crate::error::Result;
use crate::text::folded;

/// How many rows one step of folding takes.
const FOLD_BATCH: i64 = 200;

pub(super) async fn fold(pool: &PgPool) -> Result<usize> {
    let rows = sqlx::query!(
        "SELECT id, title, description, genre FROM performances
         WHERE search IS NULL OR genre_key IS NULL ORDER BY id LIMIT $1",
        FOLD_BATCH,
    );
    let rows = rows.fetch_all(pool).await?;
    for row in &rows {
        let search = folded(&format!("{}\n{}", row.title, row.description));
        sqlx::query!(
            "UPDATE performances SET search = $2, genre_key = $3 WHERE id = $1",
            row.id,
            search,
            folded(&row.genre),
        )
        .execute(pool)
        .await?;
    }
    Ok(rows.len())
}
