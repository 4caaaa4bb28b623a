-- Events that a consumer could not react to: aside from its stream, which goes on. For one that needs
-- each event, the later ones of the aggregate wait here too.
CREATE TABLE parked_events (
    id uuid PRIMARY KEY,
    consumer text NOT NULL,
    aggregate uuid NOT NULL,
    version bigint NOT NULL,
    event_id bigint NOT NULL,
    performance_id uuid NOT NULL,
    kind text NOT NULL,
    seats integer NOT NULL,
    at_ms bigint NOT NULL,
    -- Null while it only waits behind an older one.
    reason text,
    tries integer NOT NULL,
    since_ms bigint NOT NULL,
    -- Null: a person has to look.
    next_at_ms bigint,
    UNIQUE (consumer, aggregate, version)
);
CREATE INDEX parked_events_due ON parked_events (next_at_ms) WHERE next_at_ms IS NOT NULL;
CREATE INDEX parked_events_list ON parked_events (since_ms, id);
