//! Whether the draw of a pre-queue was the one that was promised: drawn again for every buyer who
//! took part.

use ticketing_client::line;
use ticketing_load::fleet::Fleet;
use ticketing_load::verdict::{Check, Testimony};
use ticketing_wire::line::Draw;
use ticketing_wire::performances::Performance;
use uuid::Uuid;

use crate::draw::{self, Kept};

const NAME: &str = "draw_proven";

/// Looks at the draw, once there was one.
pub(super) async fn check(
    servers: &Fleet,
    performance: &Performance,
    testimony: &Testimony,
) -> Option<Check> {
    performance.policy.pre_queue_seconds?;
    let draw = match servers.send(&line::draw(performance.id)).await {
        Ok(draw) => draw,
        Err(error) => return Some(told(Err(format!("the draw cannot be read: {error}")))),
    };
    let places = testimony.buyers.iter().flat_map(|buyer| &buyer.places);
    let kept =
        places.filter_map(|place| Some(Kept { receipt: place.receipt.clone()?, rank: place.rank }));
    let kept: Vec<_> = kept.collect();
    // It is drawn at the opening: whoever ended the run before it has nothing to verify.
    draw.seed.as_ref()?;
    Some(judge(performance.id, &draw, &kept))
}

fn judge(performance: Uuid, draw: &Draw, kept: &[Kept]) -> Check {
    let mut checked = Vec::new();
    let proven = draw::check(performance, draw, kept, &mut checked);
    let ranked = kept.iter().filter(|kept| kept.rank.is_some()).count();
    told(proven.map(|()| {
        format!(
            "{} places drawn again from the published seed; {} receipts open, and {ranked} ranks \
             were told as they give them",
            draw.places.unwrap_or_default(),
            checked.len(),
        )
    }))
}

fn told(proven: Result<String, String>) -> Check {
    let (ok, detail) = match proven {
        Ok(detail) => (true, detail),
        Err(difference) => (false, difference),
    };
    Check { name: NAME.into(), ok, detail }
}

#[cfg(test)]
mod tests {
    use ticketing_core::admission::draw::{ALGORITHM, Seed, commitment, hex};

    use super::*;

    const PERFORMANCE: Uuid = Uuid::from_u128(1);

    fn draw(committed: u8, published: u8) -> Draw {
        Draw {
            algorithm: ALGORITHM,
            commitment: hex(&commitment(PERFORMANCE.into(), &Seed([committed; 32]))),
            entropy_source: None,
            places: Some(10),
            entropy: None,
            seed: Some(hex(&[published; 32])),
            opened_at: None,
            receipt_key: None,
            receipt_keys: Vec::new(),
        }
    }

    #[test]
    fn a_draw_by_another_seed_than_was_promised_is_broken() {
        assert!(judge(PERFORMANCE, &draw(7, 7), &[]).ok);
        let broken = judge(PERFORMANCE, &draw(7, 8), &[]);
        assert!(!broken.ok && broken.detail.contains("commitment"), "{}", broken.detail);
    }

    #[test]
    fn a_receipt_that_opens_with_no_key_is_broken() {
        let forged = Kept { receipt: "L1.forged".to_owned(), rank: Some(1) };
        assert!(!judge(PERFORMANCE, &draw(7, 7), &[forged]).ok);
    }
}
