-- What happened at the door. A scan's id follows from performance, device, nonce and code: a repeat is the
-- same row. `tickets.used` stays what cancelling asks: whether somebody came in.
CREATE TABLE scans (
    id              uuid    PRIMARY KEY,
    performance_id  uuid    NOT NULL,
    -- None where a device let somebody in with what is no ticket here.
    ticket_id       uuid,
    seat            integer,
    device          text    NOT NULL,
    gate            text,
    direction       text    NOT NULL CHECK (direction IN ('in', 'out')),
    at_ms           bigint  NOT NULL,
    recorded_at_ms  bigint  NOT NULL,
    verdict         text    NOT NULL,
    uploaded        boolean NOT NULL,
    conflict        text,
    annulled_at_ms  bigint,
    annul_reason    text,
    annulled_by     uuid
);
CREATE INDEX scans_ticket ON scans (ticket_id);
CREATE INDEX scans_performance ON scans (performance_id, recorded_at_ms, id);
CREATE INDEX scans_conflicts ON scans (performance_id, recorded_at_ms, id)
    WHERE conflict IS NOT NULL AND annulled_at_ms IS NULL;
-- A ticket by what its code says, whatever became of its order.
CREATE INDEX tickets_seat ON tickets (performance_id, seat);
