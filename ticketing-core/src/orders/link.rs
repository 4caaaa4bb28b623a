use uuid::Uuid;

use crate::id::{AccountId, OrderId};
use crate::signing::{Sealer, SigningKey};

const ID_LENGTH: usize = 16;

/// Seals what lets its bearer do with one order what its buyer may, and opens it again. The same order
/// always has the same link: a repeated answer is the same to the letter.
pub(crate) struct OrderLinks(Sealer);

impl OrderLinks {
    pub(crate) fn new(key: &SigningKey) -> Self {
        Self(Sealer::new(key, "order link"))
    }

    pub(crate) fn seal(&self, order: OrderId, account: AccountId) -> String {
        self.0.seal(&[order.uuid().into_bytes(), account.uuid().into_bytes()].concat())
    }

    /// The buyer of the order, where the link is of that very order.
    pub(crate) fn open(&self, order: OrderId, link: &str) -> Option<AccountId> {
        let facts: [u8; 2 * ID_LENGTH] = self.0.open(link)?;
        let (of, account) = facts.split_first_chunk::<ID_LENGTH>()?;
        (Uuid::from_bytes(*of) == order.uuid())
            .then(|| Uuid::from_slice(account).ok().map(AccountId::from))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_of_one_order_and_of_this_deployment() {
        let links = OrderLinks::new(&SigningKey::new([7; 32]));
        let (order, account) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let link = links.seal(order, account);
        assert_eq!(links.open(order, &link), Some(account));
        assert_eq!(links.open(Uuid::from_u128(3).into(), &link), None);
        assert_eq!(links.open(order, &link[1..]), None);
        let other = OrderLinks::new(&SigningKey::new([8; 32]));
        assert_eq!(other.open(order, &link), None);
    }
}
