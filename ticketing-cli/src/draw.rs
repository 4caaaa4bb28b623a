//! Draws again what a line has drawn, from what is public and what was promised.

use serde::{Deserialize, Serialize};
use ticketing_core::admission::draw::{ALGORITHM, Ranks, commitment, hex, seed_from_hex};
use ticketing_core::admission::open_receipt;
use ticketing_wire::line::Draw;
use uuid::Uuid;

/// A receipt, and what may be said besides it: the rank that its buyer was shown.
#[derive(Debug, Deserialize)]
pub(crate) struct Kept {
    pub(crate) receipt: String,
    #[serde(default)]
    pub(crate) rank: Option<u64>,
}

/// A place whose receipt was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Checked {
    pub(crate) number: u64,
    pub(crate) rank: u64,
}

/// Every step in the order in which one follows from the other; the error is the difference.
pub(crate) fn check(
    performance: Uuid,
    draw: &Draw,
    kept: &[Kept],
    checked: &mut Vec<Checked>,
) -> Result<(), String> {
    if draw.algorithm != ALGORITHM {
        return Err(format!("algorithm {} is not known here", draw.algorithm));
    }
    let seed = draw.seed.as_deref().and_then(seed_from_hex);
    let seed = seed.ok_or("the seed is not 32 bytes in hexadecimal")?;
    let committed = hex(&commitment(performance.into(), &seed));
    if committed != draw.commitment {
        return Err(format!("the seed belongs to the commitment {committed}, not to this one"));
    }
    if draw.entropy_source.is_some() && draw.entropy.is_none() {
        return Err("a source of entropy was named, and the draw was made without it".into());
    }
    let places = draw.places.ok_or("the number of places is not published")?;
    let ranks = Ranks::new(performance.into(), &seed, places, draw.entropy.as_deref());
    each_rank_once(&ranks, places)?;
    for kept in kept {
        checked.push(check_receipt(performance, draw, &ranks, places, kept)?);
    }
    Ok(())
}

fn each_rank_once(ranks: &Ranks, places: u64) -> Result<(), String> {
    let count = usize::try_from(places).map_err(|_| "more places than fit in memory")?;
    let mut taken = vec![false; count];
    for number in 1..=places {
        let rank = ranks.rank(number);
        let free = usize::try_from(rank - 1).ok().and_then(|at| taken.get_mut(at));
        match free {
            Some(taken) if !*taken => *taken = true,
            _ => return Err(format!("place {number} has a rank that is not its own: {rank}")),
        }
    }
    Ok(())
}

fn check_receipt(
    performance: Uuid,
    draw: &Draw,
    ranks: &Ranks,
    places: u64,
    kept: &Kept,
) -> Result<Checked, String> {
    let mut keys = draw.receipt_key.iter().chain(&draw.receipt_keys);
    let receipt = keys.find_map(|key| open_receipt(&kept.receipt, key));
    let receipt = receipt.ok_or("a receipt was not signed by this box office")?;
    let number = receipt.number;
    if receipt.performance.uuid() != performance {
        return Err(format!("the receipt of place {number} is for another performance"));
    }
    if hex(&receipt.commitment) != draw.commitment {
        return Err(format!("place {number} was promised another commitment"));
    }
    if number > places {
        return Err(format!("place {number} was left out of the draw of {places} places"));
    }
    let rank = ranks.rank(number);
    match kept.rank {
        Some(shown) if shown != rank => {
            Err(format!("place {number} was shown rank {shown}, and the draw gives it {rank}"))
        }
        _ => Ok(Checked { number, rank }),
    }
}
