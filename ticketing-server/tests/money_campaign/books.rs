//! The books themselves, read and held as no server would.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// How often it is looked whether statements wait.
const LOOKS: u32 = 5_000;

/// A campaign's schema.
pub(crate) struct Books {
    holding: PgConnection,
    looking: PgConnection,
}

impl Books {
    pub(crate) async fn open(namespace: &str) -> Self {
        Self { holding: connect(namespace).await, looking: connect(namespace).await }
    }

    /// Nobody else changes the order for now.
    pub(crate) async fn hold(&mut self, order: &str) {
        let hold = format!("BEGIN; SELECT FROM orders WHERE id = '{order}' FOR UPDATE");
        run(&mut self.holding, hold).await;
    }

    pub(crate) async fn let_go(&mut self) {
        run(&mut self.holding, "COMMIT".to_owned()).await;
    }

    /// Until so many wait for what is held, or have given up.
    pub(crate) async fn until_waiting(&mut self, count: i64) {
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (
            SELECT pid FROM pg_locks WHERE relation = 'orders'::regclass)";
        for _ in 0..LOOKS {
            let waiting = sqlx::query_scalar(AssertSqlSafe(waiting)).fetch_one(&mut self.looking);
            let waiting: i64 = waiting.await.expect("PostgreSQL answers");
            if waiting >= count {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Each order's seats that are its own.
    pub(crate) async fn claims(&mut self) -> BTreeMap<String, Vec<u32>> {
        let claims = "SELECT order_id::text, seat FROM claims ORDER BY order_id, seat";
        let rows: Vec<(String, i32)> =
            sqlx::query_as(claims).fetch_all(&mut self.looking).await.expect("PostgreSQL answers");
        let mut claims = BTreeMap::<_, Vec<_>>::new();
        for (order, seat) in rows {
            claims.entry(order).or_default().push(seat.cast_unsigned());
        }
        claims
    }

    /// Events that did not take effect, where no later one of their order did.
    pub(crate) async fn untold(&mut self) -> Vec<String> {
        let untold = "SELECT kind || ' ' || version || ' of ' || aggregate || ', sent: ' || sent
            FROM outbox LEFT JOIN (SELECT aggregate, version AS seen FROM inbox) AS inbox
                USING (aggregate)
            WHERE seen IS NULL OR seen < version ORDER BY id";
        let untold = sqlx::query_scalar(untold).fetch_all(&mut self.looking);
        untold.await.expect("PostgreSQL answers")
    }

    /// How many seats each buyer has of each performance, as the limit per buyer counts them.
    pub(crate) async fn quotas(&mut self) -> BTreeMap<(String, String), i64> {
        let quotas = "SELECT performance_id::text, account_id::text, seats::bigint FROM quotas
            WHERE seats <> 0";
        let rows: Vec<(String, String, i64)> =
            sqlx::query_as(quotas).fetch_all(&mut self.looking).await.expect("PostgreSQL answers");
        rows.into_iter()
            .map(|(performance, account, seats)| ((performance, account), seats))
            .collect()
    }

    /// Takes out what voids the tickets of seats that are given back.
    #[cfg(feature = "broken-guards")]
    pub(crate) async fn keep_tickets(&mut self) {
        self.keep("tickets", "NEW.void := OLD.void;").await;
    }

    /// Takes out what lowers a buyer's count for seats that are given back.
    #[cfg(feature = "broken-guards")]
    pub(crate) async fn keep_quotas(&mut self) {
        self.keep("quotas", "NEW.seats := greatest(NEW.seats, OLD.seats);").await;
    }

    #[cfg(feature = "broken-guards")]
    async fn keep(&mut self, table: &str, what: &str) {
        let keep = format!(
            "CREATE FUNCTION keep_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN {what} RETURN NEW; END $$;
             CREATE TRIGGER keep BEFORE UPDATE ON {table} FOR EACH ROW
             EXECUTE FUNCTION keep_{table}()"
        );
        run(&mut self.looking, keep).await;
    }

    /// Takes out what would stop an order from having two payments under way.
    #[cfg(feature = "broken-guards")]
    pub(crate) async fn allow_two_attempts(&mut self) {
        run(&mut self.looking, "DROP INDEX attempts_one_live".to_owned()).await;
    }
}

async fn connect(namespace: &str) -> PgConnection {
    let url = std::env::var("TICKETING_POSTGRES").expect("eval \"$(./services env)\"");
    let mut connection = PgConnection::connect(&url).await.expect("PostgreSQL answers");
    run(&mut connection, format!("SET search_path TO \"{namespace}\"")).await;
    connection
}

async fn run(connection: &mut PgConnection, statement: String) {
    let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await;
    done.expect("PostgreSQL answers");
}
