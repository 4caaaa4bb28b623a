//! The draw of a line: its commitment, its opening, its ranks.

use std::sync::Arc;

use crate::accounts::Caller;
use crate::admission::draw::{PublicDraw, commitment};
use crate::admission::{Draw, Place, Ranks, Seed, Watermark, admits_from};
use crate::box_office::BoxOffice;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::PerformanceId;
use crate::text::OneLine;

/// The longest value of public entropy.
const ENTROPY_MAX: usize = 1_000;
/// How old a draw may be that can still change.
const DRAW_MAX_AGE_MS: i64 = 500;

/// A draw as this process last saw it; once opened it changes no more.
#[derive(Clone)]
pub(in crate::box_office) struct KnownDraw {
    read_at: Timestamp,
    draw: Arc<Draw>,
    ranks: Option<Ranks>,
}

impl BoxOffice {
    /// What everybody may know of the draw, where the line has one.
    pub async fn line_draw(&self, performance: PerformanceId) -> Result<PublicDraw> {
        let now = self.now();
        let sale = self.visible_sale(None, performance, now).await?;
        self.public_draw(&sale, now).await?.ok_or(Error::NotFound("draw"))
    }

    /// The keys that receipts are checked with, as base64url: the present one, then older ones that
    /// are kept.
    pub fn receipt_keys(&self) -> &[String] {
        self.0.receipts.public_keys()
    }

    /// Enters what the named source of public entropy said. The places of the draw must be fixed:
    /// known before, the value could have been answered with more places.
    pub async fn enter_entropy(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        entropy: &str,
    ) -> Result<PublicDraw> {
        let sale = self.owned_sale(caller, performance).await?;
        let entropy = OneLine::new(entropy, 1..=ENTROPY_MAX)
            .map_err(|flaw| Error::field("entropy", flaw.to_string()))?;
        let entropy = entropy.as_str();
        if sale.policy().pre_queue_seconds.is_none() {
            return Err(Error::NotFound("draw"));
        }
        self.draw_of(&sale, self.now()).await?;
        let draw = self.backend().line_books.record_entropy(performance, entropy).await?;
        self.note(caller, performance, "entropy", entropy.to_owned()).await?;
        self.0.draws.remove(&performance);
        Ok(draw.public())
    }

    pub(in crate::box_office) async fn public_draw(
        &self,
        sale: &Sale,
        now: Timestamp,
    ) -> Result<Option<PublicDraw>> {
        if sale.policy().pre_queue_seconds.is_none() {
            return Ok(None);
        }
        Ok(Some(self.draw_of(sale, now).await?.draw.public()))
    }

    /// The same as [`Self::rank`] as far as this process knows it already.
    pub(in crate::box_office) fn known_rank(
        &self,
        sale: &Sale,
        number: u64,
        watermark: &Watermark,
    ) -> Option<u64> {
        if sale.policy().pre_queue_seconds.is_none() {
            return Some(number);
        }
        if number > watermark.places? {
            return Some(number);
        }
        let known = self.0.draws.get(&sale.id()).filter(|_| watermark.opened)?;
        known.ranks.as_ref().map(|ranks| ranks.rank(number))
    }

    /// Where a number stands in the order of admission; nothing while the draw is still to come.
    pub(in crate::box_office) async fn rank(
        &self,
        sale: &Sale,
        number: u64,
        watermark: &Watermark,
        now: Timestamp,
    ) -> Result<Option<u64>> {
        if let Some(rank) = self.known_rank(sale, number, watermark) {
            return Ok(Some(rank));
        }
        match watermark.places {
            Some(_) if watermark.opened => {
                let ranks = self.read_draw(sale, now).await?.ranks;
                let ranks = ranks.ok_or_else(|| Error::internal("opened without a draw"))?;
                Ok(Some(ranks.rank(number)))
            }
            _ => Ok(None),
        }
    }

    /// Proof of a place taken before the opening; it says the same at any time. A signature costs
    /// more than a poll, so that only joining gives one.
    pub(in crate::box_office) async fn receipt(
        &self,
        sale: &Sale,
        place: &Place,
        watermark: &Watermark,
        now: Timestamp,
    ) -> Result<Option<String>> {
        let early = watermark.places.is_none_or(|places| place.number() <= places);
        if sale.policy().pre_queue_seconds.is_none() || !early {
            return Ok(None);
        }
        let known = self.draw_of(sale, now).await?;
        let commitment = commitment(sale.id(), &known.draw.seed);
        Ok(Some(self.0.receipts.sign(place, commitment)))
    }

    /// Opens a line whose time has come, in named steps that each may run again and in every
    /// server: (1) freeze the places in the live sale; (2) record them; (3) wait for the entropy
    /// where a source was named; (4) record the opening; (5) let ranks count. Only then is a rank
    /// shown. Whatever a server that dies leaves behind, the next one goes on with.
    pub(in crate::box_office) async fn open_line(&self, sale: &Sale, now: Timestamp) -> Result<()> {
        let details = &sale.performance.details;
        if details.policy.pre_queue_seconds.is_none() || now < details.on_sale_at {
            return Ok(());
        }
        let performance = sale.id();
        let mut draw = (*self.draw_of(sale, now).await?.draw).clone();
        if draw.opened_at.is_some() && self.view(performance).is_opened() {
            return Ok(());
        }
        if draw.places.is_none() {
            let places = self.backend().lines.freeze(performance).await?;
            draw = self.backend().line_books.record_places(performance, places, now).await?;
            self.0.draws.remove(&performance);
        }
        if draw.entropy_source.is_some() && draw.entropy.is_none() {
            return Ok(());
        }
        if draw.opened_at.is_none() {
            draw = self.backend().line_books.record_opening(performance, now).await?;
            self.0.draws.remove(&performance);
        }
        let (Some(places), Some(opened_at)) = (draw.places, draw.opened_at) else {
            return Err(Error::internal("a recorded opening has places and a time"));
        };
        let admits_from = admits_from(opened_at, places);
        self.backend().lines.open(performance, places, admits_from).await
    }

    /// The draw, made when it is first asked for: seed and source are fixed from then on.
    pub(in crate::box_office) async fn draw_of(
        &self,
        sale: &Sale,
        now: Timestamp,
    ) -> Result<KnownDraw> {
        sale.live()?;
        if let Some(known) = self.0.draws.get(&sale.id())
            && (known.ranks.is_some()
                || now.as_millis() - known.read_at.as_millis() <= DRAW_MAX_AGE_MS)
        {
            return Ok(known.clone());
        }
        self.read_draw(sale, now).await
    }

    async fn read_draw(&self, sale: &Sale, now: Timestamp) -> Result<KnownDraw> {
        let seed = Seed(self.0.randomness.bytes());
        let source = sale.policy().draw_entropy.as_ref().map(OneLine::as_str);
        let draw = self.backend().line_books.draw(sale.id(), seed, source).await?;
        let ranks = draw.ranks();
        let known = KnownDraw { read_at: now, draw: Arc::new(draw), ranks };
        self.0.draws.insert(sale.id(), known.clone());
        Ok(known)
    }
}
