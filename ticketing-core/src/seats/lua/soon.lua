-- How many seats are on hold whose time is over soon. ARGV[3] now, [4] by then, [5] holds at most
-- Returns {seats}
local seats = 0
local holds = redis.call('ZRANGEBYSCORE', GIVEN_AT, ARGV[3], ARGV[4], 'LIMIT', 0, ARGV[5])
for _, id in ipairs(holds) do seats = seats + #hold_of(id).s end
return {tostring(seats)}
