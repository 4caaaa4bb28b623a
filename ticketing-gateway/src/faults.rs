//! What goes wrong on purpose.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;
use jiff::SignedDuration;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};

/// A rate that strikes every time.
pub const ALWAYS: u16 = 1_000;
/// The longest a slow call, a late capture or a cancel that was only taken needs.
const LONGEST_DELAY_MS: i64 = 90_000;

/// One way in which a provider, its network or its webhooks go wrong.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// A call is answered with 500, and nothing happens.
    ErrorBefore,
    /// A call is answered with 500 at once, and happens up to 90 s later.
    ErrorAtOnce,
    /// A call happens, and is answered, after up to 90 s.
    Slow,
    /// A call happens and is answered with 500. A repeat with its key gets the answer.
    ReplyLost,
    /// A call with a key is told that the first one with that key still runs.
    Outstanding,
    /// A question about a payment is answered with 500.
    Unreadable,
    /// A confirm is told that its terms differ from the registered ones.
    Mismatch,
    /// A confirm or a cancel fails at the bank (`PG_PROVIDER`), and may be tried again.
    BankDown,
    /// A capture takes one unit less than it should (one more of 1).
    WrongAmount,
    /// A capture is made through a test channel.
    TestChannel,
    /// A confirm fails, and the capture comes up to 90 s later.
    LateCapture,
    /// A cancel is only taken (`REQUESTED`), and succeeds up to 90 s later.
    CancelRequested,
    /// A cancel is only taken (`REQUESTED`), and fails up to 90 s later.
    CancelFails,
    /// A webhook is never sent.
    WebhookDropped,
    /// A webhook is sent twice.
    WebhookDuplicated,
    /// A webhook is sent up to 90 s later, after those that came after it.
    WebhookDelayed,
    /// A webhook is signed with another secret.
    WebhookForged,
    /// A webhook says that it is ten minutes older than it is.
    WebhookStale,
}

/// How often each fault strikes, of a thousand occasions, evenly spread: 100 is every tenth.
/// `FaultPlan::default()` has none.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// Decides where in its round each fault begins, and how long delays are.
    #[serde(default)]
    pub seed: u64,
    /// Of a thousand occasions; more than a thousand is [`ALWAYS`].
    #[serde(default)]
    pub rates: BTreeMap<Fault, u16>,
    /// Payments of which the bank gives nothing back, however often it is asked.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub not_returned: BTreeSet<String>,
}

impl FaultPlan {
    /// Every occasion of this fault.
    pub fn always(fault: Fault) -> Self {
        Self::default().with(fault, ALWAYS)
    }

    /// This plan and one fault more.
    #[must_use]
    pub fn with(mut self, fault: Fault, rate: u16) -> Self {
        self.rates.insert(fault, rate);
        self
    }

    /// Every fault there is, each at this rate.
    pub fn whole(seed: u64, rate: u16) -> Self {
        let rates = Fault::value_variants().iter().map(|fault| (*fault, rate)).collect();
        Self { seed, rates, ..Self::default() }
    }
}

/// A plan as it is carried out.
#[derive(Debug)]
pub(crate) struct Mischief {
    plan: FaultPlan,
    occasions: BTreeMap<Fault, u64>,
    delays: ChaCha20Rng,
}

impl Mischief {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        let delays = ChaCha20Rng::seed_from_u64(plan.seed);
        Self { plan, occasions: BTreeMap::new(), delays }
    }

    pub(crate) fn plan(&self) -> &FaultPlan {
        &self.plan
    }

    /// Whether the bank returns anything of this payment.
    pub(crate) fn returns(&self, payment: &str) -> bool {
        !self.plan.not_returned.contains(payment)
    }

    /// Whether the fault strikes on this occasion.
    pub(crate) fn strikes(&mut self, fault: Fault) -> bool {
        let Some(rate) = self.plan.rates.get(&fault) else { return false };
        let (rate, whole) = (u64::from((*rate).min(ALWAYS)), u64::from(ALWAYS));
        let occasion = self.occasions.entry(fault).or_default();
        *occasion += 1;
        // No seed begins at the round's beginning, so that every tenth is the tenth.
        let begin = self.plan.seed.wrapping_mul(1 + fault as u64).wrapping_mul(619) % whole;
        let struck = |occasions: u64| (occasions * rate + begin) / whole;
        struck(*occasion) > struck(*occasion - 1)
    }

    /// How long something takes that takes its time.
    pub(crate) fn delay(&mut self) -> SignedDuration {
        SignedDuration::from_millis(self.delays.random_range(0..=LONGEST_DELAY_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(mischief: &mut Mischief, fault: Fault, occasions: u64) -> Vec<u64> {
        (1..=occasions).filter(|_| mischief.strikes(fault)).collect()
    }

    #[test]
    fn a_fault_strikes_as_often_as_its_rate_says_evenly_spread() {
        let plan = FaultPlan::default().with(Fault::WrongAmount, 100);
        assert_eq!(struck(&mut Mischief::new(plan), Fault::WrongAmount, 30), [10, 20, 30]);
        let plan = FaultPlan { seed: 7, ..FaultPlan::default().with(Fault::Slow, 100) };
        let begun = struck(&mut Mischief::new(plan), Fault::Slow, 1_000);
        assert_eq!(begun.len(), 100);
        assert!(begun.windows(2).all(|pair| pair[1] - pair[0] == 10));
    }

    #[test]
    fn what_is_not_planned_or_at_rate_zero_never_strikes_and_too_much_is_always() {
        let plan = FaultPlan::default().with(Fault::Slow, 0).with(Fault::Mismatch, u16::MAX);
        let mut mischief = Mischief::new(plan);
        assert!(struck(&mut mischief, Fault::Slow, 100).is_empty());
        assert!(struck(&mut mischief, Fault::ReplyLost, 100).is_empty());
        assert_eq!(struck(&mut mischief, Fault::Mismatch, 100).len(), 100);
    }

    #[test]
    fn one_seed_gives_the_same_delays_within_their_bound() {
        let delays = |seed| {
            let mut mischief = Mischief::new(FaultPlan::whole(seed, 1));
            std::iter::repeat_with(|| mischief.delay()).take(100).collect::<Vec<_>>()
        };
        assert_eq!(delays(3), delays(3));
        assert_ne!(delays(3), delays(4));
        let bound = SignedDuration::from_millis(LONGEST_DELAY_MS);
        assert!(delays(3).iter().all(|delay| !delay.is_negative() && *delay <= bound));
    }
}
