use super::*;
use crate::fixture;

fn hall() -> Hall {
    Hall::new(fixture::hall_map(), &fixture::prices())
}

#[test]
fn up_and_down_keep_the_place_on_the_screen() {
    let hall = hall();
    // Rows of 8, 9 and 12 with an aisle: the shorter ones begin further to the right.
    let first = Cursor { section: 0, row: 0, seat: 0 };
    let third = hall.step(hall.step(first, Direction::Down), Direction::Down);
    assert_eq!(third, Cursor { section: 0, row: 2, seat: 2 });
    let last = Cursor { section: 0, row: 2, seat: 11 };
    assert_eq!(hall.step(last, Direction::Up).seat, 8, "the end of the row of 9");
}

#[test]
fn an_aisle_has_no_seat_and_takes_its_width() {
    let hall = hall();
    let row = &hall.rows(Cursor::default())[2];
    assert_eq!((row.seats.len(), row.width), (12, 13));
    let beside = Cursor { section: 0, row: 2, seat: 5 };
    assert_eq!(hall.step(beside, Direction::Right).seat, 6);
    assert_eq!((row.seats[5].place, row.seats[6].place), (5, 7));
}

#[test]
fn the_cursor_is_always_on_a_seat() {
    use Direction::{Down, Left, Right, Up};
    let hall = hall();
    for section in 0..2 {
        let mut cursor = hall.enter(section).unwrap();
        let mut dice: u32 = 7;
        for _ in 0..2_000 {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let way = [Up, Down, Left, Right][(dice >> 30) as usize];
            cursor = hall.step(cursor, way);
            assert!(hall.seat(cursor).is_some(), "{cursor:?} after {way:?}");
        }
    }
}

#[test]
fn counts_add_up_to_the_house_and_reserved_counts_as_held() {
    let hall = hall();
    let Counts { free, accessible, held, sold, not_for_sale, unknown } = hall.counts();
    let all = free + accessible + held + sold + not_for_sale + unknown;
    assert_eq!(all, hall.map.statuses().len() as u64);
    assert!(held > sold, "{held} held or reserved, {sold} sold");
    let by_section = (0..3).map(|section| hall.counts_of(section).free);
    assert_eq!(by_section.sum::<u64>(), free);
}

#[test]
fn counts_follow_what_changes_as_if_they_were_counted_again() {
    let mut hall = hall();
    let mut dice: u32 = 7;
    let seats = u32::try_from(hall.map.statuses().len()).unwrap();
    for sequence in 205..305 {
        // The same seat may be in one delta twice, and one that is not there.
        let changes = (0..9).map(|_| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((dice >> 8) % seats, u8::try_from(dice >> 29).unwrap())
        });
        let changes = changes.flat_map(|change| [change, change]).collect();
        let applied = hall.apply(&SeatsDelta { epoch: 1, sequence, changes });
        assert_eq!(applied, Applied::Newer);
    }
    let gone = SeatsDelta { epoch: 1, sequence: 305, changes: vec![(1, 0), (seats, 0)] };
    assert_eq!(hall.apply(&gone), Applied::Gap);
    assert_eq!(hall.counts, Hall::new(hall.map.clone(), &[]).counts);
}

#[test]
fn the_nearest_free_seat_is_beside_before_it_is_behind() {
    let hall = hall();
    // Statuses repeat 0 0 1 2 3 4 0 along the rows: in the first, 1, 2, 7 and 8 are free.
    let from = Cursor { section: 0, row: 0, seat: 5 };
    let nearest = hall.nearest_free(from, |_| false).unwrap();
    assert_eq!(nearest, Cursor { seat: 6, ..from });
    let (_, seat) = hall.seat(nearest).unwrap();
    let next = hall.nearest_free(from, |index| index == seat.index).unwrap();
    assert_eq!(next, Cursor { seat: 7, ..from });
    assert_eq!(hall.find(seat.index), Some(nearest));
    assert_eq!(hall.label(seat.index), Some(("Block A", "1", "7")));
}

#[test]
fn a_free_place_for_wheelchairs_is_shown_as_one() {
    let hall = hall();
    let (_, seat) = hall.seat(Cursor { section: 0, row: 5, seat: 3 }).unwrap();
    assert!(seat.accessible);
    assert_eq!(hall.shown(seat.index), Shown::Accessible);
}

#[test]
fn a_hall_without_seats_is_walked_in_without_harm() {
    let hall = Hall::new(fixture::map([&[], &[0, 3]]), &[]);
    let nowhere = hall.enter(0).unwrap();
    assert_eq!(hall.step(nowhere, Direction::Down), nowhere);
    let empty_row = hall.enter(1).unwrap();
    let below = hall.step(empty_row, Direction::Down);
    assert!(hall.seat(below).is_some());
    assert_eq!(hall.step(below, Direction::Up), Cursor { row: 0, seat: 0, ..below });
}
