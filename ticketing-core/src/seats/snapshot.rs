use crate::rendered::Rendered;

/// What one seat index is right now; the number is the byte on the wire and in Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SeatStatus {
    /// Nobody has it.
    Free = 0,
    /// A buyer is choosing it.
    Held = 1,
    /// An order waits for its payment.
    Reserved = 2,
    /// Paid.
    Sold = 3,
    /// Its category has no price.
    NotForSale = 4,
}

/// Every seat's status at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Raised when the live state was rebuilt.
    pub epoch: u32,
    /// Raised by every change.
    pub sequence: u64,
    /// One byte per seat index, as [`SeatStatus`] numbers them.
    pub status: Vec<u8>,
    /// The same as an edge shows it.
    pub rendered: Rendered,
}

/// How many seats are in each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeatCounts {
    /// Nobody has them.
    pub free: u32,
    /// Being chosen.
    pub held: u32,
    /// Waiting for a payment.
    pub reserved: u32,
    /// Paid.
    pub sold: u32,
    /// Without a price.
    pub not_for_sale: u32,
}

impl Snapshot {
    pub(crate) fn new(epoch: u32, sequence: u64, status: Vec<u8>) -> Self {
        Self { epoch, sequence, status, rendered: Rendered::default() }
    }

    /// The counts.
    pub fn counts(&self) -> SeatCounts {
        let mut by_status = [0; 256];
        for status in &self.status {
            by_status[usize::from(*status)] += 1;
        }
        let count = |status: SeatStatus| by_status[status as usize];
        SeatCounts {
            free: count(SeatStatus::Free),
            held: count(SeatStatus::Held),
            reserved: count(SeatStatus::Reserved),
            sold: count(SeatStatus::Sold),
            not_for_sale: count(SeatStatus::NotForSale),
        }
    }

    pub(crate) fn is_free(&self, seat: u32) -> bool {
        self.status.get(seat as usize) == Some(&(SeatStatus::Free as u8))
    }
}

impl SeatCounts {
    /// No seat for sale is free, held or reserved.
    pub fn sold_out(&self) -> bool {
        self.free + self.held + self.reserved == 0
    }
}
