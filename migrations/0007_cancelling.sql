-- A buyer gives a paid order back, whole or in part, by terms that froze in it; what they keep stays with
-- the order. A server of before goes on beside this, as long as nothing is kept.

ALTER TABLE orders
    -- The rules of its performance when it was placed; nothing is kept without any.
    ADD COLUMN refund_terms  text   NOT NULL DEFAULT '[]',
    -- What was kept of seats that were given back.
    ADD COLUMN fees_kept     bigint NOT NULL DEFAULT 0 CHECK (fees_kept >= 0),
    -- Why its organizer gave seats of it back, the last time.
    ADD COLUMN cancel_reason text;
-- How often a ticket's code was replaced: only the present one lets anybody in.
ALTER TABLE tickets ADD COLUMN issue smallint NOT NULL DEFAULT 0;

-- An order with everything that happened to its money: what a decision about it is made from.
CREATE OR REPLACE VIEW dossiers AS
    SELECT orders.id, performance_id, account_id, hold_id, orders.status, seats, lines, total,
        currency, expires_at_ms, payment_id, cancel_wanted, version, line_number, line_epoch,
        created_at_ms,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('payment_id', one.payment_id,
                'status', one.status, 'look_at_ms', one.look_at_ms, 'captured', one.captured,
                'began_at_ms', one.began_at_ms, 'sent_at_ms', one.sent_at_ms, 'sends', one.sends,
                'changed_at_ms', one.changed_at_ms, 'looks', one.looks,
                'watched_until_ms', one.watched_until_ms) ORDER BY one.payment_id), '[]')
            FROM attempts AS one WHERE one.order_id = orders.id)::text AS attempts,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('id', one.id,
                'payment_id', one.payment_id, 'amount', one.amount, 'currency', one.currency,
                'done', one.done, 'status', one.status, 'elsewhere', one.elsewhere,
                'attempt', one.attempt, 'sent_at_ms', one.sent_at_ms,
                'cancellation', one.cancellation, 'looks', one.looks,
                'next_at_ms', one.next_at_ms, 'seats', one.seats) ORDER BY one.id), '[]')
            FROM refunds AS one WHERE one.order_id = orders.id)::text AS refunds,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('payment_id', one.payment_id,
                'reason', one.reason)), '[]')
            FROM attention AS one
            WHERE one.order_id = orders.id AND one.closed_at_ms IS NULL)::text AS attended,
        returned, payment_methods, refund_terms, fees_kept, cancel_reason
    FROM orders;

-- As before, with the terms.
CREATE FUNCTION place_order(
    p_id uuid, p_performance uuid, p_account uuid, p_hold uuid, p_seats integer[], p_total bigint,
    p_currency text, p_expires_at bigint, p_payment uuid, p_line_number bigint,
    p_line_epoch integer, p_now bigint, p_limit integer, p_key text, p_request bytea, p_facts text,
    p_lines text, p_tickets uuid[], p_announced_by bigint, p_methods text[],
    p_terms text
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
            expires_at_ms, payment_id, version, line_number, line_epoch, created_at_ms, lines,
            payment_methods, refund_terms)
        VALUES (p_id, p_performance, p_account, p_hold,
            CASE WHEN p_total = 0 THEN 'paid' ELSE 'pending_payment' END, p_seats, p_total,
            p_currency, p_expires_at, p_payment, CASE WHEN p_total = 0 THEN 2 ELSE 1 END,
            p_line_number, p_line_epoch, p_now, p_lines, p_methods, p_terms)
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
            VALUES (p_payment, p_id, 'created', p_announced_by);
    END IF;
    RETURN p_facts;
END $$;

-- As before, with what is kept and why; 'void_unused' is refused where somebody came in with a ticket:
-- whoever comes in meanwhile waits for the ticket's row and finds it void.
CREATE FUNCTION change_order(
    p_order uuid, p_seen bigint, p_performance uuid, p_account uuid, p_seats integer[],
    p_returned integer[], p_status text, p_payment uuid, p_cancel_wanted boolean,
    p_claims text, p_tickets text, p_ticket_ids uuid[], p_attempts text, p_refunds text, p_events text,
    p_attention text, p_closed uuid[], p_key_account uuid, p_key text, p_request bytea, p_key_payment uuid,
    p_facts text, p_token text, p_now bigint, p_fees_kept bigint, p_cancel_reason text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    claimed integer;
    taken text;
BEGIN
    UPDATE orders
        SET status = p_status, version = p_seen + 1, payment_id = p_payment,
            cancel_wanted = p_cancel_wanted, returned = p_returned,
            fees_kept = p_fees_kept, cancel_reason = p_cancel_reason
        WHERE id = p_order AND version = p_seen;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'version' USING ERRCODE = 'TK005';
    END IF;
    IF p_key IS NOT NULL THEN
        INSERT INTO idempotency (account_id, key, request, payment_id, facts, created_at_ms)
            VALUES (p_key_account, p_key, p_request, p_key_payment, p_facts, p_now)
            ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'key' USING ERRCODE = 'TK001';
        END IF;
    END IF;
    IF p_claims = 'claim' THEN
        UPDATE quotas SET seats = seats + cardinality(p_seats)
            WHERE performance_id = p_performance AND account_id = p_account
                AND seats + cardinality(p_seats) <= seat_limit;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'limit' USING ERRCODE = 'TK003';
        END IF;
        INSERT INTO claims (performance_id, seat, order_id)
            SELECT p_performance, seat, p_order FROM unnest(p_seats) AS seat ORDER BY seat
            ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS claimed = ROW_COUNT;
        IF claimed < cardinality(p_seats) THEN
            SELECT string_agg(seat::text, ',') INTO taken FROM claims
                WHERE performance_id = p_performance AND seat = ANY (p_seats)
                    AND order_id <> p_order;
            RAISE EXCEPTION 'seats' USING ERRCODE = 'TK004', DETAIL = coalesce(taken, '');
        END IF;
    ELSIF p_claims = 'give_up' THEN
        UPDATE quotas SET seats = greatest(seats - cardinality(p_seats), 0)
            WHERE performance_id = p_performance AND account_id = p_account;
        DELETE FROM claims WHERE order_id = p_order AND performance_id = p_performance
            AND seat = ANY (p_seats);
    END IF;
    IF p_tickets = 'make' THEN
        INSERT INTO tickets (id, order_id, performance_id, seat)
            SELECT id, p_order, p_performance, seat
            FROM unnest(p_ticket_ids, p_seats) AS ticket (id, seat)
            ON CONFLICT DO NOTHING;
    ELSIF p_tickets IN ('void', 'void_unused') THEN
        UPDATE tickets SET void = true WHERE order_id = p_order AND seat = ANY (p_seats);
        IF p_tickets = 'void_unused' THEN
            SELECT string_agg(seat::text, ',' ORDER BY seat) INTO taken FROM tickets
                WHERE order_id = p_order AND seat = ANY (p_seats) AND used;
            IF taken IS NOT NULL THEN
                RAISE EXCEPTION 'used' USING ERRCODE = 'TK006', DETAIL = taken;
            END IF;
        END IF;
    END IF;
    IF p_attempts <> '[]' THEN
        INSERT INTO attempts AS known (payment_id, order_id, status, token, look_at_ms, captured,
                began_at_ms, sent_at_ms, sends, changed_at_ms, looks, watched_until_ms)
            SELECT payment_id, p_order, status,
                CASE WHEN status IN ('confirming', 'unknown') THEN p_token END,
                coalesce(look_at_ms, 0), captured, began_at_ms, sent_at_ms, sends, changed_at_ms, looks,
                watched_until_ms
            FROM jsonb_to_recordset(p_attempts::jsonb) AS attempt (payment_id uuid, status text,
                look_at_ms bigint, captured bigint, began_at_ms bigint, sent_at_ms bigint,
                sends integer, changed_at_ms bigint, looks integer, watched_until_ms bigint)
            ON CONFLICT (payment_id) DO UPDATE
                SET status = excluded.status, look_at_ms = excluded.look_at_ms,
                    captured = excluded.captured, began_at_ms = excluded.began_at_ms,
                    sent_at_ms = excluded.sent_at_ms, sends = excluded.sends,
                    changed_at_ms = excluded.changed_at_ms, looks = excluded.looks,
                    watched_until_ms = excluded.watched_until_ms,
                    token = CASE WHEN excluded.status IN ('confirming', 'unknown')
                        THEN coalesce(excluded.token, known.token) END;
    END IF;
    IF p_refunds <> '[]' THEN
        INSERT INTO refunds (id, payment_id, order_id, amount, currency, done, next_at_ms, status,
                elsewhere, attempt, sent_at_ms, cancellation, looks, seats)
            SELECT id, payment_id, p_order, amount, currency, status = 'done',
                coalesce(next_at_ms, 0), status, elsewhere, attempt, sent_at_ms, cancellation,
                looks, seats
            FROM jsonb_to_recordset(p_refunds::jsonb) AS refund (id uuid, payment_id uuid,
                amount bigint, currency text, status text, elsewhere boolean, attempt integer,
                sent_at_ms bigint, cancellation text, looks integer, next_at_ms bigint,
                seats integer[])
            ON CONFLICT (id) DO UPDATE
                SET amount = excluded.amount, done = excluded.done,
                    next_at_ms = excluded.next_at_ms, status = excluded.status,
                    attempt = excluded.attempt, sent_at_ms = excluded.sent_at_ms,
                    cancellation = excluded.cancellation, looks = excluded.looks;
    END IF;
    IF p_events <> '[]' THEN
        INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
            SELECT p_order, version, p_performance, kind, cardinality(p_seats), p_now
            FROM jsonb_to_recordset(p_events::jsonb) AS event (kind text, version bigint)
            ORDER BY version;
    END IF;
    IF p_attention <> '[]' THEN
        INSERT INTO attention (id, payment_id, order_id, reason, detail, since_ms)
            SELECT id, payment_id, p_order, reason, detail, p_now
            FROM jsonb_to_recordset(p_attention::jsonb) AS matter (id uuid, payment_id uuid,
                reason text, detail text)
            ON CONFLICT (id) DO UPDATE SET closed_at_ms = NULL;
    END IF;
    IF cardinality(p_closed) > 0 THEN
        UPDATE attention SET closed_at_ms = p_now WHERE id = ANY (p_closed);
    END IF;
END $$;
