-- The ranking that is shared, if there is one.
-- KEYS[1] the ranking
return redis.call('HGET', KEYS[1], 'ranking')
