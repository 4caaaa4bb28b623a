-- Takes a place at the end, or answers the one the account has.
-- ARGV[3] account, [4] now, [5] near zone, [6] keep | requeue, [7] drawn
-- Returns {standing, watermark}; {{"V"}} for a revoked account; {{"BLOCK", last}} when the numbers
-- that PostgreSQL has recorded are used up: nothing is burnt, the caller raises the ceiling first.
local account, now, near_zone, drawn = ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[7]
-- Joining counts as asking, but for an early place: the question that brings its rank does.
local function joined(number)
  local places = tonumber(redis.call('HGET', LINE, 'places') or nil)
  if drawn == '1' and (not places or number <= places) then return end
  mark_present(number, account, number, near_zone, now)
end
if redis.call('HGET', ENDED, account) == 'V' then return {{'V'}} end
local known = tonumber(redis.call('HGET', BUCKET, account) or nil)
if known then
  local state = state_of(known, drawn)
  -- Whoever joins again after its lease is a newcomer, whether a tick came by or not.
  if state == 'A' and tonumber(now) >= tonumber(redis.call('ZSCORE', ADMITTED, known)) then
    redis.call('ZREM', ADMITTED, known)
    end_place(known, 'E', 'expired_total')
    state = 'E'
  end
  -- Leaving before the opening costs nothing: the same number again.
  if state == 'Q' and is_early(known, drawn) then
    redis.call('HDEL', ENDED, known)
    state = 'P'
  end
  if state == 'W' and ARGV[6] == 'keep' then joined(known) end
  if state == 'R' or state == 'A' or state == 'P' or (state == 'W' and ARGV[6] == 'keep') then
    return {standing(state, known), watermark()}
  end
end
local last, ceiling = line_number('last'), line_number('ceiling')
if last + 1 > ceiling then return {{'BLOCK', tostring(last)}} end
if known then
  give_up(known, drawn)
  redis.call('HDEL', ENDED, known)
end
local number = redis.call('HINCRBY', LINE, 'last', 1)
enter(BUCKET, account, number)
joined(number)
return {standing(state_of(number, drawn), number), watermark()}
