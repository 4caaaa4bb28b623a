-- Tells the chosen of a tick that it is their turn: they stand in the journal. Those who left
-- meanwhile are not among them any more. ARGV[3] tick, [4] turns can be claimed until
if redis.call('HGET', LINE, 'pending') == '1' and line_number('tick') == tonumber(ARGV[3]) then
  for _, number in ipairs(redis.call('ZRANGE', CHOSEN, 0, -1)) do
    redis.call('ZADD', READY, ARGV[4], number)
  end
  redis.call('DEL', CHOSEN)
  redis.call('HSET', LINE, 'pending', '0')
end
return {}
