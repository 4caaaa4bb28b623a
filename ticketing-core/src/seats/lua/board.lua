-- The seats of one performance, under keys of its epoch.
-- KEYS[12] status (string: one byte per seat)  KEYS[13] holds (hash hold -> facts)
-- KEYS[14] held_by (hash seat -> hold)        KEYS[15] given_at (zset hold by when others get it)
-- KEYS[16] ordered_by (hash seat -> order)    KEYS[17] applied (hash order -> version)
-- KEYS[18] counts (hash account -> seats)     KEYS[19] changes (hash: sequence)
local STATUS, HOLDS, HELD_BY, GIVEN_AT = KEYS[12], KEYS[13], KEYS[14], KEYS[15]
local ORDERED_BY, APPLIED, COUNTS, CHANGES = KEYS[16], KEYS[17], KEYS[18], KEYS[19]
local FREE, HELD, RESERVED, SOLD = 0, 1, 2, 3

local function status_of(seat)
  return string.byte(redis.call('GETRANGE', STATUS, seat, seat))
end

local function set_status(seat, status)
  redis.call('SETRANGE', STATUS, seat, string.char(status))
  redis.call('HINCRBY', CHANGES, 'sequence', 1)
end

local function add_count(account, by)
  if redis.call('HINCRBY', COUNTS, account, by) <= 0 then redis.call('HDEL', COUNTS, account) end
end

-- A hold's facts: {a = account, s = seats, e = deadline, g = given at, b = order begun, h = answer}
local function hold_of(id)
  local facts = redis.call('HGET', HOLDS, id)
  return facts and cjson.decode(facts)
end

local function drop_hold(id)
  local hold = hold_of(id)
  if not hold then return end
  redis.call('HDEL', HOLDS, id)
  redis.call('ZREM', GIVEN_AT, id)
  add_count(hold.a, -#hold.s)
  for _, seat in ipairs(hold.s) do
    if redis.call('HGET', HELD_BY, seat) == id then
      redis.call('HDEL', HELD_BY, seat)
      if redis.call('HEXISTS', ORDERED_BY, seat) == 0 then set_status(seat, FREE) end
    end
  end
end
