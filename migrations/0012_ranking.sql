-- What each order counts for in the ranking: seats that cost something and are paid, on the day when they
-- were ordered. Written with what it adds up to, by the order's version, so that an event that comes
-- twice, or late, changes nothing.
CREATE TABLE sold_orders (
    order_id uuid PRIMARY KEY,
    performance_id uuid NOT NULL,
    version bigint NOT NULL,
    seats integer NOT NULL
);

CREATE INDEX sold_orders_performance ON sold_orders (performance_id);

CREATE TABLE sold_seats (
    performance_id uuid PRIMARY KEY,
    seats bigint NOT NULL
);

CREATE TABLE sold_days (
    performance_id uuid NOT NULL,
    -- Days since the Unix epoch.
    day integer NOT NULL,
    seats bigint NOT NULL,
    PRIMARY KEY (performance_id, day) INCLUDE (seats)
);

-- Old days go.
CREATE INDEX sold_days_by_day ON sold_days (day);
