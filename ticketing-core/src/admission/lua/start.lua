-- Begins a line in a new epoch, in steps that each check the first: if Redis is wiped in between,
-- the rest finds no beginning and the repair starts over. ARGV[3] the repair's own mark
-- Then by ARGV[4]:
-- 'line', ceiling, head, gap's first number, resume at, places (or ''), opened, totals ..
-- 'inside', number, account, until, ..   'done', number, ..   'revoked', account, ..
-- 'earlier', bitmap
local what = ARGV[4]
if what == 'line' then
  for key = 2, 10 do redis.call('DEL', KEYS[key]) end
  redis.call('HSET', LINE, 'repair', ARGV[3], 'last', ARGV[5], 'ceiling', ARGV[5],
    'floor', ARGV[5], 'head', ARGV[6], 'gap_from', ARGV[7], 'resume_at', ARGV[8],
    'opened', ARGV[10], 'admitted_total', ARGV[11], 'max_inside', ARGV[12],
    'lapsed_total', ARGV[13], 'expired_total', ARGV[14], 'left_total', ARGV[15])
  if ARGV[9] ~= '' then redis.call('HSET', LINE, 'places', ARGV[9]) end
  return {}
end
if redis.call('HGET', LINE, 'repair') ~= ARGV[3] then
  return redis.error_reply('STALE the line that was being repaired is gone')
end
if what == 'inside' then
  for at = 5, #ARGV, 3 do
    redis.call('ZADD', ADMITTED, ARGV[at + 2], ARGV[at])
    redis.call('HSET', TURNS, ARGV[at], '0 ' .. ARGV[at + 1])
    redis.call('HSET', KEYS[11 + (at - 5) / 3], ARGV[at + 1], ARGV[at])
    redis.call('EXPIRE', KEYS[11 + (at - 5) / 3], KEPT)
  end
elseif what == 'done' then
  for at = 5, #ARGV do redis.call('HSET', ENDED, ARGV[at], 'D') end
elseif what == 'revoked' then
  for at = 5, #ARGV do redis.call('HSET', ENDED, ARGV[at], 'V') end
elseif what == 'earlier' then
  redis.call('SET', EARLIER, ARGV[5])
end
return {}
