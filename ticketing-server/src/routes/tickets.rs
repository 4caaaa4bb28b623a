//! Tickets, as facts, as pictures and on paper.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use ticketing_core::{Checkout, Error, IssuedTicket, TicketId};
use ticketing_wire::checkout::{File, Paper as PaperWord, SheetQuery};
use ticketing_wire::orders::{Ticket, TicketStatus};
use ticketing_wire::page::PageQuery;
use ticketing_wire::{Page, Time};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::convert::{self, time, word};
use crate::extract::{Id, Key, OrderBuyer, Picture, Query, SignedIn};
use crate::tickets::{Paper, QrCode, Sheet, sheets};

const TICKETS: &str = "tickets";
const PDF: &str = "application/pdf";
const PNG: &str = "image/png";
/// The router matches whole segments only: how it knows a picture, and how callers do.
pub(crate) const PICTURE: [&str; 2] = ["/v1/tickets/{id}", "/v1/tickets/{id}.png"];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(print))
        .routes(routes!(reissue))
        .routes(routes!(picture))
}

pub(super) fn status(issued: &IssuedTicket) -> TicketStatus {
    if issued.is_used { TicketStatus::Used } else { TicketStatus::Valid }
}

fn ticket(issued: IssuedTicket) -> Ticket {
    let status = status(&issued);
    let IssuedTicket { ticket, label, code, .. } = issued;
    Ticket { id: ticket.id.uuid(), seat: ticket.seat, label, code, status }
}

/// Lists the tickets of an order of the caller; empty until it is paid.
#[utoipa::path(
    get, path = "/v1/orders/{id}/tickets", operation_id = "tickets", tag = "orders",
    params(OrderBuyer, PageQuery), security(("bearer" = []), ("checkout" = [])),
    responses((status = 200, description = "a page of tickets", body = Page<Ticket>))
)]
async fn list(
    State(app): State<App>,
    OrderBuyer(caller, id): OrderBuyer,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<Ticket>>> {
    let page = app.office.page(TICKETS, query.limit, query.cursor.as_deref())?;
    let found = app.office.tickets(&caller, id, page).await?;
    Ok(Json(convert::page(&app.office, TICKETS, found, ticket)))
}

/// Prints the tickets of a paid order of the caller, one a page.
#[utoipa::path(
    get, path = "/v1/orders/{id}/tickets.pdf", operation_id = "print_tickets", tag = "orders",
    params(OrderBuyer, SheetQuery), security(("bearer" = []), ("checkout" = [])),
    responses(
        (status = 200, description = "a PDF document", body = File,
            content_type = "application/pdf", example = "%PDF-1.7 .."),
        (status = 409, description = "conflict: the order has no tickets"),
    )
)]
async fn print(
    State(app): State<App>,
    OrderBuyer(caller, id): OrderBuyer,
    Query(query): Query<SheetQuery>,
) -> Answer<Response> {
    let paper = match query.paper {
        None | Some(PaperWord::A4) => Some(Paper::A4),
        Some(PaperWord::Roll80) => Some(Paper::Roll80),
        Some(PaperWord::Other(_)) => None,
    };
    let paper = word("paper", paper, PaperWord::WORDS)?;
    let checkout = app.office.checkout(&caller, id).await?;
    if checkout.tickets.is_empty() {
        return Err(Error::conflict("the order has no tickets").into());
    }
    let document = sheets(&title(&checkout), &printed(&checkout), paper);
    let name = format!("inline; filename=\"tickets-{}.pdf\"", id.uuid());
    let name = HeaderValue::from_str(&name).expect("an id has plain characters only");
    let mut response = document.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PDF));
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

fn title(checkout: &Checkout) -> String {
    checkout.performance.details.title.as_str().to_owned()
}

fn printed(checkout: &Checkout) -> Vec<Sheet> {
    let Checkout { placed, seller, performance, venue, tickets, .. } = checkout;
    let starts_at: Time = time(performance.details.starts_at);
    let facts = [
        starts_at.shown_in(Some(&venue.time_zone)),
        venue.name.as_str().to_owned(),
        venue.address.as_str().to_owned(),
    ];
    let sheet = |issued: &IssuedTicket| Sheet {
        title: title(checkout),
        facts: facts.to_vec(),
        seat: issued.label.clone(),
        code: issued.code.clone(),
        small: vec![seller.clone(), placed.order.id.to_string(), issued.ticket.id.to_string()],
    };
    tickets.iter().map(sheet).collect()
}

/// Draws the code of a ticket of the caller.
#[utoipa::path(
    get, path = "/v1/tickets/{id}", operation_id = "draw_ticket", tag = "orders",
    responses((status = 200, description = "a QR code", body = File, content_type = "image/png",
        example = "PNG .."))
)]
async fn picture(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Picture(id): Picture<TicketId>,
) -> Answer<Response> {
    let issued = app.office.ticket(&caller, id).await?;
    let mut response = QrCode::of(&issued.code).png().into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PNG));
    Ok(response)
}

/// Replaces the code of a ticket of the caller: the one of before is void. At most three times.
#[utoipa::path(
    post, path = "/v1/tickets/{id}/reissue", operation_id = "reissue_ticket", tag = "orders",
    params(Key),
    responses(
        (status = 200, description = "the ticket with its new code", body = Ticket),
        (status = 409, description = "conflict: somebody came in with it, or its code was replaced \
            three times"),
        (status = 422, description = "idempotency-reused"),
    )
)]
async fn reissue(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<TicketId>,
    Key(key): Key,
) -> Answer<Json<Ticket>> {
    Ok(Json(ticket(app.office.reissue_ticket(&caller, id, key).await?)))
}
