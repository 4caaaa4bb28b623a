-- Shares a ranking, unless a newer one is there.
-- KEYS[1] the ranking. ARGV[1] when it was made (ms), [2] it, [3] kept for (ms)
-- Returns 1 where it was taken
local known = tonumber(redis.call('HGET', KEYS[1], 'at') or '-1')
if known > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'at', ARGV[1], 'ranking', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
