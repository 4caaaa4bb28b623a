-- Ends what is past its grace and gives the free slots to the smallest present numbers.
-- ARGV[3] now, [4] interval, [5] grace, [6] present for, [7] capacity, [8] numbers per tick,
-- [9] turn's length, [10] rate per minute (0: none), [11] rate's burst, [12] keys kept for (s)
-- Returns {ran, turns given, head, last, admitted in all, inside}
local now, grace, capacity = tonumber(ARGV[3]), tonumber(ARGV[5]), tonumber(ARGV[7])
local function answer(ran, given)
  local mark = standing('W', 0)
  return {ran, tostring(given), mark[4], mark[5], mark[6], mark[7]}
end
local elapsed = now - line_number('last_tick')
if elapsed < tonumber(ARGV[4]) then return answer('0', 0) end
redis.call('HSET', LINE, 'last_tick', now)
for key = 2, 7 do redis.call('EXPIRE', KEYS[key], ARGV[12]) end
for _, number in ipairs(redis.call('ZRANGEBYSCORE', READY, '-inf', now - grace)) do
  redis.call('ZREM', READY, number)
  end_place(number, 'L', 'lapsed_total')
end
for _, number in ipairs(redis.call('ZRANGEBYSCORE', ADMITTED, '-inf', now - grace)) do
  redis.call('ZREM', ADMITTED, number)
  end_place(number, 'E', 'expired_total')
end
if now < line_number('resume_at') then return answer('1', 0) end
local slots = math.max(0, capacity - inside())
local rate = tonumber(ARGV[10])
if rate > 0 then
  local credit = math.min(line_number('credit') + rate * elapsed / 60000, tonumber(ARGV[11]))
  slots = math.min(slots, math.floor(credit))
  redis.call('HSET', LINE, 'credit', tostring(credit))
end
local head = line_number('head')
local reach, given = math.min(head + tonumber(ARGV[8]), line_number('last')), 0
while given < slots do
  local number = tonumber(redis.call('ZRANGEBYSCORE', PRESENT, '-inf', reach, 'LIMIT', 0, 1)[1])
  if not number then break end
  local asked = tonumber(redis.call('HGET', ASKED, number) or 0)
  forget_present(number)
  if now - asked <= tonumber(ARGV[6]) then
    redis.call('ZADD', READY, now + tonumber(ARGV[9]), number)
    head, given = math.max(head, number), given + 1
  end
end
if given < slots then head = reach end
redis.call('HSET', LINE, 'head', head, 'max_inside', math.max(line_number('max_inside'), inside()))
if rate > 0 then redis.call('HINCRBYFLOAT', LINE, 'credit', -given) end
return answer('1', given)
