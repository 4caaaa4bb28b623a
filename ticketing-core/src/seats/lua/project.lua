-- Makes the seats say what an order says; a version below the last applied is ignored.
-- ARGV[3] order, [4] version, [5] account, [6] its hold, [7] status, [8] seats as a JSON list,
-- [9] seats that it gave back, likewise
-- Returns {seats changed}
local order, version, account = ARGV[3], tonumber(ARGV[4]), ARGV[5]
local status, changed = tonumber(ARGV[7]), 0

local function take_back(seat)
  if redis.call('HGET', ORDERED_BY, seat) ~= order then return end
  redis.call('HDEL', ORDERED_BY, seat)
  add_count(account, -1)
  set_status(seat, FREE)
  changed = changed + 1
end

local function give(seat)
  local owner = redis.call('HGET', ORDERED_BY, seat)
  if owner and owner ~= order then return end
  if not owner then
    local holder = redis.call('HGET', HELD_BY, seat)
    if holder then drop_hold(holder) end
    redis.call('HSET', ORDERED_BY, seat, order)
    add_count(account, 1)
  end
  if status_of(seat) ~= status then
    set_status(seat, status)
    changed = changed + 1
  end
end

local applied = tonumber(redis.call('HGET', APPLIED, order) or 0)
if version < applied then return {'0'} end
redis.call('HSET', APPLIED, order, version)
if status ~= FREE then drop_hold(ARGV[6]) end
for _, seat in ipairs(cjson.decode(ARGV[9])) do take_back(seat) end
for _, seat in ipairs(cjson.decode(ARGV[8])) do
  if status == FREE then take_back(seat) else give(seat) end
end
return {tostring(changed)}
