-- Frees holds whose time is over. ARGV[3] now, [4] at most, [5] keys kept for (s)
-- Returns {holds freed}
for key = 12, 19 do redis.call('EXPIRE', KEYS[key], ARGV[5]) end
local over = redis.call('ZRANGEBYSCORE', GIVEN_AT, '-inf', ARGV[3], 'LIMIT', 0, ARGV[4])
for _, id in ipairs(over) do drop_hold(id) end
return {tostring(#over)}
