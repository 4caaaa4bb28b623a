//! The front door: every verb of the box office, one file per activity.

mod buying;
#[cfg(feature = "services")]
mod connect;
mod known;
mod noticing;
mod organizing;
mod proofs;
mod reacting;
mod reviewing;
mod seeing;
mod settling;
mod signing_in;
mod tending;
mod turns;

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::Mutex;

use self::buying::Joins;
pub use self::buying::{
    Cancelling, Checkout, Eta, IssuedTicket, LineAnswer, PassGranted, Payment, PaymentOutcome,
    PlacedOrder, SeatMapView,
};
#[cfg(feature = "services")]
pub use self::connect::ServicesSettings;
use self::organizing::Making;
pub use self::organizing::{
    CancellationProgress, CancellationState, CheckedIn, DoorList, LedgerPage, OrganizerOrder,
    PaymentReport, PerformanceView, ProductionView, SaleGauges, SaleStatus, SalesReport, Scanning,
    Steer, SyntheticBuyer, UPLOADS_MAX,
};
use self::reviewing::Fronts;
pub use self::reviewing::{ReportedReview, ReviewPage, ReviewView};
use self::seeing::{KnownPictures, Listeners, LiveView, Rankings};
pub use self::seeing::{
    LISTENERS_MAX, LineEvent, LineListener, LineState, LineStatus, RankingView, SeatChanges,
    SeatEvent, SeatListener, StatusFrame,
};
pub use self::tending::Step;
use self::tending::{Announcements, KnownDraw, Looks, MoneyWork, Reactions, SaleWork};
use self::turns::{permit, turn};
use crate::accounts::memory::MemoryAccounts;
use crate::accounts::{AccessTokens, Accounts, Passwords};
use crate::admission::memory::{MemoryLineBooks, MemoryLines};
use crate::admission::{LineBooks, Lines, PassTokens, PlaceTokens, ReceiptSigner};
use crate::catalog::memory::MemoryCatalog;
use crate::catalog::{Catalog, Sale, Venue};
use crate::clock::{Clock, Timestamp};
use crate::error::{Error, Result};
use crate::events::memory::{MemoryInbox, MemoryOutbox, MemoryParking};
use crate::events::{Inbox, Outbox, Parking};
use crate::guards::Guards;
use crate::id::{PerformanceId, PictureId, ProductionId, Randomness, VenueId};
use crate::idempotency::MemoryKeys;
use crate::orders::memory::MemoryOrders;
use crate::orders::{OrderLinks, Orders, TicketSigner, TicketVerifier};
use crate::page::{Cursors, Page, Position};
use crate::payments::Provider;
use crate::pictures::memory::MemoryPictures;
use crate::pictures::{PictureStore, Pictures};
use crate::ranking::SoldSeats;
use crate::ranking::memory::MemorySoldSeats;
#[cfg(feature = "services")]
use crate::ranking::redis::SharedRanking;
use crate::reviews::Reviews;
use crate::reviews::memory::MemoryReviews;
#[cfg(feature = "services")]
use crate::reviews::redis::SharedPages;
use crate::seats::memory::MemorySeats;
use crate::seats::{HoldIds, Seats};
use crate::signing::SigningKey;

/// How many performances are read from the books at once.
const READERS: usize = 64;

/// The box office. Clones share everything.
#[derive(Clone)]
pub struct BoxOffice(Arc<Inner>);

struct Inner {
    clock: Clock,
    randomness: Randomness,
    passwords: Passwords,
    access_tokens: AccessTokens,
    place_tokens: PlaceTokens,
    pass_tokens: PassTokens,
    ticket_signer: TicketSigner,
    order_links: OrderLinks,
    receipts: ReceiptSigner,
    hold_ids: HoldIds,
    cursors: Cursors,
    joins: Joins,
    listeners: Listeners,
    guards: Guards,
    provider: Arc<dyn Provider>,
    announcements: Announcements,
    money: MoneyWork,
    work: SaleWork,
    reactions: Reactions,
    backend: Backend,
    /// Details of performances and maps of venues, as read a moment ago.
    sales: DashMap<PerformanceId, (Timestamp, Arc<Sale>)>,
    /// Whose turn it is to read a performance, by its id.
    reading: [Mutex<()>; READERS],
    venues: DashMap<VenueId, (Timestamp, Arc<Venue>)>,
    productions: DashMap<ProductionId, (Timestamp, ProductionView)>,
    draws: DashMap<PerformanceId, KnownDraw>,
    /// Cancelled performances, by when their orders are looked at again, and by when what hangs on them is.
    ended: Looks,
    clearing: Looks,
    fronts: Fronts,
    rankings: Rankings,
    making: Making,
    known_pictures: KnownPictures,
    /// Behind which file the look for what nobody shows goes on.
    pictures_looked_at: parking_lot::Mutex<Option<PictureId>>,
    /// What this process last saw of each running sale.
    views: DashMap<PerformanceId, Arc<LiveView>>,
}

/// One backend, whole: mixtures cannot be built from outside.
struct Backend {
    accounts: Arc<dyn Accounts>,
    catalog: Arc<dyn Catalog>,
    lines: Arc<dyn Lines>,
    line_books: Arc<dyn LineBooks>,
    seats: Arc<dyn Seats>,
    orders: Orders,
    outbox: Arc<dyn Outbox>,
    inbox: Arc<dyn Inbox>,
    parking: Arc<dyn Parking>,
    sold_seats: Arc<dyn SoldSeats>,
    #[cfg(feature = "services")]
    shared_ranking: Option<SharedRanking>,
    reviews: Arc<dyn Reviews>,
    pictures: Arc<dyn Pictures>,
    picture_store: PictureStore,
    /// What servers show one another of them; a process by itself has its own.
    #[cfg(feature = "services")]
    first_pages: Option<SharedPages>,
    #[cfg(feature = "services")]
    services: Option<crate::services::Services>,
}

/// What an embedded box office needs.
pub struct EmbeddedSettings {
    /// The time.
    pub clock: Clock,
    /// Every random choice.
    pub randomness: Randomness,
    /// What tokens and tickets are signed with.
    pub signing_key: SigningKey,
    /// Who takes the money.
    pub provider: Arc<dyn Provider>,
    /// Where the files of pictures are.
    pub picture_store: PictureStore,
    /// Guards taken out, to see what they guard.
    #[cfg(feature = "broken-guards")]
    pub broken: crate::guards::Broken,
}

impl BoxOffice {
    /// A box office in this process: nothing to install, and its data end with it.
    pub fn embedded(settings: EmbeddedSettings) -> Self {
        let guards = Guards {
            #[cfg(feature = "broken-guards")]
            broken: settings.broken,
        };
        let lines = Arc::new(MemoryLines::new(guards));
        let outbox = Arc::new(MemoryOutbox::default());
        let keys = Arc::new(MemoryKeys::default());
        let catalog = Arc::new(MemoryCatalog::new(keys.clone(), outbox.clone()));
        let orders = Arc::new(MemoryOrders::new(outbox.clone(), keys, guards));
        let reviews = MemoryReviews::new(orders.clone(), catalog.clone(), outbox.clone());
        let backend = Backend {
            accounts: Arc::new(MemoryAccounts::new(outbox.clone())),
            catalog: catalog.clone(),
            seats: Arc::new(MemorySeats::new(lines.clone(), guards)),
            lines,
            line_books: Arc::new(MemoryLineBooks::default()),
            orders: Orders::of(&orders),
            outbox,
            inbox: Arc::new(MemoryInbox::default()),
            parking: Arc::new(MemoryParking::default()),
            sold_seats: Arc::new(MemorySoldSeats::default()),
            #[cfg(feature = "services")]
            shared_ranking: None,
            reviews: Arc::new(reviews),
            pictures: Arc::new(MemoryPictures::new(catalog.clone())),
            picture_store: settings.picture_store,
            #[cfg(feature = "services")]
            first_pages: None,
            #[cfg(feature = "services")]
            services: None,
        };
        let EmbeddedSettings { clock, randomness, signing_key, provider, .. } = settings;
        Self::assemble(clock, randomness, &signing_key, provider, guards, backend)
    }

    fn assemble(
        clock: Clock,
        randomness: Randomness,
        key: &SigningKey,
        provider: Arc<dyn Provider>,
        guards: Guards,
        backend: Backend,
    ) -> Self {
        let reactions = Reactions::new(&*backend.outbox);
        Self(Arc::new(Inner {
            clock,
            randomness,
            passwords: Passwords::new(),
            access_tokens: AccessTokens::new(key),
            place_tokens: PlaceTokens::new(key),
            pass_tokens: PassTokens::new(key),
            ticket_signer: TicketSigner::new(key),
            order_links: OrderLinks::new(key),
            receipts: ReceiptSigner::new(key),
            hold_ids: HoldIds::new(key),
            cursors: Cursors::new(key),
            joins: Joins::default(),
            listeners: Listeners::default(),
            guards,
            provider,
            announcements: Announcements::default(),
            money: MoneyWork::default(),
            work: SaleWork::default(),
            reactions,
            backend,
            sales: DashMap::new(),
            reading: std::array::from_fn(|_| Mutex::default()),
            venues: DashMap::new(),
            productions: DashMap::new(),
            draws: DashMap::new(),
            ended: Looks::default(),
            clearing: Looks::default(),
            fronts: Fronts::default(),
            rankings: Rankings::default(),
            making: Making::default(),
            known_pictures: KnownPictures::default(),
            pictures_looked_at: parking_lot::Mutex::default(),
            views: DashMap::new(),
        }))
    }

    /// Checks ticket codes without asking anybody: for the door's own devices.
    pub fn ticket_verifier(&self) -> TicketVerifier {
        self.0.ticket_signer.verifier()
    }

    /// A page of a list: at most `limit` rows behind the one whose cursor it is. `list` names the
    /// list and its order; a cursor that was not given out for it is refused.
    pub fn page(&self, list: &str, limit: Option<u32>, cursor: Option<&str>) -> Result<Page> {
        let open = |cursor| {
            let position = self.0.cursors.open(list, cursor);
            position.ok_or_else(|| Error::field("cursor", "the next_cursor of this list"))
        };
        Page::new(limit, cursor.map(open).transpose()?)
    }

    /// What stands for a position of a list, to be handed back as it is.
    pub fn cursor(&self, list: &str, position: Position) -> String {
        self.0.cursors.seal(list, position)
    }

    /// Whether requests can be served: the services answer and the clock is known.
    #[cfg_attr(not(feature = "services"), expect(clippy::unused_async, reason = "services answer"))]
    pub async fn ready(&self) -> Result<()> {
        #[cfg(feature = "services")]
        if let Some(services) = &self.backend().services {
            services.ready().await?;
        }
        Ok(())
    }

    /// Closes connections to services; for the end of a process.
    #[cfg_attr(not(feature = "services"), expect(clippy::unused_async, reason = "services close"))]
    pub async fn close(&self) {
        #[cfg(feature = "services")]
        if let Some(services) = &self.backend().services {
            services.close().await;
        }
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn backend(&self) -> &Backend {
        &self.0.backend
    }
}
