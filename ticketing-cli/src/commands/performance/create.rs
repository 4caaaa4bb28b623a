//! `ticketing performance create`

use clap::Args;
use jiff::Timestamp;
use ticketing_client::Money;
use ticketing_client::catalog::{NewPerformance, Policy, Price};
use ticketing_client::load::clock::wall_now;
use uuid::Uuid;

use crate::settings::Usage;

/// Times are RFC 3339, such as `2027-05-01T18:00:00Z`. What the policy leaves out, the server
/// decides.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The house.
    #[arg(long, value_name = "ID")]
    venue: Uuid,
    /// What it is called.
    #[arg(long)]
    title: String,
    /// What it is about.
    #[arg(long, default_value = "")]
    description: String,
    /// What kind of show.
    #[arg(long)]
    genre: String,
    /// From this age on.
    #[arg(long, default_value_t = 0)]
    age_limit: u32,
    /// How long it takes.
    #[arg(long, default_value_t = 120)]
    running_minutes: u32,
    /// From when it is seen; at once where it is not given.
    #[arg(long, value_name = "TIME")]
    listed_at: Option<Timestamp>,
    /// From when it is sold.
    #[arg(long, value_name = "TIME")]
    on_sale_at: Timestamp,
    /// When the curtain rises.
    #[arg(long, value_name = "TIME")]
    starts_at: Timestamp,
    /// A category's price in minor units, or `-` where it is not for sale; one per category.
    #[arg(long = "price", value_name = "CATEGORY=AMOUNT", required = true)]
    prices: Vec<String>,
    /// The prices' currency.
    #[arg(long, default_value = "KRW")]
    currency: String,
    #[command(flatten, next_help_heading = "Policy")]
    policy: PolicyArguments,
}

#[derive(Debug, Args)]
struct PolicyArguments {
    /// How many may be inside at once.
    #[arg(long)]
    line_capacity: Option<u32>,
    /// How many may come in per minute.
    #[arg(long)]
    admit_per_minute: Option<u32>,
    /// How long a turn waits to be claimed.
    #[arg(long)]
    claim_seconds: Option<u32>,
    /// How long a pass lasts.
    #[arg(long)]
    pass_lease_seconds: Option<u32>,
    /// How long a hold lasts.
    #[arg(long)]
    hold_seconds: Option<u32>,
    /// How long an order waits for its payment.
    #[arg(long)]
    pay_seconds: Option<u32>,
    /// Seats that one buyer may have.
    #[arg(long)]
    seats_per_buyer: Option<u32>,
    /// What joining again does to a place.
    #[arg(long, value_parser = ["keep", "requeue"])]
    reentry: Option<String>,
    /// Refuse holds that leave a single empty seat.
    #[arg(long)]
    orphan_rule: Option<bool>,
    /// How long before the on-sale joining opens; who joins before it is drawn a rank.
    #[arg(long)]
    pre_queue_seconds: Option<u32>,
    /// Which public entropy goes into the draw: a beacon's round, a lottery's drawing. You enter
    /// what it said with `queue entropy` once the sale has opened.
    #[arg(long, value_name = "SOURCE", requires = "pre_queue_seconds")]
    draw_entropy: Option<String>,
}

impl Create {
    /// What the server is asked to create.
    pub(super) fn performance(self) -> Result<NewPerformance, Usage> {
        let price = |text: &String| price(text, &self.currency);
        Ok(NewPerformance {
            prices: self.prices.iter().map(price).collect::<Result<_, _>>()?,
            venue_id: self.venue,
            title: self.title,
            description: self.description,
            genre: self.genre,
            age_limit: self.age_limit,
            running_minutes: self.running_minutes,
            listed_at: self.listed_at.unwrap_or_else(|| wall_now().min(self.on_sale_at)),
            on_sale_at: self.on_sale_at,
            starts_at: self.starts_at,
            policy: self.policy.into(),
        })
    }
}

impl From<PolicyArguments> for Policy {
    fn from(given: PolicyArguments) -> Self {
        Self {
            line_capacity: given.line_capacity,
            admit_per_minute: given.admit_per_minute,
            claim_seconds: given.claim_seconds,
            pass_lease_seconds: given.pass_lease_seconds,
            hold_seconds: given.hold_seconds,
            pay_seconds: given.pay_seconds,
            seats_per_buyer: given.seats_per_buyer,
            reentry: given.reentry,
            orphan_rule: given.orphan_rule,
            pre_queue_seconds: given.pre_queue_seconds,
            draw_entropy: given.draw_entropy,
        }
    }
}

/// The last equals sign divides: a category's name may hold one, an amount cannot.
fn price(text: &str, currency: &str) -> Result<Price, Usage> {
    let wrong = || Usage(format!("`--price {text}` is not CATEGORY=AMOUNT or CATEGORY=-"));
    let (category, amount) = text.rsplit_once('=').ok_or_else(wrong)?;
    let price = match amount {
        "-" => None,
        amount => {
            let amount = amount.parse().map_err(|_| wrong())?;
            Some(Money { amount, currency: currency.to_owned() })
        }
    };
    Ok(Price { category: category.to_owned(), price })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_names_its_category_and_amount() {
        let price = price("Kategorie I=132000", "KRW").unwrap();
        assert_eq!(price.category, "Kategorie I");
        assert_eq!(price.price.unwrap().amount, 132_000);
    }

    #[test]
    fn a_dash_says_that_a_category_is_not_for_sale() {
        assert_eq!(price("a=b=-", "KRW").unwrap(), Price { category: "a=b".into(), price: None });
    }

    #[test]
    fn a_price_without_an_amount_is_refused() {
        assert!(price("Kategorie I", "KRW").is_err());
        assert!(price("Kategorie I=much", "KRW").is_err());
    }
}
