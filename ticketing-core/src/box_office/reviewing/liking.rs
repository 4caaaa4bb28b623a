use crate::accounts::Caller;
use crate::box_office::{BoxOffice, permit};
use crate::error::{Error, Result};
use crate::id::ReviewId;
use crate::reviews::Likes;

impl BoxOffice {
    /// Likes a review, or does not like it any more. Once or often is the same.
    pub async fn like_review(&self, caller: &Caller, id: ReviewId, liked: bool) -> Result<Likes> {
        let account = self.me(caller).await?.id;
        let done = {
            let _liking = permit(&self.0.fronts.liking).await?;
            self.backend().reviews.like(id, account, liked).await?
        };
        let (likes, changed) = done.ok_or(Error::NotFound("review"))?;
        if let Some((production, version)) = changed {
            self.told_reviews_changed(production, version).await;
        }
        Ok(Likes { likes, liked })
    }
}
