//! `ticketing review ..`

mod shown;

use clap::{Args, Subcommand, ValueEnum};
use ticketing_client::{Call, Client, all, reviews};
use ticketing_profile::Usage;
use ticketing_wire::page::{PAGE_MAX, PageQuery};
use ticketing_wire::reviews::{
    NewHiding, NewObjection, NewReply, NewReport, NewReview, RemovalQuery, ReviewChange,
    ReviewsQuery, Sort,
};
use ticketing_wire::secrets::AccessToken;
use uuid::Uuid;

use crate::output::{self, Format};

#[derive(Debug, Subcommand)]
pub(crate) enum Review {
    /// List the reviews of what a performance shows, and what all of them add up to.
    List(List),
    /// List what you wrote, the newest first, whether it is shown or not.
    Mine,
    /// Show a review.
    Show {
        /// The review's id.
        id: Uuid,
    },
    /// Review what a performance shows: for who has a paid order of it, once it has begun.
    Write {
        /// The performance's id.
        performance: Uuid,
        /// From 1 to 5.
        #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5))]
        rating: u8,
        /// In a few words: up to 100 characters.
        #[arg(long)]
        title: String,
        /// In more: up to 500 characters.
        #[arg(long, default_value = "")]
        content: String,
    },
    /// Change what you wrote; what is not given stays.
    Edit {
        /// The review's id.
        id: Uuid,
        /// From 1 to 5.
        #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5))]
        rating: Option<u8>,
        /// In a few words.
        #[arg(long)]
        title: Option<String>,
        /// In more.
        #[arg(long)]
        content: Option<String>,
    },
    /// Take back what you wrote.
    Delete {
        /// The review's id.
        id: Uuid,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Like a review.
    Like {
        /// The review's id.
        id: Uuid,
    },
    /// Do not like a review any more.
    Unlike {
        /// The review's id.
        id: Uuid,
    },
    /// Say what is wrong with a review.
    Report {
        /// The review's id.
        id: Uuid,
        /// What: up to 500 characters.
        reason: String,
    },
    /// Object to what was decided about your review, once.
    Object {
        /// The review's id.
        id: Uuid,
        /// Why: up to 500 characters.
        objection: String,
    },
    /// Reply to a review, once; for the organizer of the production.
    Reply {
        /// The review's id.
        id: Uuid,
        /// The reply: up to 500 characters.
        content: String,
    },
    /// List what waits for a decision, the oldest first; for administrators.
    Reported,
    /// Show what was said is wrong with a review; for administrators.
    Reports {
        /// The review's id.
        id: Uuid,
    },
    /// Hide a review for some days; for administrators. Its author still sees it, with the reason.
    Hide {
        /// The review's id.
        id: Uuid,
        /// Why: its author reads it.
        #[arg(long)]
        reason: String,
        /// For how long.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=30))]
        days: u32,
    },
    /// Remove a review; for administrators. Its author still sees it, with the reason.
    Remove {
        /// The review's id.
        id: Uuid,
        /// Why: its author reads it.
        #[arg(long)]
        reason: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Show a review again, or leave it as it is and have done with its reports; for administrators.
    Restore {
        /// The review's id.
        id: Uuid,
    },
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// The performance's id.
    performance: Uuid,
    /// The order.
    #[arg(long, value_enum, default_value_t = By::Newest)]
    sort: By,
    /// Only those with this in title or content.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// How many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(PAGE_MAX)))]
    limit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// The newest first.
    Newest,
    /// The best first.
    Rating,
    /// The most liked first.
    Likes,
}

impl From<By> for Sort {
    fn from(by: By) -> Self {
        match by {
            By::Newest => Self::Newest,
            By::Rating => Self::Rating,
            By::Likes => Self::Likes,
        }
    }
}

pub(crate) async fn run(review: Review, servers: &[String], format: Format) -> anyhow::Result<()> {
    let review = match review {
        Review::List(list) => return self::list(servers, list, format).await,
        Review::Show { id } => return show(servers, id, format).await,
        review => review,
    };
    let signed_in = ticketing_profile::open(servers).await?;
    let (client, token) = (&signed_in.client, &signed_in.token);
    let changed = match review {
        Review::Mine => {
            let mine = all(async |cursor| {
                let query = PageQuery { limit: Some(PAGE_MAX), cursor };
                client.send(&reviews::mine(token, &query)).await
            });
            let mine = mine.await?;
            return output::print(format, &mine, || shown::list(&mine));
        }
        Review::Reported => {
            let found = all(async |cursor| {
                let query = PageQuery { limit: Some(PAGE_MAX), cursor };
                client.send(&reviews::reported(token, &query)).await
            });
            let found = found.await?;
            return output::print(format, &found, || shown::reported(&found));
        }
        Review::Reports { id } => {
            let reports = client.send(&reviews::reports(token, id)).await?;
            return output::print(format, &reports, || shown::reports(&reports.items));
        }
        Review::Report { id, reason } => {
            client.send(&reviews::report(token, id, &NewReport { reason })).await?;
            output::talk("reported");
            return Ok(());
        }
        Review::Delete { id, yes } => {
            return delete(&signed_in, id, None, yes).await;
        }
        Review::Remove { id, reason, yes } => {
            return delete(&signed_in, id, Some(reason), yes).await;
        }
        Review::Like { id } => {
            let likes = client.send(&reviews::like(token, id)).await?;
            return output::print_line(format, &likes, || shown::likes(likes));
        }
        Review::Unlike { id } => {
            let likes = client.send(&reviews::unlike(token, id)).await?;
            return output::print_line(format, &likes, || shown::likes(likes));
        }
        Review::List(_) | Review::Show { .. } => unreachable!("they need no session"),
        Review::Write { performance, rating, title, content } => {
            reviews::write(token, performance, &NewReview { rating, title, content })
        }
        Review::Edit { id, rating, title, content } => {
            reviews::edit(token, id, &ReviewChange { rating, title, content })
        }
        Review::Object { id, objection } => reviews::object(token, id, &NewObjection { objection }),
        Review::Reply { id, content } => reviews::reply(token, id, &NewReply { content }),
        Review::Hide { id, reason, days } => reviews::hide(token, id, &NewHiding { reason, days }),
        Review::Restore { id } => reviews::restore(token, id),
    };
    let review = signed_in.send(&changed).await?;
    output::print(format, &review, || shown::one(&review))
}

/// Everybody may ask; who is signed in sees what it likes, and what is hidden of its own.
async fn ask<A>(
    servers: &[String],
    call: impl Fn(Option<&AccessToken>) -> Call<A>,
) -> anyhow::Result<A> {
    if let Ok(signed_in) = ticketing_profile::open(servers).await {
        return signed_in.send(&call(Some(&signed_in.token))).await;
    }
    Ok(Client::new(&ticketing_profile::server(servers)?)?.send(&call(None)).await?)
}

async fn show(servers: &[String], id: Uuid, format: Format) -> anyhow::Result<()> {
    let review = ask(servers, |token| reviews::show(token, id)).await?;
    output::print(format, &review, || shown::one(&review))
}

async fn list(servers: &[String], list: List, format: Format) -> anyhow::Result<()> {
    let List { performance, sort, search, limit } = list;
    let query =
        ReviewsQuery { sort: Some(sort.into()), q: search, limit: Some(limit), cursor: None };
    let page = ask(servers, |token| reviews::list(token, performance, &query)).await?;
    output::print(format, &page, || shown::list(&page.items))?;
    if format == Format::Table {
        output::talk(&shown::rating(&page));
    }
    Ok(())
}

async fn delete(
    signed_in: &ticketing_profile::SignedIn,
    id: Uuid,
    reason: Option<String>,
    yes: bool,
) -> anyhow::Result<()> {
    let (what, done) = match reason {
        None => ("Take the review back? Its likes go with it.", "taken back"),
        Some(_) => ("Remove the review? Its author sees it, and the reason.", "removed"),
    };
    let question = format!("{what} Then type `yes`");
    if !yes && ticketing_profile::prompt::line(&question, "--yes")? != "yes" {
        return Err(Usage("nothing was done".into()).into());
    }
    signed_in.send(&reviews::delete(&signed_in.token, id, &RemovalQuery { reason })).await?;
    output::talk(done);
    Ok(())
}
