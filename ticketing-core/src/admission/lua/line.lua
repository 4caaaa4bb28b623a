-- The line of one performance, under keys of its epoch.
-- KEYS[2] line (hash: last, head, ceiling, resume_at, last_tick, credit, max_inside, totals)
-- KEYS[3] present (zset number by number)     KEYS[4] asked (hash number -> when)
-- KEYS[5] ready (zset number by turn's end)   KEYS[6] admitted (zset number by lease's end)
-- KEYS[7] ended (hash number -> letter)       KEYS[8] bucket (hash account -> number)
local LINE, PRESENT, ASKED, READY = KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local ADMITTED, ENDED, BUCKET = KEYS[6], KEYS[7], KEYS[8]

local function line_number(field)
  return tonumber(redis.call('HGET', LINE, field) or 0)
end

local function state_of(number)
  local ended = redis.call('HGET', ENDED, number)
  if ended then return ended end
  if redis.call('ZSCORE', ADMITTED, number) then return 'A' end
  if redis.call('ZSCORE', READY, number) then return 'R' end
  return 'W'
end

local function inside()
  return redis.call('ZCARD', READY) + redis.call('ZCARD', ADMITTED)
end

-- Someone beyond the near zone cannot be reached before it asks again, and is not kept.
local function mark_present(number, near_zone, now)
  if number <= line_number('head') + near_zone then
    redis.call('ZADD', PRESENT, number, number)
    redis.call('HSET', ASKED, number, now)
  end
end

local function forget_present(number)
  redis.call('ZREM', PRESENT, number)
  redis.call('HDEL', ASKED, number)
end

local function end_place(number, letter, total)
  redis.call('HSET', ENDED, number, letter)
  redis.call('HINCRBY', LINE, total, 1)
end

local function give_up(number)
  local state = state_of(number)
  forget_present(number)
  redis.call('ZREM', READY, number)
  redis.call('ZREM', ADMITTED, number)
  if state == 'W' or state == 'R' or state == 'A' then
    end_place(number, 'Q', 'left_total')
  end
end

-- state letter, number, lease's end, head, last, admitted in all, inside
local function standing(state, number)
  return {
    state, tostring(number), redis.call('ZSCORE', ADMITTED, number) or '0',
    redis.call('HGET', LINE, 'head') or '0', redis.call('HGET', LINE, 'last') or '0',
    redis.call('HGET', LINE, 'admitted_total') or '0', tostring(inside()),
  }
end
