-- Ends the live sale for good: it is laid out as no server knows, so that no script runs in its epoch and
-- nobody repairs it, servers of before neither.
-- KEYS[1] guard. ARGV[1] kept for (s)
-- Returns its epoch, or false where there never was any
local epoch = redis.call('HGET', KEYS[1], 'epoch')
redis.call('HSET', KEYS[1], 'layout', '0')
redis.call('EXPIRE', KEYS[1], ARGV[1])
return epoch
