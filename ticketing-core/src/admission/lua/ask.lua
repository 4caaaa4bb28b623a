-- Says where a place stands; a waiting one is present from now on, a ready one claims its turn.
-- ARGV[3] account, [4] now, [5] near zone, [6] number (0: of an older epoch), [7] lease in ms
local account, now, near_zone = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local number, lease = tonumber(ARGV[6]), tonumber(ARGV[7])
if number == 0 or tonumber(redis.call('HGET', BUCKET, account) or 0) ~= number then
  return standing('Q', number)
end
local state = state_of(number)
if state == 'W' then
  mark_present(number, near_zone, now)
elseif state == 'R' then
  local deadline = tonumber(redis.call('ZSCORE', READY, number))
  redis.call('ZREM', READY, number)
  if now < deadline then
    redis.call('ZADD', ADMITTED, now + lease, number)
    redis.call('HINCRBY', LINE, 'admitted_total', 1)
    state = 'A'
  else
    end_place(number, 'L', 'lapsed_total')
    state = 'L'
  end
elseif state == 'A' and now >= tonumber(redis.call('ZSCORE', ADMITTED, number)) then
  local expired = standing('E', number)
  expired[3] = '0'
  return expired
end
return standing(state, number)
