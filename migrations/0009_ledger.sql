-- The ledger of a performance: money that moved. Rows are only inserted, in the step that they follow from.
CREATE TABLE movements (
    id             uuid   PRIMARY KEY,
    performance_id uuid   NOT NULL,
    order_id       uuid   NOT NULL,
    payment_id     uuid   NOT NULL,
    kind           text   NOT NULL,
    -- Above zero what came in, below what went back.
    amount         bigint NOT NULL,
    currency       text   NOT NULL,
    at_ms          bigint NOT NULL
);
CREATE INDEX movements_performance ON movements (performance_id, at_ms, id);

-- What had moved before there was a ledger, at the time that comes closest.
INSERT INTO movements (id, performance_id, order_id, payment_id, kind, amount, currency, at_ms)
    SELECT md5('capture ' || attempts.payment_id)::uuid, performance_id, orders.id, attempts.payment_id,
        'capture', captured, currency, coalesce(sent_at_ms, began_at_ms, created_at_ms)
    FROM attempts JOIN orders ON orders.id = attempts.order_id WHERE captured <> 0
    UNION ALL
    SELECT md5('refund ' || refunds.id)::uuid, performance_id, orders.id, refunds.payment_id,
        CASE WHEN elsewhere AND EXISTS (SELECT FROM attention
            WHERE attention.payment_id = refunds.payment_id AND reason = 'disputed')
            THEN 'dispute' ELSE 'refund' END,
        -refunds.amount, orders.currency,
        -- Not before its capture.
        greatest(coalesce(refunds.sent_at_ms, changed_at_ms, created_at_ms),
            coalesce(attempts.sent_at_ms, began_at_ms, created_at_ms))
    FROM refunds JOIN orders ON orders.id = refunds.order_id
        JOIN attempts ON attempts.payment_id = refunds.payment_id
    WHERE refunds.done AND refunds.amount <> 0;

-- As before, with what of its money moved.
CREATE FUNCTION change_order(
    p_order uuid, p_seen bigint, p_performance uuid, p_account uuid, p_seats integer[],
    p_returned integer[], p_status text, p_payment uuid, p_cancel_wanted boolean,
    p_claims text, p_tickets text, p_ticket_ids uuid[], p_attempts text, p_refunds text, p_events text,
    p_attention text, p_closed uuid[], p_key_account uuid, p_key text, p_request bytea, p_key_payment uuid,
    p_facts text, p_token text, p_now bigint, p_fees_kept bigint, p_cancel_reason text, p_movements text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change_order($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
        $19, $20, $21, $22, $23, $24, $25, $26);
    IF p_movements <> '[]' THEN
        INSERT INTO movements (id, performance_id, order_id, payment_id, kind, amount, currency, at_ms)
            SELECT id, p_performance, p_order, payment_id, kind, amount, currency, p_now
            FROM jsonb_to_recordset(p_movements::jsonb) AS moved (id uuid, payment_id uuid, kind text,
                amount bigint, currency text);
    END IF;
END $$;
