-- From here others get the hold's seats only after its deadline plus the order's grace, fixed the
-- first time. ARGV[3] now, [4] account, [5] hold, [6] order's grace
-- Returns {answer, given at} or {} when the hold is not live or not the buyer's
local hold = hold_of(ARGV[5])
if not hold or hold.a ~= ARGV[4] or tonumber(ARGV[3]) >= hold.e then return {} end
local given_at = hold.e + tonumber(ARGV[6])
if hold.b == 0 then
  hold.b = 1
  redis.call('HSET', HOLDS, ARGV[5], cjson.encode(hold))
  redis.call('ZADD', GIVEN_AT, given_at, ARGV[5])
end
return {hold.h, string.format('%.0f', given_at)}
