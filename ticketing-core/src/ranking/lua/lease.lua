-- Takes the making of the ranking for a while, unless somebody has it.
-- KEYS[1] the lease. ARGV[1] now, [2] until when, [3] kept for (ms)
-- Returns 1 where it was taken
local taken_until = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) < taken_until then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
