-- The waiting line's durable half: the draw, the journal of admissions, what was revoked, and who
-- changed what about a performance.

ALTER TABLE performances
    -- From when a place can be taken: the on-sale time, less the pre-queue.
    ADD COLUMN joins_from_ms bigint NOT NULL DEFAULT 0,
    ADD COLUMN line_control  text   NOT NULL DEFAULT '{"mode":"open","message":null,"paces":[]}';
UPDATE performances SET joins_from_ms = on_sale_at_ms;
DROP INDEX performances_on_sale;
CREATE INDEX performances_running ON performances (starts_at_ms, joins_from_ms);

-- How far a line had come a moment ago: where a repair begins. `gaps` are the runs of numbers that
-- were never given out because an epoch ended below its ceiling: from, to, from, to, ..
ALTER TABLE lines
    ADD COLUMN head   bigint   NOT NULL DEFAULT 0,
    ADD COLUMN seen   bigint   NOT NULL DEFAULT 0,
    ADD COLUMN totals text     NOT NULL DEFAULT '{}',
    ADD COLUMN gaps   bigint[] NOT NULL DEFAULT '{}';

-- One draw per performance with a pre-queue. Every step is taken once: the seed, then the number
-- of places, then the public entropy where a source was named, then the opening.
CREATE TABLE draws (
    performance_id uuid    PRIMARY KEY,
    algorithm      integer NOT NULL,
    seed           bytea   NOT NULL CHECK (octet_length(seed) = 32),
    entropy_source text,
    places         bigint,
    frozen_at_ms   bigint,
    entropy        text,
    opened_at_ms   bigint,
    CHECK (opened_at_ms IS NULL OR places IS NOT NULL),
    CHECK (entropy IS NULL OR places IS NOT NULL)
);

-- The journal of admissions, written ahead of every turn: a row per tick. Until `until_ms` its
-- turns and the passes that come of them may be inside.
CREATE TABLE admissions (
    performance_id uuid     NOT NULL,
    epoch          integer  NOT NULL,
    tick           bigint   NOT NULL,
    numbers        bigint[] NOT NULL,
    accounts       uuid[]   NOT NULL CHECK (cardinality(accounts) = cardinality(numbers)),
    until_ms       bigint   NOT NULL,
    PRIMARY KEY (performance_id, epoch, tick)
);

-- Places that were taken away: an account stays out of the line for good.
CREATE TABLE revocations (
    performance_id uuid   NOT NULL,
    account_id     uuid   NOT NULL,
    at_ms          bigint NOT NULL,
    PRIMARY KEY (performance_id, account_id)
);

CREATE TABLE performance_audit (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    performance_id uuid   NOT NULL,
    at_ms          bigint NOT NULL,
    account_id     uuid   NOT NULL,
    action         text   NOT NULL,
    detail         text   NOT NULL
);
CREATE INDEX performance_audit_performance ON performance_audit (performance_id, id);

-- A repair asks which places are done.
CREATE INDEX orders_paid_places ON orders (performance_id, line_number) WHERE status = 'paid';
