//! Ids of holds. A hold that has ended is forgotten, and whoever orders it a moment too late should
//! hear that, and not that there never was such a hold. So an id says by itself, to whoever has the
//! signing key, that it was given to this buyer for this performance: the last bytes are a MAC.

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::id::{AccountId, HoldId, PerformanceId, Randomness};
use crate::signing::{Sealer, SigningKey};

/// So many of an id's 16 bytes are the MAC. To guess one gains a kinder refusal, and nothing else.
const MAC_LENGTH: usize = 5;
const TIME_AND_CHANCE: usize = 16 - MAC_LENGTH;

/// Makes ids of holds, and knows them again.
#[derive(Debug)]
pub(crate) struct HoldIds(Sealer);

impl HoldIds {
    pub(crate) fn new(key: &SigningKey) -> Self {
        Self(Sealer::new(key, "hold id"))
    }

    pub(crate) fn mint(
        &self,
        account: AccountId,
        performance: PerformanceId,
        randomness: &Randomness,
        now: Timestamp,
    ) -> HoldId {
        let mut bytes = *randomness.id::<Uuid>(now).as_bytes();
        let mac = self.0.mac(&facts(&bytes, account, performance));
        bytes[TIME_AND_CHANCE..].copy_from_slice(&mac[..MAC_LENGTH]);
        Uuid::from_bytes(bytes).into()
    }

    /// Whether this hold was given to this buyer for this performance, however it ended.
    pub(crate) fn was_given(
        &self,
        hold: HoldId,
        account: AccountId,
        performance: PerformanceId,
    ) -> bool {
        let bytes = hold.uuid().into_bytes();
        self.0.has_sealed(&facts(&bytes, account, performance), &bytes[TIME_AND_CHANCE..])
    }
}

fn facts(id: &[u8; 16], account: AccountId, performance: PerformanceId) -> Vec<u8> {
    let (account, performance) = (account.uuid(), performance.uuid());
    [&id[..TIME_AND_CHANCE], account.as_bytes(), performance.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_again_as_its_buyers_own_and_as_nobody_elses() {
        let ids = HoldIds::new(&SigningKey::new([7; 32]));
        let (randomness, now) = (Randomness::seeded(1), Timestamp::from_millis(1_777_629_600_000));
        let [one, two] = [1, 2].map(Uuid::from_u128);
        let hold = ids.mint(one.into(), two.into(), &randomness, now);
        assert_eq!(hold.uuid().get_version_num(), 7);
        assert!(ids.was_given(hold, one.into(), two.into()));
        assert!(!ids.was_given(hold, two.into(), two.into()));
        assert!(!ids.was_given(hold, one.into(), one.into()));
        assert!(!ids.was_given(randomness.id(now), one.into(), two.into()));
    }
}
