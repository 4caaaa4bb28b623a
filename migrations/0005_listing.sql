-- How far the provider's listing of what moved money was read, by whichever process takes it.
CREATE TABLE provider_listing (
    only_one       boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    since_ms       bigint  NOT NULL,
    cursor         text,
    tries          integer NOT NULL,
    taken_until_ms bigint  NOT NULL
);
