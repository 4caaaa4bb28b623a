//! The ranking, as it was made last.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::box_office::{BoxOffice, PerformanceView};
use crate::clock::Timestamp;
use crate::error::{Error, Result, readable};
use crate::ranking::{RANKED_MAX, Ranked, RankedBy, Ranking};
use crate::rendered::Rendered;
use crate::text::{OneLine, folded};

/// The longest genre that is asked for.
const GENRE_MAX: usize = 255;
/// How old a ranking may be before who asks has it made: its maker is gone.
const RANKING_MAX_AGE_MS: i64 = 30_000;

/// A ranking, with the performances that it is of.
#[derive(Clone, Debug)]
pub struct RankingView {
    /// When it was made.
    pub computed_at: Timestamp,
    /// The best first.
    pub items: Vec<(Ranked, PerformanceView)>,
    /// What was made of it.
    pub rendered: Rendered,
}

/// The newest ranking that this process knows of, and what was seen of it.
#[derive(Default)]
pub(in crate::box_office) struct Rankings {
    newest: Mutex<Arc<Ranking>>,
    seen: Mutex<HashMap<(RankedBy, String), Arc<RankingView>>>,
}

impl Rankings {
    pub(in crate::box_office) fn keep(&self, ranking: Ranking) {
        let mut newest = self.newest.lock();
        if ranking.computed_at > newest.computed_at {
            *newest = Arc::new(ranking);
            self.seen.lock().clear();
        }
    }

    fn newest(&self) -> Arc<Ranking> {
        self.newest.lock().clone()
    }
}

impl BoxOffice {
    /// The performances that sell best, of all genres or one.
    pub async fn ranking(&self, by: RankedBy, genre: Option<&str>) -> Result<Arc<RankingView>> {
        let genre = match genre {
            None => String::new(),
            Some(genre) => {
                let genre = OneLine::new(genre, 1..=GENRE_MAX);
                let genre = genre.map_err(|flaw| Error::field("genre", flaw.to_string()))?;
                folded(genre.as_str())
            }
        };
        let ranking = self.known_ranking().await?;
        let computed_at = ranking.computed_at.unwrap_or_else(|| self.now());
        let Some(ranked) = ranking.by.get(&by).and_then(|genres| genres.get(&genre)) else {
            let rendered = Rendered::default();
            return Ok(Arc::new(RankingView { computed_at, items: Vec::new(), rendered }));
        };
        let which = (by, genre);
        if let Some(seen) = self.0.rankings.seen.lock().get(&which)
            && seen.computed_at == computed_at
        {
            return Ok(seen.clone());
        }
        let mut items = Vec::with_capacity(RANKED_MAX);
        for one in ranked {
            let view = self.performance(None, one.performance).await;
            items.extend(readable(view).map(|view| (*one, view)));
        }
        let view = Arc::new(RankingView { computed_at, items, rendered: Rendered::default() });
        self.0.rankings.seen.lock().insert(which, view.clone());
        Ok(view)
    }

    /// The newest, or one that is made now where nobody has made any for a while.
    async fn known_ranking(&self) -> Result<Arc<Ranking>> {
        let (known, now) = (self.0.rankings.newest(), self.now());
        let is_good = |at: Timestamp| now.as_millis() - at.as_millis() <= RANKING_MAX_AGE_MS;
        if known.computed_at.is_some_and(is_good) {
            return Ok(known);
        }
        self.0.rankings.keep(self.make_ranking().await?);
        Ok(self.0.rankings.newest())
    }
}
