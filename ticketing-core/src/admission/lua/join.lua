-- Takes a place at the end, or answers the one the account has.
-- ARGV[3] account, [4] now, [5] near zone, [6] keep | requeue
-- Returns a standing; {"V"} for a revoked account; {"BLOCK", last} when the numbers that
-- PostgreSQL has recorded are used up: nothing is burnt, and the caller raises the ceiling first.
local account, now, near_zone = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local known = redis.call('HGET', BUCKET, account)
if known then
  known = tonumber(known)
  local state = state_of(known)
  -- Whoever joins again after its lease is a newcomer, whether a tick came by or not.
  if state == 'A' and now >= tonumber(redis.call('ZSCORE', ADMITTED, known)) then
    redis.call('ZREM', ADMITTED, known)
    end_place(known, 'E', 'expired_total')
    state = 'E'
  end
  if state == 'V' then return {'V'} end
  if state == 'R' or state == 'A' then return standing(state, known) end
  if state == 'W' and ARGV[6] == 'keep' then
    mark_present(known, near_zone, now)
    return standing('W', known)
  end
end
local last, ceiling = line_number('last'), line_number('ceiling')
if last + 1 > ceiling then return {'BLOCK', tostring(last)} end
if known then give_up(known) end
local number = redis.call('HINCRBY', LINE, 'last', 1)
redis.call('HSET', BUCKET, account, number)
mark_present(number, near_zone, now)
return standing('W', number)
