-- A first page of a production's reviews, if it is kept.
-- KEYS[1] the production's pages. ARGV[1] which page
return redis.call('HGET', KEYS[1], ARGV[1])
