-- Files of pictures. An id is of one file for ever; of a hash there is one at most that is not going.
CREATE TABLE pictures (
    id            uuid PRIMARY KEY,
    hash          text NOT NULL,
    touched_at_ms bigint NOT NULL,
    is_going      boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX pictures_hash ON pictures (hash) WHERE NOT is_going;

-- What a production shows, in each size. A file that is shown cannot be forgotten.
CREATE TABLE posters (
    production_id uuid NOT NULL,
    size          smallint NOT NULL,
    picture_id    uuid NOT NULL REFERENCES pictures,
    PRIMARY KEY (production_id, size)
);
CREATE INDEX posters_picture ON posters (picture_id);
