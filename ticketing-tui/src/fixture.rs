//! A small programme and a small hall for the tests.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};
use ticketing_client::catalog::Performance;
use ticketing_client::seats::{SeatMap, Status, Version};

use crate::state::{Effect, Message, State};
use crate::update::update;

pub(crate) fn performances() -> Vec<Performance> {
    let shows = [
        ("Aurora Live", "on_sale", 412, 1_500),
        (
            "가을 음악회, a very long title that no list has room for in any terminal",
            "draft",
            0,
            90,
        ),
        ("Bad\u{1b}[2J Title", "sold_out", 0, 240),
    ];
    (1..)
        .zip(shows)
        .map(|(number, (title, status, free, total))| {
            let show = json!({
                "id": format!("00000000-0000-0000-0000-{number:012}"),
                "venue_id": "00000000-0000-0000-0000-000000000009",
                "title": title, "status": status, "seats_free": free, "seats_total": total,
                "listed_at": "2026-11-01T09:00:00Z",
                "on_sale_at": "2026-12-01T09:00:00Z",
                "starts_at": "2026-12-24T19:30:00Z",
            });
            serde_json::from_value(show).unwrap()
        })
        .collect()
}

/// Two blocks with rows of these lengths, and a standing area of 248.
pub(crate) fn map(lengths: [&[usize]; 2]) -> SeatMap {
    let mut index = 0;
    let mut sections: Vec<Value> = Vec::new();
    for (name, lengths) in ["Block A", "Block \u{1b}B"].into_iter().zip(lengths) {
        let rows: Vec<Value> = (1..)
            .zip(lengths)
            .map(|(row, length)| {
                let seats: Vec<Value> = (1..=*length).map(|seat| {
                index += 1;
                json!({ "index": index - 1, "label": seat.to_string(), "category": "Category II",
                        "price": { "amount": 132_000, "currency": "KRW" } })
            }).collect();
                json!({ "label": row.to_string(), "seats": seats })
            })
            .collect();
        sections.push(json!({ "name": name, "rows": rows }));
    }
    sections.push(json!({ "name": "Standing", "category": "Floor", "places": 248,
        "price": { "amount": 4_500, "currency": "EUR" }, "first_index": index }));
    let mut map: SeatMap = serde_json::from_value(
        json!({ "version": { "epoch": 1, "sequence": 204 }, "sections": sections, "status": "" }),
    )
    .unwrap();
    map.status =
        (0..index + 248).map(|index| Status::from_byte([0, 0, 1, 2, 3, 4, 0][index % 7])).collect();
    map
}

/// The hall of most tests: rows of unequal length.
pub(crate) fn hall_map() -> SeatMap {
    map([&[8, 9, 12, 12, 11, 4], &[20; 20]])
}

/// The same hall without its layout, at another sequence.
pub(crate) fn newer(sequence: u64) -> SeatMap {
    let mut map = hall_map();
    map.sections.clear();
    map.version = Version { epoch: 1, sequence };
    map
}

pub(crate) fn key(letter: char) -> Message {
    code(KeyCode::Char(letter))
}

pub(crate) fn code(code: KeyCode) -> Message {
    Message::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

/// Presses these letters; answers what the last one asked for.
pub(crate) fn press(state: &mut State, letters: &str) -> Vec<Effect> {
    letters.chars().map(|letter| update(state, key(letter))).last().unwrap_or_default()
}

/// Signed in, with the list.
pub(crate) fn listed() -> State {
    let mut state = State::new(true);
    update(&mut state, Message::Listed(Ok(performances())));
    state
}

/// Looking at the first performance's seats.
pub(crate) fn seated() -> State {
    let mut state = listed();
    update(&mut state, code(KeyCode::Enter));
    update(&mut state, Message::Map { visit: 1, answer: Ok(hall_map()) });
    state
}
