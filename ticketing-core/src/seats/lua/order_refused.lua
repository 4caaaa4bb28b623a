-- The order that was begun was refused: the hold is its buyer's again. ARGV[3] hold, [4] grace
local hold = hold_of(ARGV[3])
if hold then
  hold.b = 0
  redis.call('HSET', HOLDS, ARGV[3], cjson.encode(hold))
  redis.call('ZADD', GIVEN_AT, hold.e + tonumber(ARGV[4]), ARGV[3])
end
return {}
