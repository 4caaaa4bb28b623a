-- Houses in their time zone, productions, what is searched, lines of orders. A server of before
-- goes on beside this: every new column has a default or may be null, and no function that it calls
-- is gone.

ALTER TABLE venues ADD COLUMN time_zone text NOT NULL DEFAULT 'Asia/Seoul';

-- What performances of one work have in common.
CREATE TABLE productions (
    id           uuid    PRIMARY KEY,
    organizer_id uuid    NOT NULL,
    title        text    NOT NULL,
    description  text    NOT NULL,
    genre        text    NOT NULL,
    age_limit    integer NOT NULL
);

ALTER TABLE performances
    -- Null in rows of a server of before: the production has the performance's own id.
    ADD COLUMN production_id uuid,
    -- Title and description, and the genre, in the one folding that searches compare; null in rows
    -- of a server of before, until the next start of a newer one.
    ADD COLUMN search        text,
    ADD COLUMN genre_key     text,
    -- Until when it is worked on; null in rows of a server of before: a day after its start.
    ADD COLUMN runs_until_ms bigint;
INSERT INTO productions (id, organizer_id, title, description, genre, age_limit)
    SELECT id, organizer_id, title, description, genre, 0 FROM performances;
UPDATE performances SET production_id = id;

ALTER TABLE accounts
    -- The nickname without what the eye does not tell apart; null in rows of a server of before,
    -- and where two of those look the same.
    ADD COLUMN nickname_key text CONSTRAINT accounts_nickname_key_unique UNIQUE;

-- What an order is paid for, frozen in its hold; empty in rows of a server of before.
ALTER TABLE orders ADD COLUMN lines text NOT NULL DEFAULT '[]';

-- Places an order in one round trip: key, rows, quota, claims in seat order, outbox. All or
-- nothing: a refusal is an exception, which undoes what came before it. SQLSTATEs: TK001 the key
-- was used for another request, TK002 the hold has an order, TK003 the buyer's limit, TK004 seats
-- are claimed (DETAIL lists them). An order of nothing is paid at once: it has its tickets, and no
-- attempt.
CREATE FUNCTION place_order(
    p_id uuid, p_performance uuid, p_account uuid, p_hold uuid, p_seats integer[], p_total bigint,
    p_currency text, p_expires_at bigint, p_payment uuid, p_line_number bigint,
    p_line_epoch integer, p_now bigint, p_limit integer, p_key text, p_request bytea, p_facts text,
    p_lines text, p_tickets uuid[]
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    known_request bytea;
    known_facts text;
    claimed integer;
    taken text;
BEGIN
    INSERT INTO idempotency (account_id, key, request, facts, created_at_ms)
        VALUES (p_account, p_key, p_request, p_facts, p_now) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        SELECT request, facts INTO known_request, known_facts FROM idempotency
            WHERE account_id = p_account AND key = p_key;
        IF known_request <> p_request OR known_facts IS NULL THEN
            RAISE EXCEPTION 'key' USING ERRCODE = 'TK001';
        END IF;
        RETURN known_facts;
    END IF;
    INSERT INTO orders (id, performance_id, account_id, hold_id, status, seats, total, currency,
            expires_at_ms, payment_id, version, line_number, line_epoch, created_at_ms, lines)
        VALUES (p_id, p_performance, p_account, p_hold,
            CASE WHEN p_total = 0 THEN 'paid' ELSE 'pending_payment' END, p_seats, p_total,
            p_currency, p_expires_at, p_payment, CASE WHEN p_total = 0 THEN 2 ELSE 1 END,
            p_line_number, p_line_epoch, p_now, p_lines)
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
    INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
        VALUES (p_id, 1, p_performance, 'order_placed', cardinality(p_seats), p_now);
    IF p_total = 0 THEN
        INSERT INTO tickets (id, order_id, performance_id, seat)
            SELECT id, p_id, p_performance, seat
            FROM unnest(p_tickets, p_seats) AS ticket (id, seat);
        INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
            VALUES (p_id, 2, p_performance, 'order_paid', cardinality(p_seats), p_now);
    ELSE
        INSERT INTO attempts (payment_id, order_id, status, look_at_ms)
            VALUES (p_payment, p_id, 'created', 0);
    END IF;
    RETURN p_facts;
END $$;
