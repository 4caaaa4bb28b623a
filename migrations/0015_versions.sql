-- What happens to performances and accounts is told: each change makes another version.
ALTER TABLE performances ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN version bigint NOT NULL DEFAULT 1;
