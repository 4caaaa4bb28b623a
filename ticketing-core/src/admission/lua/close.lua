-- Ends the live sale for good: under this run of Redis, which is none, no script finds its epoch.
-- KEYS[1] guard
-- Returns its epoch, or false where there is none
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch then redis.call('HSET', KEYS[1], 'run_id', 'closed') end
return epoch
