-- The line of one performance, under keys of its epoch.
-- KEYS[2] line (hash: last, head, ceiling, floor, gap_from, places, opened, resume_at, tick,
--   pending, last_tick, credit, max_inside, totals)
-- KEYS[3] present (zset number by rank)       KEYS[4] asked (hash number -> when, account)
-- KEYS[5] ready (zset number by turn's end)   KEYS[6] admitted (zset number by lease's end)
-- KEYS[7] ended (hash number -> letter, and account -> V where it stays out)
-- KEYS[8] turns (hash number -> lease, account)
-- KEYS[9] chosen (zset number by rank)        KEYS[10] earlier (bitmap: numbers that had a turn
--   in an earlier epoch)                      KEYS[11] bucket (hash account -> number)
local LINE, PRESENT, ASKED, READY, ADMITTED = KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local ENDED, TURNS, CHOSEN, EARLIER, BUCKET = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]

-- Keys are garbage collected so many seconds after their last use.
local KEPT = 604800

local function line_number(field)
  return tonumber(redis.call('HGET', LINE, field) or 0)
end

-- It joined before the opening, and the opening has not come. drawn: '1' where there is a draw
local function is_early(number, drawn)
  if drawn ~= '1' or redis.call('HGET', LINE, 'opened') == '1' then return false end
  local places = redis.call('HGET', LINE, 'places')
  return not places or number <= tonumber(places)
end

local function state_of(number, drawn)
  local ended = redis.call('HGET', ENDED, number)
  if ended then return ended end
  if redis.call('ZSCORE', ADMITTED, number) then return 'A' end
  if redis.call('ZSCORE', READY, number) then return 'R' end
  return is_early(number, drawn) and 'P' or 'W'
end

local function inside()
  return redis.call('ZCARD', READY) + redis.call('ZCARD', ADMITTED) + redis.call('ZCARD', CHOSEN)
end

local function forget_present(number)
  redis.call('ZREM', PRESENT, number)
  redis.call('HDEL', ASKED, number)
end

local function end_place(number, letter, total)
  redis.call('HDEL', TURNS, number)
  redis.call('HSET', ENDED, number, letter)
  if total then redis.call('HINCRBY', LINE, total, 1) end
end

local function give_up(number, drawn)
  local state = state_of(number, drawn)
  forget_present(number)
  redis.call('ZREM', READY, number)
  redis.call('ZREM', ADMITTED, number)
  redis.call('ZREM', CHOSEN, number)
  if state == 'P' or state == 'W' or state == 'R' or state == 'A' then
    end_place(number, 'Q', 'left_total')
  end
end

-- head, last, admitted in all, inside, places (or ''), opened, gap's first number, its last
local function watermark()
  local mark = redis.call('HMGET', LINE, 'head', 'last', 'admitted_total', 'places', 'opened',
    'gap_from', 'floor')
  return {
    mark[1] or '0', mark[2] or '0', mark[3] or '0', tostring(inside()), mark[4] or '',
    mark[5] or '0', mark[6] or '0', mark[7] or '0',
  }
end

-- state letter, number, lease's end
local function standing(state, number)
  return {state, tostring(number), redis.call('ZSCORE', ADMITTED, number) or '0'}
end
