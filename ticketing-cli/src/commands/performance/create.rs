//! `ticketing performance create`

use std::path::{Path, PathBuf};

use clap::Args;
use ticketing_client::clock;
use ticketing_profile::Usage;
use ticketing_wire::orders::PayMethod;
use ticketing_wire::performances::{
    Entry, NewPerformance, PolicyTerms, Price, Reentry, RefundRule,
};
use ticketing_wire::{Money, Time};
use uuid::Uuid;

/// Times are RFC 3339, such as `2027-05-01T18:00:00Z`. What the policy leaves out, the server
/// decides.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The house.
    #[arg(long, value_name = "ID")]
    venue: Uuid,
    /// The work that is shown; where it is not given, the performance gets one of its own.
    #[arg(long, value_name = "ID")]
    production: Option<Uuid>,
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
    age_limit: u8,
    /// How long it takes.
    #[arg(long, default_value_t = 120)]
    running_minutes: u32,
    /// From when it is seen; at once where it is not given.
    #[arg(long, value_name = "TIME")]
    listed_at: Option<Time>,
    /// From when it is sold.
    #[arg(long, value_name = "TIME")]
    on_sale_at: Time,
    /// When the curtain rises.
    #[arg(long, value_name = "TIME")]
    starts_at: Time,
    /// A category's price as people write it, such as `VIP=120.00`, or `-` where it is not for
    /// sale; one per category.
    #[arg(long = "price", value_name = "CATEGORY=AMOUNT", required = true)]
    prices: Vec<String>,
    /// The currency of all prices, by its ISO 4217 code.
    #[arg(long, value_name = "CODE")]
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
    /// When the sale ends; when the performance starts where it is not given.
    #[arg(long, value_name = "TIME")]
    sale_ends_at: Option<Time>,
    /// With what buyers may pay, the first offered first; with all where it is not given.
    #[arg(long, value_delimiter = ',', value_name = "METHOD,..",
        value_parser = ["card", "easy_pay", "transfer", "mobile"])]
    payment_methods: Option<Vec<String>>,
    /// What is added to each ticket that costs something, as people write it, such as `2.50`.
    #[arg(long, value_name = "AMOUNT")]
    booking_fee: Option<String>,
    /// A file with what is kept of seats that buyers give back: the API's `refund_terms`, as JSON.
    #[arg(long, value_name = "FILE")]
    refund_terms: Option<PathBuf>,
    /// For how many days after the show was moved whoever had ordered before gives back free of
    /// charge.
    #[arg(long, value_name = "DAYS")]
    moved_refund_days: Option<u32>,
    /// How often a ticket lets its bearer in: once, again after each exit that was scanned, or once
    /// a day.
    #[arg(long, value_parser = ["once", "again_after_exit", "daily"])]
    entry: Option<String>,
}

impl Create {
    /// What the server is asked to create.
    pub(super) fn performance(self) -> Result<NewPerformance, Usage> {
        let price = |text: &String| price(text, &self.currency);
        Ok(NewPerformance {
            prices: self.prices.iter().map(price).collect::<Result<_, _>>()?,
            production_id: self.production,
            venue_id: self.venue,
            title: self.title,
            description: self.description,
            genre: self.genre,
            age_limit: self.age_limit,
            running_minutes: self.running_minutes,
            listed_at: self.listed_at.unwrap_or_else(|| clock::now().min(self.on_sale_at)),
            on_sale_at: self.on_sale_at,
            starts_at: self.starts_at,
            policy: self.policy.terms(&self.currency)?,
        })
    }
}

impl PolicyArguments {
    /// What is not given is left out: the server has a default for it.
    fn terms(self, currency: &str) -> Result<PolicyTerms, Usage> {
        let given = self;
        let fee = given.booking_fee.map(|amount| {
            let fee = Money::from_major(&amount, currency);
            fee.map_err(|error| Usage(format!("`--booking-fee {amount}`: {error}")))
        });
        Ok(PolicyTerms {
            line_capacity: given.line_capacity,
            admit_per_minute: given.admit_per_minute.map(Some),
            claim_seconds: given.claim_seconds,
            pass_lease_seconds: given.pass_lease_seconds,
            hold_seconds: given.hold_seconds,
            pay_seconds: given.pay_seconds,
            seats_per_buyer: given.seats_per_buyer,
            reentry: given.reentry.as_deref().map(Reentry::from),
            orphan_rule: given.orphan_rule,
            pre_queue_seconds: given.pre_queue_seconds.map(Some),
            draw_entropy: given.draw_entropy.map(Some),
            sale_ends_at: given.sale_ends_at.map(Some),
            payment_methods: given
                .payment_methods
                .map(|methods| methods.iter().map(|one| PayMethod::from(one.as_str())).collect()),
            booking_fee: fee.transpose()?.map(Some),
            refund_terms: given.refund_terms.map(|file| refund_terms(&file)).transpose()?,
            moved_refund_days: given.moved_refund_days,
            entry: given.entry.as_deref().map(Entry::from),
        })
    }
}

fn refund_terms(file: &Path) -> Result<Vec<RefundRule>, Usage> {
    let wrong = |why: String| Usage(format!("`--refund-terms {}`: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
}

/// The last equals sign divides: a category's name may hold one, an amount cannot.
fn price(text: &str, currency: &str) -> Result<Price, Usage> {
    let wrong = |why: String| Usage(format!("`--price {text}`: {why}"));
    let Some((category, amount)) = text.rsplit_once('=') else {
        return Err(wrong("expected CATEGORY=AMOUNT or CATEGORY=-".to_owned()));
    };
    let price = match amount {
        "-" => None,
        amount => {
            let price = Money::from_major(amount, currency);
            Some(price.map_err(|error| wrong(error.to_string()))?)
        }
    };
    Ok(Price { category: category.to_owned(), price })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::arguments::{Arguments, Command};
    use crate::commands::performance::Performance;

    fn create(more: &[&str]) -> Result<Create, clap::Error> {
        let id = "0190f4a2-0000-7000-8000-000000000002";
        let line = ["ticketing", "performance", "create", "--venue", id, "--title", "T"];
        let line = line.iter().chain(&["--genre", "concert"]).chain(more);
        Arguments::try_parse_from(line).map(|arguments| match arguments.command {
            Command::Performance(Performance::Create(create)) => *create,
            other => panic!("{other:?} creates nothing"),
        })
    }

    const TIMES: [&str; 4] =
        ["--on-sale-at", "2027-05-01T09:00:00Z", "--starts-at", "2027-05-02T19:00:00+09:00"];

    fn refusal(text: &str, currency: &str) -> String {
        price(text, currency).unwrap_err().to_string()
    }

    #[test]
    fn a_price_names_its_category_and_its_amount_in_major_units() {
        let vip = price("VIP=120.00", "EUR").unwrap();
        assert_eq!((vip.category.as_str(), vip.price), ("VIP", Some(Money::new(12_000, "EUR"))));
        let won = price("Kategorie I=132000", "KRW").unwrap();
        assert_eq!(won.price, Some(Money::new(132_000, "KRW")));
    }

    #[test]
    fn a_dash_says_that_a_category_is_not_for_sale() {
        assert_eq!(price("a=b=-", "KRW").unwrap(), Price { category: "a=b".into(), price: None });
    }

    #[test]
    fn a_price_that_is_none_is_refused_with_the_rule() {
        assert!(refusal("VIP=120.50", "KRW").contains("KRW has 0 decimals"));
        assert!(refusal("VIP=1.999", "USD").contains("USD has 2 decimals"));
        assert!(refusal("VIP=-5", "USD").contains("no amount such as"));
        assert!(refusal("VIP=much", "USD").contains("no amount such as"));
        assert!(refusal("VIP=5", "EURO").contains("no currency of ISO 4217"));
        assert!(refusal("VIP", "USD").contains("CATEGORY=AMOUNT"));
    }

    #[test]
    fn prices_have_no_currency_unless_one_is_named() {
        let priced = [&TIMES[..], &["--price", "VIP=120.00"]].concat();
        let error = create(&priced).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::MissingRequiredArgument);
        assert!(error.to_string().contains("--currency"), "{error}");
        let named = [&priced[..], &["--currency", "USD"]].concat();
        let performance = create(&named).unwrap().performance().unwrap();
        assert_eq!(performance.prices[0].price, Some(Money::new(12_000, "USD")));
        assert_eq!(performance.starts_at.to_string(), "2027-05-02T10:00:00.000Z");
        assert_eq!(performance.policy, PolicyTerms::default());
    }

    #[test]
    fn only_rfc_3339_is_a_time() {
        for wrong in ["2026-03-29T02:30:00+09:00[America/New_York]", "2026-03-29", "tomorrow"] {
            let line = ["--price", "A=1", "--currency", "USD", "--starts-at", TIMES[3]];
            let error = create(&[&line[..], &["--on-sale-at", wrong]].concat()).unwrap_err();
            assert!(error.to_string().contains("expected an RFC 3339 time"), "{error}");
        }
    }
}
