-- How far a performance is that does not take place, by what its details say, whichever version of the
-- server wrote them.
ALTER TABLE performances
    ADD COLUMN is_cancelled boolean NOT NULL GENERATED ALWAYS AS
        (details LIKE '%"cancelled_at":"%') STORED,
    ADD COLUMN is_closed boolean NOT NULL GENERATED ALWAYS AS
        (details LIKE '%"closed_at":"%') STORED,
    ADD COLUMN is_cleared boolean NOT NULL GENERATED ALWAYS AS
        (details LIKE '%"cleared_at":"%') STORED;
CREATE INDEX performances_to_clear ON performances (id) WHERE is_cancelled AND NOT is_cleared;
CREATE INDEX performances_production ON performances (coalesce(production_id, id));
