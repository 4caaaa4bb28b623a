//! The ranking, as it was made last.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::join_all;
use parking_lot::Mutex;

use crate::box_office::{BoxOffice, PerformanceView, turn};
use crate::clock::Timestamp;
use crate::error::{Error, Result, readable};
use crate::id::OrderId;
use crate::ranking::{Ranked, RankedBy, Ranking};
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
    seen: Mutex<HashMap<Which, Arc<RankingView>>>,
    /// Who makes a ranking, or looks at what it is of: one at a time.
    turn: tokio::sync::Mutex<()>,
    /// Behind which order is counted again next.
    pub(in crate::box_office) counted: tokio::sync::Mutex<Option<OrderId>>,
}

type Which = (RankedBy, String);

impl Rankings {
    pub(in crate::box_office) fn keep(&self, ranking: Ranking) {
        let mut newest = self.newest.lock();
        if ranking.computed_at > newest.computed_at {
            *newest = Arc::new(ranking);
            self.seen.lock().clear();
        }
    }

    /// The newest, where it is not too old.
    fn good(&self, now: Timestamp) -> Option<Arc<Ranking>> {
        let newest = self.newest();
        let age_ms = now.as_millis() - newest.computed_at?.as_millis();
        (age_ms <= RANKING_MAX_AGE_MS).then_some(newest)
    }

    fn seen(&self, which: &Which, computed_at: Timestamp) -> Option<Arc<RankingView>> {
        let seen = self.seen.lock().get(which)?.clone();
        (seen.computed_at == computed_at).then_some(seen)
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
        if let Some(seen) = self.0.rankings.seen(&which, computed_at) {
            return Ok(seen);
        }
        let _looking = turn(&self.0.rankings.turn).await?;
        if let Some(seen) = self.0.rankings.seen(&which, computed_at) {
            return Ok(seen);
        }
        let views = ranked
            .iter()
            .map(|one| async { (*one, self.performance(None, one.performance).await) });
        let mut items = Vec::with_capacity(ranked.len());
        for (one, view) in join_all(views).await {
            match view {
                // What was there when the ranking was made may have gone.
                Err(Error::NotFound(_)) => {}
                Err(error) if error.is_passing() => return Err(error),
                view => items.extend(readable(view).map(|view| (one, view))),
            }
        }
        let view = Arc::new(RankingView { computed_at, items, rendered: Rendered::default() });
        self.0.rankings.seen.lock().insert(which, view.clone());
        Ok(view)
    }

    /// The newest, or one that is made now where nobody has made any for a while; an old one where
    /// none can be made.
    async fn known_ranking(&self) -> Result<Arc<Ranking>> {
        if let Some(known) = self.0.rankings.good(self.now()) {
            return Ok(known);
        }
        let _making = turn(&self.0.rankings.turn).await?;
        if let Some(known) = self.0.rankings.good(self.now()) {
            return Ok(known);
        }
        match self.make_ranking().await {
            Ok(ranking) => self.0.rankings.keep(ranking),
            Err(error) if self.0.rankings.newest().computed_at.is_none() => return Err(error),
            Err(error) => tracing::debug!(%error, "an old ranking is shown"),
        }
        Ok(self.0.rankings.newest())
    }
}
