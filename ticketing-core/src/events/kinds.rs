/// What events are about, by which they are published: those about one order, or one review, stay in
/// order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Orders.
    Orders,
    /// Reviews.
    Reviews,
    /// Performances.
    Performances,
    /// Accounts.
    Accounts,
}

impl Topic {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Orders, Self::Reviews, Self::Performances, Self::Accounts];

    /// The word in its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Reviews => "reviews",
            Self::Performances => "performances",
            Self::Accounts => "accounts",
        }
    }
}

/// The kinds of events about one thing, with their words.
macro_rules! kinds {
    ($(#[$meta:meta])* $kinds:ident { $($(#[$about:meta])* $kind:ident = $name:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $kinds {
            $($(#[$about])* $kind,)+
        }

        impl $kinds {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The word on the wire and in the books.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// What happened to an order.
    OrderEvent {
        /// Placed: its seats are reserved.
        Placed = "order_placed",
        /// A payment is under way.
        Confirming = "order_confirming",
        /// A payment was declined; the order waits for another.
        Reopened = "order_reopened",
        /// Paid: its seats are sold.
        Paid = "order_paid",
        /// Not paid in time: its seats are free.
        Expired = "order_expired",
        /// Given up by the buyer: its seats are free.
        Cancelled = "order_cancelled",
        /// Money is on its way back: its seats are free.
        RefundDue = "order_refund_due",
        /// Money is back.
        Refunded = "order_refunded",
        /// A paid order ended: its tickets are void, its seats are free, and its money is on its way
        /// back or back.
        Voided = "order_voided",
        /// Some seats of a paid order were given back: their tickets are void, they are free, and
        /// their money is on its way back.
        Reduced = "order_reduced",
    }
}

kinds! {
    /// What happened to a review. To like one is no event: nobody waits for it.
    ReviewEvent {
        /// Written.
        Written = "review_written",
        /// Changed by its author.
        Edited = "review_edited",
        /// Taken back by its author.
        Deleted = "review_deleted",
        /// The organizer replied.
        Replied = "review_replied",
        /// Hidden for a while.
        Hidden = "review_hidden",
        /// Removed for good.
        Removed = "review_removed",
        /// Shown again.
        Restored = "review_restored",
        /// Its author objects to what was done with it.
        Objected = "review_objected",
        /// The money of what its author saw went back, or did not after all.
        Marked = "review_marked",
    }
}

kinds! {
    /// What happened to a performance.
    PerformanceEvent {
        /// Put on sale.
        Added = "performance_added",
        /// Its details changed: when, for how much, under which policy; how many may come in, too.
        Changed = "performance_changed",
        /// Its line began, or was paused, resumed, drained or told something.
        Steered = "performance_steered",
        /// It does not take place.
        Cancelled = "performance_cancelled",
        /// All money is back, and its live sale comes to life no more.
        Closed = "performance_closed",
        /// Nothing is left of it but the books.
        Cleared = "performance_cleared",
        /// It is gone whole: nothing was ordered.
        Removed = "performance_removed",
    }
}

kinds! {
    /// What happened to an account. Those that are made for load are told of by nothing.
    AccountEvent {
        /// Somebody signed up.
        Added = "account_added",
        /// It may do more or less than before.
        RoleChanged = "account_role_changed",
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// To an order.
    Order(OrderEvent),
    /// To a review.
    Review(ReviewEvent),
    /// To a performance.
    Performance(PerformanceEvent),
    /// To an account.
    Account(AccountEvent),
}

impl EventKind {
    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Order(kind) => kind.name(),
            Self::Review(kind) => kind.name(),
            Self::Performance(kind) => kind.name(),
            Self::Account(kind) => kind.name(),
        }
    }

    /// What it is about.
    pub const fn topic(self) -> Topic {
        match self {
            Self::Order(_) => Topic::Orders,
            Self::Review(_) => Topic::Reviews,
            Self::Performance(_) => Topic::Performances,
            Self::Account(_) => Topic::Accounts,
        }
    }

    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        let orders = OrderEvent::ALL.iter().copied().map(Self::Order);
        let reviews = ReviewEvent::ALL.iter().copied().map(Self::Review);
        let performances = PerformanceEvent::ALL.iter().copied().map(Self::Performance);
        let accounts = AccountEvent::ALL.iter().copied().map(Self::Account);
        orders.chain(reviews).chain(performances).chain(accounts)
    }

    #[cfg(feature = "services")]
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|kind| kind.name() == name)
    }
}

impl From<OrderEvent> for EventKind {
    fn from(kind: OrderEvent) -> Self {
        Self::Order(kind)
    }
}

impl From<ReviewEvent> for EventKind {
    fn from(kind: ReviewEvent) -> Self {
        Self::Review(kind)
    }
}

impl From<PerformanceEvent> for EventKind {
    fn from(kind: PerformanceEvent) -> Self {
        Self::Performance(kind)
    }
}

impl From<AccountEvent> for EventKind {
    fn from(kind: AccountEvent) -> Self {
        Self::Account(kind)
    }
}
