-- All seats or none. KEYS[20] the request's key.
-- ARGV[3] now, [4] account, [5] place's number, [6] hold, [7] deadline, [8] given at, [9] limit,
-- [10] request's hash, [11] answer, [12] seats as a JSON list, [13] key kept for (ms),
-- [14] account as the line knows it, [15] the pass's end
-- Returns {"HELD", answer}, {"REUSED"}, {"NO_PASS"}, {"LIMIT"} or {"TAKEN", seat, ..}
local now, account, id = tonumber(ARGV[3]), ARGV[4], ARGV[6]
local first = redis.call('HMGET', KEYS[20], 'request', 'answer')
if first[1] then
  if first[1] ~= ARGV[10] then return {'REUSED'} end
  return {'HELD', first[2]}
end
if not has_live_pass(ARGV[14], tonumber(ARGV[5]), tonumber(ARGV[15]), now) then return {'NO_PASS'} end
local seats = cjson.decode(ARGV[12])
for _, seat in ipairs(seats) do
  local holder = redis.call('HGET', HELD_BY, seat)
  if holder then
    local given_at = redis.call('ZSCORE', GIVEN_AT, holder)
    if given_at and tonumber(given_at) <= now then drop_hold(holder) end
  end
end
local count = tonumber(redis.call('HGET', COUNTS, account) or 0)
if count + #seats > tonumber(ARGV[9]) then return {'LIMIT'} end
local taken = {'TAKEN'}
for _, seat in ipairs(seats) do
  if status_of(seat) ~= FREE then taken[#taken + 1] = tostring(seat) end
end
if #taken > 1 then return taken end
for _, seat in ipairs(seats) do
  set_status(seat, HELD)
  redis.call('HSET', HELD_BY, seat, id)
end
add_count(account, #seats)
local facts = {a = account, s = seats, e = tonumber(ARGV[7]), b = 0, h = ARGV[11]}
redis.call('HSET', HOLDS, id, cjson.encode(facts))
redis.call('ZADD', GIVEN_AT, ARGV[8], id)
redis.call('HSET', KEYS[20], 'request', ARGV[10], 'answer', ARGV[11])
redis.call('PEXPIRE', KEYS[20], ARGV[13])
return {'HELD', ARGV[11]}
