-- The books: accounts, catalog, orders, payments, tickets, events.
-- Times are milliseconds since the Unix epoch, so that the same number means the same everywhere;
-- no statement asks the database for the time. No schema is named: the connection's search_path
-- decides. Hot tables (orders, claims, quotas, outbox) have no foreign key and lock no shared row.

CREATE TABLE accounts (
    id            uuid    PRIMARY KEY,
    email         text    NOT NULL,
    -- The address without regard to case: what must be unique.
    email_key     text    NOT NULL CONSTRAINT accounts_email_unique UNIQUE,
    name          text    NOT NULL,
    nickname      text    NOT NULL CONSTRAINT accounts_nickname_unique UNIQUE,
    birthdate     text,
    role          text    NOT NULL CHECK (role IN ('buyer', 'organizer', 'administrator')),
    synthetic     boolean NOT NULL,
    password_hash text,
    created_at_ms bigint  NOT NULL
);

CREATE TABLE refresh_tokens (
    hash          bytea   PRIMARY KEY,
    session       uuid    NOT NULL,
    account_id    uuid    NOT NULL,
    expires_at_ms bigint  NOT NULL,
    used          boolean NOT NULL DEFAULT false
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session);

CREATE TABLE venues (
    id           uuid PRIMARY KEY,
    organizer_id uuid NOT NULL,
    name         text NOT NULL,
    address      text NOT NULL,
    seat_map     text NOT NULL
);

CREATE TABLE performances (
    id            uuid   PRIMARY KEY,
    organizer_id  uuid   NOT NULL,
    title         text   NOT NULL,
    description   text   NOT NULL,
    genre         text   NOT NULL,
    listed_at_ms  bigint NOT NULL,
    on_sale_at_ms bigint NOT NULL,
    starts_at_ms  bigint NOT NULL,
    details       text   NOT NULL
);
CREATE INDEX performances_on_sale ON performances (starts_at_ms, on_sale_at_ms);

-- The line's durable part: which epoch its live state is in, and the ceiling below which numbers
-- may have been given out. A number above it was never given to anybody.
CREATE TABLE lines (
    performance_id uuid    PRIMARY KEY,
    epoch          integer NOT NULL,
    ceiling        bigint  NOT NULL
);

CREATE TABLE orders (
    id             uuid      PRIMARY KEY,
    performance_id uuid      NOT NULL,
    account_id     uuid      NOT NULL,
    hold_id        uuid      NOT NULL CONSTRAINT orders_hold_unique UNIQUE,
    status         text      NOT NULL CHECK (status IN ('pending_payment', 'confirming', 'paid',
                                 'refund_due', 'refunded', 'expired', 'cancelled')),
    seats          integer[] NOT NULL CHECK (cardinality(seats) > 0),
    total          bigint    NOT NULL CHECK (total >= 0),
    currency       text      NOT NULL,
    expires_at_ms  bigint    NOT NULL,
    payment_id     uuid      NOT NULL,
    version        bigint    NOT NULL,
    line_number    bigint    NOT NULL,
    line_epoch     integer   NOT NULL,
    created_at_ms  bigint    NOT NULL
);
CREATE INDEX orders_account ON orders (account_id, id);
CREATE INDEX orders_performance ON orders (performance_id, id);
CREATE INDEX orders_pending ON orders (expires_at_ms) WHERE status = 'pending_payment';

-- The last fence: a seat of a performance belongs to one order. Rows are inserted and deleted,
-- never taken over.
CREATE TABLE claims (
    performance_id uuid    NOT NULL,
    seat           integer NOT NULL,
    order_id       uuid    NOT NULL,
    CONSTRAINT claims_seat_unique PRIMARY KEY (performance_id, seat)
);
CREATE INDEX claims_order ON claims (order_id);

CREATE TABLE quotas (
    performance_id uuid    NOT NULL,
    account_id     uuid    NOT NULL,
    seats          integer NOT NULL CHECK (seats >= 0),
    seat_limit     integer NOT NULL,
    PRIMARY KEY (performance_id, account_id)
);

CREATE TABLE attempts (
    payment_id uuid   PRIMARY KEY,
    order_id   uuid   NOT NULL,
    status     text   NOT NULL CHECK (status IN ('created', 'confirming', 'unknown', 'paid',
                          'failed', 'returned')),
    token      text,
    look_at_ms bigint NOT NULL,
    captured   bigint NOT NULL DEFAULT 0
);
CREATE INDEX attempts_open ON attempts (look_at_ms) WHERE status IN ('confirming', 'unknown');
CREATE UNIQUE INDEX attempts_one_live ON attempts (order_id)
    WHERE status IN ('created', 'confirming', 'unknown');

CREATE TABLE refunds (
    id         uuid    PRIMARY KEY,
    payment_id uuid    NOT NULL UNIQUE,
    order_id   uuid    NOT NULL,
    amount     bigint  NOT NULL CHECK (amount > 0),
    currency   text    NOT NULL,
    done       boolean NOT NULL DEFAULT false,
    next_at_ms bigint  NOT NULL
);
CREATE INDEX refunds_due ON refunds (next_at_ms) WHERE NOT done;
CREATE INDEX refunds_order ON refunds (order_id);

CREATE TABLE tickets (
    id             uuid    PRIMARY KEY,
    order_id       uuid    NOT NULL,
    performance_id uuid    NOT NULL,
    seat           integer NOT NULL,
    used           boolean NOT NULL DEFAULT false
);
CREATE INDEX tickets_order ON tickets (order_id);

-- What a key was used for, with the facts from which its answer is rendered again.
CREATE TABLE idempotency (
    account_id    uuid   NOT NULL,
    key           text   NOT NULL,
    request       bytea  NOT NULL,
    payment_id    uuid,
    facts         text,
    created_at_ms bigint NOT NULL,
    PRIMARY KEY (account_id, key)
);

CREATE TABLE outbox (
    id             bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    aggregate      uuid    NOT NULL,
    version        bigint  NOT NULL,
    performance_id uuid    NOT NULL,
    kind           text    NOT NULL,
    seats          integer NOT NULL,
    at_ms          bigint  NOT NULL,
    sent           boolean NOT NULL DEFAULT false
);
CREATE INDEX outbox_unsent ON outbox (id) WHERE NOT sent;

-- The highest version of each aggregate that a consumer has counted.
CREATE TABLE inbox (
    aggregate uuid   PRIMARY KEY,
    version   bigint NOT NULL
);

CREATE TABLE sales_counters (
    performance_id uuid   PRIMARY KEY,
    orders_placed  bigint NOT NULL,
    orders_paid    bigint NOT NULL,
    orders_ended   bigint NOT NULL,
    seats_sold     bigint NOT NULL
);

-- Places an order in one round trip: key, rows, quota, claims in seat order, outbox. All or
-- nothing: a refusal is an exception, which undoes what came before it. SQLSTATEs: TK001 the key
-- was used for another request, TK002 the hold has an order, TK003 the buyer's limit, TK004 seats
-- are claimed (DETAIL lists them).
CREATE FUNCTION place_order(
    p_id uuid, p_performance uuid, p_account uuid, p_hold uuid, p_seats integer[], p_total bigint,
    p_currency text, p_expires_at bigint, p_payment uuid, p_line_number bigint,
    p_line_epoch integer, p_now bigint, p_limit integer, p_key text, p_request bytea, p_facts text
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    known idempotency%ROWTYPE;
    claimed integer;
    taken text;
BEGIN
    INSERT INTO idempotency (account_id, key, request, facts, created_at_ms)
        VALUES (p_account, p_key, p_request, p_facts, p_now) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        SELECT * INTO known FROM idempotency WHERE account_id = p_account AND key = p_key;
        IF known.request <> p_request OR known.facts IS NULL THEN
            RAISE EXCEPTION 'key' USING ERRCODE = 'TK001';
        END IF;
        RETURN known.facts;
    END IF;
    INSERT INTO orders (id, performance_id, account_id, hold_id, status, seats, total, currency,
            expires_at_ms, payment_id, version, line_number, line_epoch, created_at_ms)
        VALUES (p_id, p_performance, p_account, p_hold, 'pending_payment', p_seats, p_total,
            p_currency, p_expires_at, p_payment, 1, p_line_number, p_line_epoch, p_now)
        ON CONFLICT (hold_id) DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'hold' USING ERRCODE = 'TK002';
    END IF;
    INSERT INTO quotas AS quota (performance_id, account_id, seats, seat_limit)
        SELECT p_performance, p_account, cardinality(p_seats), p_limit
        WHERE cardinality(p_seats) <= p_limit
        ON CONFLICT (performance_id, account_id) DO UPDATE
            SET seats = quota.seats + excluded.seats, seat_limit = excluded.seat_limit
            WHERE quota.seats + excluded.seats <= excluded.seat_limit;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'limit' USING ERRCODE = 'TK003';
    END IF;
    INSERT INTO claims (performance_id, seat, order_id)
        SELECT p_performance, seat, p_id FROM unnest(p_seats) AS seat ORDER BY seat
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS claimed = ROW_COUNT;
    IF claimed < cardinality(p_seats) THEN
        SELECT string_agg(seat::text, ',') INTO taken FROM claims
            WHERE performance_id = p_performance AND seat = ANY (p_seats) AND order_id <> p_id;
        RAISE EXCEPTION 'seats' USING ERRCODE = 'TK004', DETAIL = coalesce(taken, '');
    END IF;
    INSERT INTO attempts (payment_id, order_id, status, look_at_ms)
        VALUES (p_payment, p_id, 'created', 0);
    INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
        VALUES (p_id, 1, p_performance, 'order_placed', cardinality(p_seats), p_now);
    RETURN p_facts;
END $$;
