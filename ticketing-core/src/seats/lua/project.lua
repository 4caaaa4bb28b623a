-- Makes the seats say what an order says; a version below the last applied is ignored.
-- ARGV[3] order, [4] version, [5] account, [6] its hold, [7] status, [8] seats as a JSON list
-- Returns {seats changed}
local order, version, account = ARGV[3], tonumber(ARGV[4]), ARGV[5]
local status, changed = tonumber(ARGV[7]), 0
local applied = tonumber(redis.call('HGET', APPLIED, order) or 0)
if version < applied then return {'0'} end
redis.call('HSET', APPLIED, order, version)
if status ~= FREE then drop_hold(ARGV[6]) end
for _, seat in ipairs(cjson.decode(ARGV[8])) do
  local owner = redis.call('HGET', ORDERED_BY, seat)
  if status == FREE then
    if owner == order then
      redis.call('HDEL', ORDERED_BY, seat)
      add_count(account, -1)
      set_status(seat, FREE)
      changed = changed + 1
    end
  elseif not owner or owner == order then
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
end
return {tostring(changed)}
