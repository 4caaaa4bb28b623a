-- Ends what is past its grace and chooses who gets the free slots: the smallest present ranks.
-- They count as inside from here on; nobody is told before they stand in the journal.
-- ARGV[3] now, [4] interval, [5] grace, [6] present for, [7] admit up to, [8] numbers per tick,
-- [9] lease in ms, [10] rate per minute (0: none), [11] rate's burst, [12] drawn,
-- [13] held back until
-- Returns {{ran}, watermark, {tick, lease, number, account, ..} of who is chosen, or {}}
local now, grace = tonumber(ARGV[3]), tonumber(ARGV[5])
local function answer(ran)
  if redis.call('HGET', LINE, 'pending') ~= '1' then return {{ran}, watermark(), {}} end
  local chosen = {tostring(line_number('tick')), redis.call('HGET', LINE, 'lease')}
  for _, number in ipairs(redis.call('ZRANGE', CHOSEN, 0, -1)) do
    chosen[#chosen + 1] = number
    chosen[#chosen + 1] = string.match(redis.call('HGET', TURNS, number), '^%d+ (.*)$')
  end
  return {{ran}, watermark(), chosen}
end
local elapsed = now - line_number('last_tick')
if redis.call('HGET', LINE, 'pending') == '1' or elapsed < tonumber(ARGV[4]) then
  return answer('0')
end
local resume_at = math.max(line_number('resume_at'), tonumber(ARGV[13]))
redis.call('HSET', LINE, 'last_tick', ARGV[3], 'resume_at', string.format('%.0f', resume_at))
for key = 2, 10 do redis.call('EXPIRE', KEYS[key], KEPT) end
for _, number in ipairs(redis.call('ZRANGEBYSCORE', READY, '-inf', now - grace)) do
  redis.call('ZREM', READY, number)
  end_place(number, 'L', 'lapsed_total')
end
for _, number in ipairs(redis.call('ZRANGEBYSCORE', ADMITTED, '-inf', now - grace)) do
  redis.call('ZREM', ADMITTED, number)
  end_place(number, 'E', 'expired_total')
end
if now < resume_at then return answer('1') end
if ARGV[12] == '1' and redis.call('HGET', LINE, 'opened') ~= '1' then return answer('1') end
local slots, rate = math.max(0, tonumber(ARGV[7]) - inside()), tonumber(ARGV[10])
if rate > 0 then
  local credit = math.min(line_number('credit') + rate * elapsed / 60000, tonumber(ARGV[11]))
  slots = math.min(slots, math.floor(credit))
  redis.call('HSET', LINE, 'credit', tostring(credit))
end
local head, chosen = line_number('head'), 0
local reach = math.min(head + tonumber(ARGV[8]), line_number('last'))
while chosen < slots do
  local first = redis.call('ZRANGEBYSCORE', PRESENT, '-inf', reach, 'WITHSCORES', 'LIMIT', 0, 1)
  if not first[1] then
    head = math.max(head, reach)
    break
  end
  local asked = redis.call('HGET', ASKED, first[1]) or '0 '
  forget_present(first[1])
  local at, account = string.match(asked, '^(%d+) (.*)$')
  if now - tonumber(at) <= tonumber(ARGV[6]) then
    head, chosen = math.max(head, tonumber(first[2])), chosen + 1
    redis.call('ZADD', CHOSEN, first[2], first[1])
    redis.call('HSET', TURNS, first[1], ARGV[9] .. ' ' .. account)
  end
end
if chosen > 0 then
  redis.call('HINCRBY', LINE, 'tick', 1)
  redis.call('HSET', LINE, 'pending', '1', 'lease', ARGV[9])
end
redis.call('HSET', LINE, 'head', head, 'max_inside', math.max(line_number('max_inside'), inside()))
if rate > 0 then redis.call('HINCRBYFLOAT', LINE, 'credit', -chosen) end
return answer('1')
