-- Who is present, and whose place it is; for the scripts that join and ask.

-- Someone beyond the near zone cannot be reached before it asks again, and is not kept.
local function mark_present(number, account, rank, near_zone, now)
  if rank <= line_number('head') + near_zone and not redis.call('ZSCORE', CHOSEN, number) then
    redis.call('ZADD', PRESENT, rank, number)
    redis.call('HSET', ASKED, number, now .. ' ' .. account)
  end
end

-- Enters an account with a number.
local function enter(bucket, account, number)
  redis.call('HSET', bucket, account, number)
  redis.call('EXPIRE', bucket, KEPT)
end

-- 'mine' where the account's place has this number; another letter where it ended. A place of an
-- earlier epoch is entered again under its number, unless it had its turn then, or the account has
-- been entered with another place of before. Numbers up to the floor are of earlier epochs.
local function whose(bucket, account, number, is_old, drawn)
  local known = tonumber(redis.call('HGET', bucket, account) or nil)
  if known == number then return 'mine' end
  if redis.call('HGET', ENDED, account) == 'V' then return 'V' end
  local floor = line_number('floor')
  if not is_old or number > floor then return 'Q' end
  if known and (known <= floor or state_of(known, drawn) ~= 'W') then return 'Q' end
  if redis.call('GETBIT', EARLIER, number) == 1 then
    return redis.call('HGET', ENDED, number) or 'E'
  end
  if known then give_up(known, drawn) end
  enter(bucket, account, number)
  if number >= line_number('gap_from') then redis.call('HSET', LINE, 'gap_from', number + 1) end
  return 'mine'
end
