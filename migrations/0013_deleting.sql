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

-- A venue that a performance is in stays, and a performance is in a venue that is there. Rows of before
-- are not looked at.
ALTER TABLE performances
    ADD COLUMN venue_id uuid GENERATED ALWAYS AS
        (substring(details FROM '"venue_id":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')::uuid) STORED;
ALTER TABLE performances
    ADD CONSTRAINT performances_venue FOREIGN KEY (venue_id) REFERENCES venues (id) NOT VALID;
CREATE INDEX performances_venue ON performances (venue_id);

-- Who else than its owner sells in a venue.
CREATE TABLE venue_sellers (
    venue_id   uuid NOT NULL REFERENCES venues ON DELETE CASCADE,
    account_id uuid NOT NULL,
    PRIMARY KEY (venue_id, account_id)
);
