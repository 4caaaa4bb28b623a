//! How reviews look in a terminal.

use comfy_table::Table;
use ticketing_wire::reviews::{Likes, Report, ReportedReview, Review, Reviews};

use crate::output::{self, cell, number, or_dash};

pub(super) fn list(reviews: &[Review]) -> Table {
    let mut table =
        output::table(&["id", "rating", "likes", "title", "by", "written", "standing", "why"]);
    for review in reviews {
        table.add_row([
            cell(&review.id),
            number(&review.rating),
            number(&review.likes),
            cell(&review.title),
            cell(&or_dash(review.nickname.as_ref())),
            cell(&review.created_at),
            cell(&standing(review)),
            cell(&or_dash(review.ruling.as_ref().map(|ruling| &ruling.reason))),
        ]);
    }
    table
}

fn standing(review: &Review) -> String {
    let until = review.ruling.as_ref().and_then(|ruling| ruling.until);
    let refunded = if review.refunded { ", refunded" } else { "" };
    match until {
        Some(until) => format!("{} until {until}{refunded}", review.standing),
        None => format!("{}{refunded}", review.standing),
    }
}

pub(super) fn rating(page: &Reviews) -> String {
    let more =
        if page.next_cursor.is_some() { "; more follow: --limit shows up to 500" } else { "" };
    match (page.rating.average, page.rating.count) {
        (Some(average), 1) => format!("{average} by 1 review{more}"),
        (Some(average), count) => format!("{average} by {count} reviews{more}"),
        (None, _) => "no review yet".to_owned(),
    }
}

pub(super) fn reported(found: &[ReportedReview]) -> Table {
    let mut table = output::table(&["id", "reports", "standing", "objection", "title", "content"]);
    for ReportedReview { review, reports } in found {
        let ruling = review.ruling.as_ref();
        table.add_row([
            cell(&review.id),
            number(reports),
            cell(&standing(review)),
            cell(&or_dash(ruling.and_then(|ruling| ruling.objection.as_ref()))),
            cell(&review.title),
            cell(&review.content),
        ]);
    }
    table
}

pub(super) fn reports(reports: &[Report]) -> Table {
    let mut table = output::table(&["at", "account", "reason"]);
    for report in reports {
        table.add_row([cell(&report.at), cell(&report.account_id), cell(&report.reason)]);
    }
    table
}

pub(super) fn likes(likes: Likes) -> String {
    match likes.likes {
        1 => "1 likes it".to_owned(),
        likes => format!("{likes} like it"),
    }
}

pub(super) fn one(review: &Review) -> Table {
    let ruling = review.ruling.as_ref();
    output::properties([
        ("id", review.id.to_string()),
        ("performance", review.performance_id.to_string()),
        ("by", or_dash(review.nickname.as_ref())),
        ("rating", review.rating.to_string()),
        ("title", review.title.clone()),
        ("content", review.content.clone()),
        ("likes", review.likes.to_string()),
        ("written at", review.created_at.to_string()),
        ("edited at", or_dash(review.edited_at)),
        ("reply", or_dash(review.reply.as_ref().map(|reply| &reply.content))),
        ("standing", standing(review)),
        ("why", or_dash(ruling.map(|ruling| &ruling.reason))),
        ("objection", or_dash(ruling.and_then(|ruling| ruling.objection.as_ref()))),
    ])
}
